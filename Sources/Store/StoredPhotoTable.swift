import Domain
import SQLite

/// Photos apart from any family, and the records that families have of contents.
package struct StoredPhotoTable {
    let db: Connection

    private static let selection = """
        SELECT p.uuid, p.user_id, p.created_at, \(BlobTable.contentColumns)
        FROM photos p JOIN blobs b ON b.id = p.blob_id
        """

    package func find(_ id: String) throws -> StoredPhoto? {
        try db.first(Self.selection + " WHERE p.uuid = ?", id, row: Self.photo)
    }

    /// The photo that an account keeps of a content.
    package func find(blob: Int64, user: String) throws -> StoredPhoto? {
        try db.first(
            Self.selection + " WHERE p.blob_id = ? AND p.user_id = ?", blob, user, row: Self.photo)
    }

    /// Keeps a content for an account; false where it is kept already.
    package func insert(id: String, user: String, blob: Int64, at now: Time) throws -> Bool {
        try db.execute(
            """
            INSERT INTO photos (uuid, user_id, blob_id, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (user_id, blob_id) DO NOTHING
            """, id, user, blob, now.milliseconds) == 1
    }

    package func delete(_ id: String) throws {
        try db.execute("DELETE FROM photos WHERE uuid = ?", id)
    }

    /// An account's photos, newest first.
    package func list(user: String, limit: Int, offset: Int) throws -> [StoredPhoto] {
        try db.all(
            Self.selection
                + " WHERE p.user_id = ? ORDER BY p.created_at DESC, p.id DESC LIMIT ? OFFSET ?",
            user, limit, offset, row: Self.photo)
    }

    package func count(user: String) throws -> Int {
        try db.first("SELECT count(*) FROM photos WHERE user_id = ?", user) { try $0[0] } ?? 0
    }

    // MARK: - Facets

    /// The photo analyses of a content that one may read: all of them where `reader` is nil.
    package func analyses(of blob: Int64, reader: Identity?, at now: Time) throws -> [Facet] {
        try db.all(
            """
            SELECT a.uuid, a.created_at FROM photo_analyses a
            WHERE a.blob_id = ?1 AND (a.expires_at IS NULL OR a.expires_at >= ?2)
                AND (?3 IS NULL OR EXISTS (
                    SELECT 1 FROM photo_readers r WHERE r.photo_id = a.id AND r.reader = ?3))
            ORDER BY a.id
            """, blob, now.milliseconds, reader?.key
        ) { row in
            Facet(
                family: .discovery, id: try row[0], createdAt: Time(milliseconds: try row[1]))
        }
    }

    private static func photo(_ row: borrowing Row) throws -> StoredPhoto {
        let content = try BlobTable.content(row, from: 3)
        return try StoredPhoto(
            id: row[0], userID: row[1], content: content, createdAt: Time(milliseconds: row[2]))
    }
}
