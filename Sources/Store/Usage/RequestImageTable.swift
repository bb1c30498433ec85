import Domain
import SQLite

/// The pictures kept with the request log; their bytes are blobs.
package struct RequestImageTable {
    let db: Connection

    private static let columns = """
        i.uuid, l.uuid, i.request_id, l.service, i.mime_type, b.size, b.sha256, i.width, \
        i.height, i.created_at, i.blob_id
        """
    private static let joins = """
        CROSS JOIN blobs b ON b.id = i.blob_id CROSS JOIN request_logs l ON l.id = i.log_id
        """

    /// Stores an image of the log's row with that number.
    package func insert(_ image: SavedImage, log: Int64, blob: Int64) throws {
        try db.execute(
            """
            INSERT INTO request_images (uuid, log_id, blob_id, request_id, mime_type, width,
                height, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            image.id, log, blob, image.requestID, image.mediaType, image.width, image.height,
            image.createdAt.milliseconds)
    }

    package func find(id: String) throws -> SavedImage? {
        try db.first(
            "SELECT \(Self.columns) FROM request_images i \(Self.joins) WHERE i.uuid = ?", id,
            row: Self.image)
    }

    /// The image of the log's row with that UUID.
    package func find(logID: String) throws -> SavedImage? {
        try db.first(
            """
            SELECT \(Self.columns) FROM request_logs l
            CROSS JOIN request_images i ON i.log_id = l.id
            CROSS JOIN blobs b ON b.id = i.blob_id WHERE l.uuid = ?
            """, logID, row: Self.image)
    }

    /// One page, newest first; nil where there is no such page.
    package func page(
        _ number: Int, _ filter: SavedImageFilter
    ) throws -> ListPage<SavedImage>? {
        var blob: Int64?
        if let sha256 = filter.sha256 {
            // No row has the number −1.
            blob = try BlobTable(db: db).content(sha256: sha256)?.id ?? -1
        }
        let conditions = Self.conditions(filter, blob: blob)
        return try db.page(
            number, count: "SELECT count(*) FROM request_images WHERE \(conditions.sql)",
            rows: Self.pageSQL(conditions), conditions.values, row: Self.image)
    }

    package static func pageSQL(_ conditions: Conditions) -> String {
        """
        SELECT \(columns)
        FROM (SELECT id FROM request_images WHERE \(conditions.sql)
              ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?) p
        CROSS JOIN request_images i ON i.id = p.id \(joins)
        """
    }

    package static func conditions(_ filter: SavedImageFilter, blob: Int64?) -> Conditions {
        var conditions = Conditions(time: "created_at", from: filter.from, to: filter.to)
        conditions.equal("blob_id", blob)
        conditions.equal("request_id", filter.requestID)
        conditions.equal("mime_type", filter.mediaType)
        return conditions
    }

    /// The media types of the images there are.
    package func mediaTypes() throws -> [String] {
        var types: [String] = []
        while let next: String = try db.value(
            "SELECT mime_type FROM request_images WHERE mime_type > ? ORDER BY mime_type LIMIT 1",
            types.last ?? "")
        {
            types.append(next)
        }
        return types
    }

    // MARK: - Removal

    /// An image on its way out.
    package struct Aged: Sendable, Equatable {
        package var id: Int64
        package var requestID: String
        package var size: Int
        package var createdAt: Time
    }

    /// How many images are older than `moment`, and their sizes added up.
    package func total(before moment: Time) throws -> (count: Int, bytes: Int) {
        try db.first(
            """
            SELECT count(*), coalesce(sum(b.size), 0) FROM request_images i
            CROSS JOIN blobs b ON b.id = i.blob_id WHERE i.created_at < ?
            """, moment.milliseconds
        ) { (try $0[0], try $0[1]) } ?? (0, 0)
    }

    /// Up to `limit` images that are older than `moment`, oldest first.
    package func aged(before moment: Time, limit: Int) throws -> [Aged] {
        try db.all(
            """
            SELECT i.id, i.request_id, b.size, i.created_at FROM request_images i
            CROSS JOIN blobs b ON b.id = i.blob_id
            WHERE i.created_at < ? ORDER BY i.created_at, i.id LIMIT ?
            """, moment.milliseconds, limit
        ) {
            try Aged(
                id: $0[0], requestID: $0[1], size: $0[2], createdAt: Time(milliseconds: $0[3]))
        }
    }

    /// The number of the image of a log row.
    package func id(ofLog log: Int64) throws -> Int64? {
        try db.first("SELECT id FROM request_images WHERE log_id = ?", log) { try $0[0] }
    }

    /// Removes an image; where nothing else refers to its bytes these go with it.
    package func delete(_ id: Int64) throws -> Leftovers {
        let blob = try db.first("SELECT blob_id FROM request_images WHERE id = ?", id) {
            try $0[0] as Int64
        }
        guard let blob else { return Leftovers() }
        try db.execute("DELETE FROM request_images WHERE id = ?", id)
        return try BlobTable(db: db).release(blob)
    }

    private static func image(_ row: borrowing Row) throws -> SavedImage {
        try SavedImage(
            id: row[0], logID: row[1], requestID: row[2], service: row[3], mediaType: row[4],
            size: row[5], sha256: row[6], width: int(row[7]), height: int(row[8]),
            createdAt: Time(milliseconds: row[9]), blob: row[10])
    }

    private static func int(_ value: Int64?) -> Int? { value.map(Int.init) }
}
