import Domain
import SQLite

/// Images of the processing family.
package struct ProcessingTable {
    let db: Connection

    private static let columns = """
        i.id, i.name, i.user_id, i.provider, i.external_id, i.src, i.title, i.description, i.tags, \
        i.status, i.stage, i.retry_count, i.processing_error, i.thumbnail_id, i.thumbnail_token, \
        i.has_facts, i.embedding_model, i.embedded_at, i.last_processed, i.next_retry_at, \
        i.created_at, i.updated_at
        """
    private static let columnCount = 22
    private static let selection = """
        SELECT \(columns), \(BlobTable.contentColumns), \(PictureFactsTable.columns)
        FROM processing_images i LEFT JOIN blobs b ON b.id = i.blob_id
            LEFT JOIN picture_facts f ON f.blob_id = i.blob_id AND i.has_facts
        """
    private static let byName = selection + " WHERE i.name = ?"
    private static let byNumber = selection + " WHERE i.id = ?"

    // MARK: - Finding

    package func find(_ id: String) throws -> ProcessingImage? {
        try db.first(Self.byName, id, row: Self.image)
    }

    package func find(number: Int64) throws -> ProcessingImage? {
        try db.first(Self.byNumber, number, row: Self.image)
    }

    /// The image that an account has from a source already.
    package func find(
        user: String, provider: ProcessingImage.Provider, source: String
    ) throws -> ProcessingImage? {
        try db.first(
            Self.selection + " WHERE i.user_id = ? AND i.provider = ? AND i.source = ?",
            user, provider.rawValue, source, row: Self.image)
    }

    /// The images of a blob that an account may see; of all accounts where it is nil.
    package func images(ofBlob blob: Int64, user: String?) throws -> [ProcessingImage] {
        try db.all(
            Self.selection + " WHERE i.blob_id = ? AND (?2 IS NULL OR i.user_id = ?2)", blob, user,
            row: Self.image)
    }

    /// The account of an image's owner, without the rest.
    package func owner(of number: Int64) throws -> String? {
        try db.first("SELECT user_id FROM processing_images WHERE id = ?", number) { try $0[0] }
    }

    /// Which images a list shows.
    package struct Filter: Sendable {
        /// Nil for all accounts.
        package var user: String?
        package var status: ProcessingImage.Status?
        package var provider: ProcessingImage.Provider?
        package var tag: String?

        package init(
            user: String?, status: ProcessingImage.Status? = nil,
            provider: ProcessingImage.Provider? = nil, tag: String? = nil
        ) {
            self.user = user
            self.status = status
            self.provider = provider
            self.tag = tag
        }

        /// The numbers of the images, to be ordered by `created_at` and `id`; answered from an index alone.
        var query: (sql: String, arguments: [(any SQLiteValueConvertible)?]) {
            var terms: [String] = []
            var arguments: [(any SQLiteValueConvertible)?] = []
            func add(_ column: String, _ value: String?) {
                guard let value else { return }
                terms.append("\(column) = ?")
                arguments.append(value)
            }
            var tables = "processing_images i"
            if let tag {
                tables = "processing_tags t"
                add("t.tag", tag)
                add("t.user_id", user)
                if status != nil || provider != nil {
                    tables += " CROSS JOIN processing_images i ON i.id = t.image_id"
                }
            } else {
                // Without an account, the index by time is walked from its beginning.
                if user == nil { terms.append("i.created_at >= -9000000000000000") }
                add("i.user_id", user)
            }
            add("i.status", status?.rawValue)
            add("i.provider", provider?.rawValue)
            return (tables + " WHERE " + terms.joined(separator: " AND "), arguments)
        }

        /// The numbers of one page, newest first; its last two arguments are limit and offset.
        package var pageSQL: String {
            """
            SELECT \(order.number) FROM \(query.sql)
            ORDER BY \(order.time) DESC, \(order.number) DESC LIMIT ? OFFSET ?
            """
        }

        package var countSQL: String { "SELECT count(*) FROM \(query.sql)" }

        /// The columns of order in the table that is walked.
        private var order: (time: String, number: String) {
            tag == nil ? ("i.created_at", "i.id") : ("t.created_at", "t.image_id")
        }
    }

    /// A page of a list, newest first. The page is found in an index; only its rows are read.
    package func list(_ filter: Filter, limit: Int, offset: Int) throws -> [ProcessingImage] {
        let numbers = try db.all(
            filter.pageSQL, arguments: filter.query.arguments + [limit, offset]
        ) { try $0[0] as Int64 }
        return try numbers.compactMap { try find(number: $0) }
    }

    package func count(_ filter: Filter) throws -> Int {
        try db.all(filter.countSQL, arguments: filter.query.arguments) { try $0[0] as Int }.first
            ?? 0
    }

    /// How many images an account has.
    package func count(ofUser user: String) throws -> Int {
        try count(Filter(user: user))
    }

    /// The numbers of embeddings of an account's images in a space.
    package func embeddings(of user: String, in space: EmbeddingSpace) throws -> [Int64] {
        let owner =
            space == .text
            ? "e.owner = 'processing' AND e.owner_id = i.id"
            : "e.owner = 'blob' AND e.owner_id = i.blob_id"
        return try db.all(
            """
            SELECT e.id FROM processing_images i CROSS JOIN embeddings e
            ON \(owner) AND e.space = ? WHERE i.user_id = ?
            """, space.rawValue, user
        ) { try $0[0] }
    }

    // MARK: - Changing

    /// Stores a new image and returns its number; false in `isNew` where its id is taken or its source known.
    package func insert(_ image: ProcessingImage) throws -> Int64? {
        let values: [(any SQLiteValueConvertible)?] = [
            image.id, image.userID, image.provider.rawValue, image.sourceKey, image.externalID,
            image.src, image.title, image.description, StoredTags.encode(image.tags),
            image.status.rawValue, image.stage.rawValue, image.content?.id,
            image.createdAt.milliseconds, image.updatedAt.milliseconds,
        ]
        let inserted = try db.execute(
            """
            INSERT INTO processing_images (name, user_id, provider, source, external_id, src, title,
                description, tags, status, stage, blob_id, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """, arguments: values)
        guard inserted == 1 else { return nil }
        let number = db.lastInsertRowID
        for tag in Set(image.tags) {
            try db.execute(
                """
                INSERT INTO processing_tags (tag, user_id, created_at, image_id) VALUES (?, ?, ?, ?)
                """, tag, image.userID, image.createdAt.milliseconds, number)
        }
        return number
    }

    /// Begins an attempt: forgets what is to be done anew. False if the image is gone.
    package func begin(
        _ number: Int64, from stage: ProcessingImage.Stage, retryCount: Int, at now: Time
    ) throws -> Bool {
        try db.execute(
            """
            UPDATE processing_images SET status = 'processing', stage = ?, retry_count = ?,
                last_processed = ?, next_retry_at = NULL, updated_at = ?
            WHERE id = ?
            """, stage.rawValue, retryCount, now.milliseconds, now.milliseconds, number) == 1
    }

    /// Names the bytes of a source; other bytes than before take thumbnail and facts with them.
    ///
    /// Returns the blobs that the image referred to before and does not any more; nil if the image is gone.
    package func setBytes(_ blob: Int64, of number: Int64, at now: Time) throws -> [Int64]? {
        guard let before = try find(number: number) else { return nil }
        let isSame = before.content?.id == blob
        try db.execute(
            """
            UPDATE processing_images SET blob_id = ?1, stage = 1, updated_at = ?2,
                thumbnail_id = CASE WHEN ?3 THEN thumbnail_id END,
                thumbnail_token = CASE WHEN ?3 THEN thumbnail_token END,
                has_facts = CASE WHEN ?3 THEN has_facts ELSE 0 END
            WHERE id = ?4
            """, blob, now.milliseconds, isSame, number)
        return isSame ? [] : [before.content?.id, before.thumbnail?.blob].compactMap(\.self)
    }

    /// Names the thumbnail; its token changes only where there was none.
    package func setThumbnail(
        _ blob: Int64, token: String, of number: Int64, at now: Time
    ) throws -> Bool {
        try db.execute(
            """
            UPDATE processing_images SET thumbnail_id = ?, stage = 2, updated_at = ?,
                thumbnail_token = coalesce(thumbnail_token, ?)
            WHERE id = ?
            """, blob, now.milliseconds, token, number) == 1
    }

    /// Says that a stage is finished. False if the image is gone.
    package func finish(
        _ stage: ProcessingImage.Stage, of number: Int64, at now: Time
    ) throws -> Bool {
        try db.execute(
            """
            UPDATE processing_images SET stage = ?1, updated_at = ?2,
                has_facts = CASE WHEN ?1 >= 3 THEN 1 ELSE has_facts END
            WHERE id = ?3
            """, stage.rawValue, now.milliseconds, number) == 1
    }

    /// Ends an attempt well. `model` is nil where there was no text to embed.
    package func complete(_ number: Int64, model: String?, at now: Time) throws -> Bool {
        try db.execute(
            """
            UPDATE processing_images SET status = 'complete', stage = 5, retry_count = 0,
                processing_error = NULL, next_retry_at = NULL, embedding_model = ?1,
                embedded_at = CASE WHEN ?1 IS NULL THEN NULL ELSE ?2 END, updated_at = ?2
            WHERE id = ?3
            """, model, now.milliseconds, number) == 1
    }

    /// Notes that the text was embedded anew.
    package func setEmbedded(_ number: Int64, model: String, at now: Time) throws -> Bool {
        try db.execute(
            """
            UPDATE processing_images SET embedding_model = ?, embedded_at = ?, updated_at = ?
            WHERE id = ?
            """, model, now.milliseconds, now.milliseconds, number) == 1
    }

    /// Lets an image wait for `time`; `error` nil keeps what was noted.
    package func postpone(
        _ number: Int64, until time: Time, retryCount: Int, error: String?, at now: Time
    ) throws -> Bool {
        try db.execute(
            """
            UPDATE processing_images SET status = 'pending', next_retry_at = ?, retry_count = ?,
                processing_error = coalesce(?, processing_error), updated_at = ?
            WHERE id = ?
            """, time.milliseconds, retryCount, error, now.milliseconds, number) == 1
    }

    /// Gives an image up.
    package func fail(_ number: Int64, error: String, at now: Time) throws -> Bool {
        try db.execute(
            """
            UPDATE processing_images SET status = 'error', next_retry_at = NULL,
                processing_error = ?, updated_at = ?
            WHERE id = ?
            """, error, now.milliseconds, number) == 1
    }

    /// The images that attempts were at when their daemon died.
    package func abandoned() throws -> [Int64] {
        try db.all("SELECT id FROM processing_images WHERE status = 'processing'") { try $0[0] }
    }

    /// Removes an image and returns what nothing refers to any more.
    package func delete(_ image: ProcessingImage) throws -> Leftovers {
        try db.execute("DELETE FROM processing_images WHERE id = ?", image.number)
        var leftovers = Leftovers(
            vectors: try EmbeddingTable(db: db).removeAll(of: .init(.processing, image.number)))
        let blobs = BlobTable(db: db)
        for blob in [image.thumbnail?.blob, image.content?.id].compactMap(\.self) {
            leftovers += try blobs.release(blob)
        }
        return leftovers
    }

    // MARK: - The limiter

    /// Takes one of the `limit` places of a minute; false if all are taken.
    package func takePlace(inMinute minute: Int64, limit: Int) throws -> Bool {
        try db.execute("DELETE FROM embedding_windows WHERE minute < ?", minute - 1)
        guard limit > 0 else { return false }
        return try db.execute(
            """
            INSERT INTO embedding_windows (minute, calls) VALUES (?1, 1)
            ON CONFLICT (minute) DO UPDATE SET calls = calls + 1 WHERE calls < ?2
            """, minute, limit) == 1
    }

    // MARK: - Rows

    private static func image(_ row: borrowing Row) throws -> ProcessingImage {
        let provider = ProcessingImage.Provider(rawValue: try row[3]) ?? .upload
        let status = ProcessingImage.Status(rawValue: try row[9]) ?? .error
        let stage = ProcessingImage.Stage(rawValue: try row[10]) ?? .nothing
        let createdAt = Time(milliseconds: try row[20])
        let updatedAt = Time(milliseconds: try row[21])
        var image = ProcessingImage(
            number: try row[0], id: try row[1], userID: try row[2], provider: provider,
            status: status, stage: stage, createdAt: createdAt, updatedAt: updatedAt)
        image.externalID = try row[4]
        image.src = try row[5]
        image.title = try row[6]
        image.description = try row[7]
        image.tags = StoredTags.decode(try row[8])
        image.retryCount = try row[11]
        image.error = try row[12]
        if let blob: Int64 = try row[13], let token: String = try row[14] {
            image.thumbnail = .init(blob: blob, token: token)
        }
        image.embeddingModel = try row[16]
        image.embeddedAt = try time(row, 17)
        image.lastProcessed = try time(row, 18)
        image.nextRetryAt = try time(row, 19)
        let blob: Int64? = try row[columnCount]
        if blob != nil { image.content = try BlobTable.content(row, from: columnCount) }
        let palette: String? = try row[columnCount + BlobTable.contentColumnCount]
        if palette != nil {
            image.facts = try PictureFactsTable.facts(
                row, from: columnCount + BlobTable.contentColumnCount)
        }
        return image
    }

    private static func time(_ row: borrowing Row, _ column: Int) throws -> Time? {
        let milliseconds: Int64? = try row[column]
        return milliseconds.map(Time.init(milliseconds:))
    }
}

/// Tags as they are stored: with ASCII's unit separator between them, which no tag has.
enum StoredTags {
    static func encode(_ tags: [String]) -> String {
        tags.joined(separator: "\u{1F}")
    }

    static func decode(_ text: String) -> [String] {
        text.split(separator: "\u{1F}").map(String.init)
    }
}
