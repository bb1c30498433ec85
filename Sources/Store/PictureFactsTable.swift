import Domain
import SQLite

/// What is known of pictures beyond their headers, found out once.
package struct PictureFactsTable {
    let db: Connection

    package func find(_ blob: Int64) throws -> PictureFacts? {
        try db.first(
            """
            SELECT palette, is_black_and_white, is_photograph, suitability, white_edge_score
            FROM picture_facts WHERE blob_id = ?
            """, blob, row: { try Self.facts($0, from: 0) })
    }

    package func insert(_ facts: PictureFacts, of blob: Int64) throws {
        try db.execute(
            """
            INSERT INTO picture_facts (blob_id, palette, is_black_and_white, is_photograph,
                suitability, white_edge_score)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (blob_id) DO NOTHING
            """, blob, facts.paletteText, facts.isBlackAndWhite, facts.isPhotograph,
            facts.suitability, facts.whiteEdgeScore)
    }

    static let columns = """
        f.palette, f.is_black_and_white, f.is_photograph, f.suitability, f.white_edge_score
        """

    static func facts(_ row: borrowing Row, from column: Int) throws -> PictureFacts {
        try PictureFacts(
            palette: PictureFacts.palette(in: row[column]), isBlackAndWhite: row[column + 1],
            isPhotograph: row[column + 2], suitability: row[column + 3],
            whiteEdgeScore: row[column + 4])
    }
}
