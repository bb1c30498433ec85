import Domain
import SQLite

/// The gallery's records.
package struct GalleryTable {
    let db: Connection

    static let columns = """
        g.id, g.uuid, g.user_id, g.image_url, g.refined_prompt, g.intent, g.metadata, \
        g.session_id, g.message_id, g.tags, g.created_at, g.updated_at, g.deleted_at, \
        g.view_count, g.last_viewed_at, g.ingest_status, g.ingest_job, g.ingest_error, \
        g.ingest_url, g.ingested_at, f.palette, \(BlobTable.contentColumns)
        """

    static let source = """
        gallery_images g LEFT JOIN blobs b ON b.id = g.blob_id \
        LEFT JOIN picture_facts f ON f.blob_id = g.blob_id
        """

    package func find(uuid: String) throws -> GalleryImage? {
        try db.first(
            "SELECT \(Self.columns) FROM \(Self.source) WHERE g.uuid = ?", uuid, row: Self.image)
    }

    package func find(id: Int64) throws -> GalleryImage? {
        try db.first(
            "SELECT \(Self.columns) FROM \(Self.source) WHERE g.id = ?", id, row: Self.image)
    }

    /// Stores a new record and returns it with its number; `image.id` is not looked at.
    package func insert(_ image: GalleryImage) throws -> GalleryImage {
        let values: [(any SQLiteValueConvertible)?] = [
            image.uuid, image.userID, image.ownerKey, image.url, image.refinedPrompt,
            image.intent, image.metadata.json, image.metadata.sessionID,
            image.metadata.messageID, StringList.text(image.tags), image.createdAt.milliseconds,
            image.updatedAt.milliseconds,
        ]
        try db.execute(
            """
            INSERT INTO gallery_images (uuid, user_id, owner_key, image_url, refined_prompt,
                intent, metadata, session_id, message_id, tags, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, arguments: values)
        var stored = image
        stored.id = db.lastInsertRowID
        try insertTags(of: stored)
        return stored
    }

    /// Stores what a repeated request may change.
    package func update(_ image: GalleryImage) throws {
        try db.execute(
            """
            UPDATE gallery_images SET image_url = ?, refined_prompt = ?, intent = ?, metadata = ?,
                session_id = ?, message_id = ?, tags = ?, updated_at = ?
            WHERE id = ?
            """,
            image.url, image.refinedPrompt, image.intent, image.metadata.json,
            image.metadata.sessionID, image.metadata.messageID, StringList.text(image.tags),
            image.updatedAt.milliseconds, image.id)
        try db.execute("DELETE FROM gallery_tags WHERE image_id = ?", image.id)
        try insertTags(of: image)
    }

    private func insertTags(of image: GalleryImage) throws {
        for tag in image.tags {
            try db.execute(
                """
                INSERT INTO gallery_tags
                    (tag, is_deleted, created_at, uuid, owner_key, intent, image_id)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                tag, image.isDeleted, image.createdAt.milliseconds, image.uuid, image.ownerKey,
                image.intent, image.id)
        }
    }

    /// Puts a record into the trash, or with nil takes it out.
    package func setDeleted(_ id: Int64, at moment: Time?) throws {
        try db.execute(
            "UPDATE gallery_images SET deleted_at = ?, is_deleted = ? WHERE id = ?",
            moment?.milliseconds, moment != nil, id)
        try db.execute(
            "UPDATE gallery_tags SET is_deleted = ? WHERE image_id = ?", moment != nil, id)
    }

    package func addView(_ id: Int64, at now: Time) throws {
        try db.execute(
            """
            UPDATE gallery_images SET view_count = view_count + 1, last_viewed_at = ?
            WHERE id = ?
            """, now.milliseconds, id)
    }

    package func delete(_ id: Int64) throws {
        try db.execute("DELETE FROM gallery_images WHERE id = ?", id)
    }

    /// Records that went into the trash before `moment`, oldest first.
    package func trash(before moment: Time, limit: Int) throws -> [Int64] {
        try db.all(
            """
            SELECT id FROM gallery_images WHERE deleted_at IS NOT NULL AND deleted_at < ?
            ORDER BY deleted_at LIMIT ?
            """, moment.milliseconds, limit
        ) { try $0[0] }
    }

    static func image(_ row: borrowing Row) throws -> GalleryImage {
        let metadata = try GalleryMetadata(
            json: row[6], sessionID: row[7], messageID: row[8])
        let deletedAt: Int64? = try row[12]
        let viewedAt: Int64? = try row[14]
        var image = try GalleryImage(
            id: row[0], uuid: row[1], userID: row[2], url: row[3], refinedPrompt: row[4],
            intent: row[5], metadata: metadata, tags: StringList.items(in: row[9]),
            createdAt: Time(milliseconds: row[10]), updatedAt: Time(milliseconds: row[11]),
            deletedAt: deletedAt.map(Time.init(milliseconds:)), viewCount: row[13],
            lastViewedAt: viewedAt.map(Time.init(milliseconds:)))
        image.ingest = try ingest(row)
        return image
    }

    private static func ingest(_ row: borrowing Row) throws -> GalleryIngest? {
        let word: String? = try row[15]
        guard let status = word.flatMap(GalleryIngest.Status.init(rawValue:)) else { return nil }
        let ingestedAt: Int64? = try row[19]
        let palette: String? = try row[20]
        let blob: Int64? = try row[21]
        return try GalleryIngest(
            status: status, jobID: row[16], error: row[17], url: row[18],
            content: blob == nil ? nil : BlobTable.content(row, from: 21),
            palette: PictureFacts.palette(in: palette ?? "").map(\.hex),
            ingestedAt: ingestedAt.map(Time.init(milliseconds:)))
    }
}

/// Tags as one column: none of them has a line end.
enum StringList {
    static func text(_ items: [String]) -> String { items.joined(separator: "\n") }

    static func items(in text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }
}
