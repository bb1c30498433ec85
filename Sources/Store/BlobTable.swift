import Domain
import SQLite

/// Stored pictures.
package struct BlobTable {
    let db: Connection

    static let columns = """
        b.id, b.sha256, b.md5, b.size, b.media_type, b.width, b.height, b.phash, \
        b.storage, b.key, b.thumbnail_key
        """
    static let columnCount = 11

    package func find(sha256: [UInt8]) throws -> Blob? {
        try db.first(
            "SELECT \(Self.columns) FROM blobs b WHERE b.sha256 = ?", sha256
        ) { try Self.blob($0, from: 0) }
    }

    /// Stores a new row and returns its number; `blob.id` is not looked at. `reduction`: 32×32 RGB area averages.
    package func insert(_ blob: Blob, reduction: [UInt8]) throws -> Int64 {
        try db.execute(
            """
            INSERT INTO blobs (sha256, md5, size, media_type, width, height, phash, reduction,
                storage, key, thumbnail_key)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            blob.sha256, blob.md5, blob.size, blob.mediaType, blob.width, blob.height,
            Int64(bitPattern: blob.phash), reduction, blob.storage.rawValue, blob.key,
            blob.thumbnailKey)
        return db.lastInsertRowID
    }

    /// Lets a row name the files of `blob`, which hold the same picture.
    package func move(_ id: Int64, to blob: Blob) throws {
        try db.execute(
            "UPDATE blobs SET storage = ?, key = ?, thumbnail_key = ? WHERE id = ?",
            blob.storage.rawValue, blob.key, blob.thumbnailKey, id)
    }

    /// The 32×32 RGB area averages of a blob, 3,072 bytes, not turned by EXIF.
    package func reduction(of id: Int64) throws -> [UInt8]? {
        try db.first("SELECT reduction FROM blobs WHERE id = ?", id) { try $0[0] }
    }

    /// Removes the row if nothing refers to it any more; true if it did.
    package func deleteIfUnused(_ id: Int64) throws -> Bool {
        try db.execute(
            """
            DELETE FROM blobs WHERE id = ?
            AND NOT EXISTS (SELECT 1 FROM photo_analyses p WHERE p.blob_id = blobs.id)
            """, id)
        return db.changes > 0
    }

    /// Whether the file of that path is named by a row.
    package func names(key: String) throws -> Bool {
        try db.first(
            """
            SELECT 1 FROM blobs WHERE key = ?1 UNION ALL SELECT 1 FROM blobs WHERE thumbnail_key = ?1
            UNION ALL SELECT 1 FROM jobs WHERE file = ?1
            """, key
        ) { _ in true } ?? false
    }

    /// A page of the blobs after `id` that a record still in force at `now` needs, for checking them against the store.
    package func needed(after id: Int64, at now: Time, limit: Int) throws -> [Blob] {
        try db.all(
            """
            SELECT \(Self.columns) FROM blobs b
            WHERE b.id > ? AND EXISTS (
                SELECT 1 FROM photo_analyses p
                WHERE p.blob_id = b.id AND (p.expires_at IS NULL OR p.expires_at >= ?))
            ORDER BY b.id LIMIT ?
            """, id, now.milliseconds, limit
        ) { try Self.blob($0, from: 0) }
    }

    package func count() throws -> Int {
        try db.first("SELECT count(*) FROM blobs") { try $0[0] } ?? 0
    }

    static func blob(_ row: borrowing Row, from column: Int) throws -> Blob {
        try Blob(
            id: row[column], sha256: row[column + 1], md5: row[column + 2], size: row[column + 3],
            mediaType: row[column + 4], width: row[column + 5], height: row[column + 6],
            phash: UInt64(bitPattern: row[column + 7]),
            storage: StorageKind(rawValue: row[column + 8]) ?? .local, key: row[column + 9],
            thumbnailKey: row[column + 10])
    }
}
