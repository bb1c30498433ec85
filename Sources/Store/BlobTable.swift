import Domain
import SQLite

/// Stored bytes: the pictures of photo analyses here, contents of all families in the extension.
package struct BlobTable {
    let db: Connection

    static let columns = """
        b.id, b.sha256, b.md5, b.size, b.media_type, b.width, b.height, b.phash, \
        b.storage, b.key, b.thumbnail_key
        """
    static let columnCount = 11

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

    /// Lets a row name the files of `blob`, which hold the same picture, and returns the files it named in their place.
    package func move(_ id: Int64, to blob: Blob, reduction: [UInt8]) throws -> [StoredFile] {
        let before = try files(of: id)
        try db.execute(
            """
            UPDATE blobs SET media_type = ?, width = ?, height = ?, phash = ?, reduction = ?,
                storage = ?, key = ?, thumbnail_key = ?
            WHERE id = ?
            """,
            blob.mediaType, blob.width, blob.height, Int64(bitPattern: blob.phash), reduction,
            blob.storage.rawValue, blob.key, blob.thumbnailKey, id)
        let after = try files(of: id)
        return before.filter { !after.contains($0) }
    }

    /// The 32×32 RGB area averages of a blob, 3,072 bytes, not turned by EXIF.
    package func reduction(of id: Int64) throws -> [UInt8]? {
        try db.first("SELECT reduction FROM blobs WHERE id = ?", id) { try $0[0] } ?? nil
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
