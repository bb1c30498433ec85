import Domain
import SQLite

/// Pictures made from others, each made once; how is said by a specification such as `cover-200-q80`.
package struct RenditionTable {
    let db: Connection

    /// The picture that was made from `blob` in that way.
    package func find(_ specification: String, of blob: Int64) throws -> Content? {
        try db.first(
            """
            SELECT \(BlobTable.contentColumns) FROM renditions r JOIN blobs b ON b.id = r.result_id
            WHERE r.blob_id = ? AND r.specification = ?
            """, blob, specification, row: BlobTable.content)
    }

    /// Names a picture that was made; of two that were made at the same time the first stands.
    package func insert(
        _ specification: String, of blob: Int64, result: Int64
    ) throws {
        try db.execute(
            """
            INSERT INTO renditions (blob_id, specification, result_id) VALUES (?, ?, ?)
            ON CONFLICT (blob_id, specification) DO NOTHING
            """, blob, specification, result)
    }

    /// The pictures that were made from `blob`.
    package func results(of blob: Int64) throws -> [Int64] {
        try db.all("SELECT result_id FROM renditions WHERE blob_id = ?", blob) { try $0[0] }
    }
}
