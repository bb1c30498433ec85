import Domain
import SQLite

/// A column that keeps a blob alive.
package struct BlobReference: Sendable {
    package let table: String
    package let column: String
    /// What a row must fulfil for its bytes to be needed; nil where they always are. `:now` is the moment.
    var condition: String?

    /// Every one there is, of all families. A test holds that the schema has no other.
    package static let all = [
        BlobReference(
            table: "photo_analyses", column: "blob_id",
            condition: "r.expires_at IS NULL OR r.expires_at >= ?"),
        BlobReference(table: "renditions", column: "result_id"),
        BlobReference(table: "gallery_images", column: "blob_id"),
        BlobReference(table: "photos", column: "blob_id"),
        BlobReference(table: "processing_images", column: "blob_id"),
        BlobReference(table: "processing_images", column: "thumbnail_id"),
        BlobReference(table: "request_images", column: "blob_id"),
    ]

    /// Whether a row of `b` is referred to.
    static let anywhere =
        all.map { "EXISTS (SELECT 1 FROM \($0.table) r WHERE r.\($0.column) = b.id)" }
        .joined(separator: " OR ")

    /// Whether somebody needs the bytes of a row of `b`; a moment is bound for each condition.
    static let inForce =
        all.map { reference in
            "EXISTS (SELECT 1 FROM \(reference.table) r WHERE r.\(reference.column) = b.id"
                + (reference.condition.map { " AND (\($0))" } ?? "") + ")"
        }.joined(separator: " OR ")
}

extension BlobTable {
    static let contentColumns = """
        b.id, b.sha256, b.size, b.media_type, b.width, b.height, b.storage, b.original_key, b.key
        """
    static let contentColumnCount = 9

    package func content(_ id: Int64) throws -> Content? {
        try db.first(
            "SELECT \(Self.contentColumns) FROM blobs b WHERE b.id = ?", id, row: Self.content)
    }

    package func content(sha256: [UInt8]) throws -> Content? {
        try db.first(
            "SELECT \(Self.contentColumns) FROM blobs b WHERE b.sha256 = ?", sha256,
            row: Self.content)
    }

    /// What naming bytes came to.
    package struct Adoption: Sendable {
        package var id: Int64
        /// Whether the file that was offered is the one that is named.
        package var usesFile: Bool
    }

    /// Names the file of bytes as they came in, unless one of the same bytes is named already.
    ///
    /// - Parameter file: the path in the store, where it is durable; without one, nil is returned for unknown bytes.
    package func adopt(
        sha256: [UInt8], md5: [UInt8], size: Int, _ kind: ContentKind, file: String?
    ) throws -> Adoption? {
        let known = try content(sha256: sha256)
        if let known, known.originalKey != nil { return Adoption(id: known.id, usesFile: false) }
        guard let file else { return nil }
        if let known {
            try db.execute("UPDATE blobs SET original_key = ? WHERE id = ?", file, known.id)
            return Adoption(id: known.id, usesFile: true)
        }
        try db.execute(
            """
            INSERT INTO blobs (sha256, md5, size, media_type, width, height, storage, original_key)
            VALUES (?, ?, ?, ?, ?, ?, 'local', ?)
            """, sha256, md5, size, kind.mediaType, kind.width, kind.height, file)
        return Adoption(id: db.lastInsertRowID, usesFile: true)
    }

    /// The files that a row names, each once.
    func files(of id: Int64) throws -> [StoredFile] {
        try db.first(
            "SELECT storage, key, thumbnail_key, original_key FROM blobs WHERE id = ?", id
        ) { row in
            let storage = StorageKind(rawValue: try row[0]) ?? .local
            let stripped = (try row[1] as String?).map { StoredFile(storage, $0) }
            let thumbnail = (try row[2] as String?).map { StoredFile.local($0) }
            let original = (try row[3] as String?).map { StoredFile.local($0) }
            let files = [stripped, thumbnail, original].compactMap(\.self)
            return files.enumerated().filter { !files[..<$0].contains($1) }.map(\.element)
        } ?? []
    }

    /// Names the copy without metadata unless there is one already; true if it did.
    package func setStripped(_ key: String, of id: Int64) throws -> Bool {
        try db.execute("UPDATE blobs SET key = ? WHERE id = ? AND key IS NULL", key, id)
        return db.changes > 0
    }

    /// Whether more than one row of any family refers to a blob.
    package func isShared(_ id: Int64) throws -> Bool {
        var count = 0
        for reference in BlobReference.all where count < 2 {
            count += try db.all(
                "SELECT 1 FROM \(reference.table) WHERE \(reference.column) = ? LIMIT 2", id
            ) { _ in true }.count
        }
        return count > 1
    }

    /// Removes a blob that nothing refers to any more, with all that was made from it.
    ///
    /// To be called in the transaction that took a reference away; what it returns goes after the commit.
    package func release(_ id: Int64) throws -> Leftovers {
        var leftovers = Leftovers()
        var pending = [id]
        while let id = pending.popLast() {
            let isUnused = try db.first(
                "SELECT 1 FROM blobs b WHERE b.id = ? AND NOT (\(BlobReference.anywhere))", id
            ) { _ in true }
            guard isUnused == true else { continue }
            leftovers.files += try files(of: id)
            pending += try RenditionTable(db: db).results(of: id)
            leftovers.vectors += try EmbeddingTable(db: db).removeAll(of: .init(.blob, id))
            try db.execute("DELETE FROM blobs WHERE id = ?", id)
        }
        return leftovers
    }

    /// Whether the file of that path is named by a row, be it a job's upload.
    package func names(key: String) throws -> Bool {
        try db.first(
            """
            SELECT 1 FROM blobs WHERE key = ? UNION ALL SELECT 1 FROM blobs WHERE thumbnail_key = ?
            UNION ALL SELECT 1 FROM blobs WHERE original_key = ?
            UNION ALL SELECT 1 FROM jobs WHERE file = ?
            """, key, key, key, key
        ) { _ in true } ?? false
    }

    /// A file that must be in the store, and the number of bytes it can have.
    package struct NeededFile: Sendable {
        package var file: StoredFile
        package var sizes: ClosedRange<Int>
    }

    /// A page of the blobs after `id` that somebody needs at `now`, with their files, for checking the store.
    package func needed(
        after id: Int64, at now: Time, limit: Int
    ) throws -> [(id: Int64, files: [NeededFile])] {
        let moments = BlobReference.all.compactMap { $0.condition.map { _ in now.milliseconds } }
        let arguments: [(any SQLiteValueConvertible)?] = [id] + moments + [limit]
        let blobs = try db.all(
            """
            SELECT b.id, b.size, b.thumbnail_key, b.original_key FROM blobs b
            WHERE b.id > ? AND (\(BlobReference.inForce)) ORDER BY b.id LIMIT ?
            """, arguments: arguments
        ) {
            (
                id: try $0[0] as Int64, size: try $0[1] as Int,
                keys: [try $0[2], try $0[3]] as [String?]
            )
        }
        return try blobs.map { blob in
            let files = try files(of: blob.id).map { file in
                let sizes: ClosedRange<Int> =
                    switch file.key {
                    case blob.keys[1]: blob.size...blob.size
                    case blob.keys[0]: 1...1 << 20
                    // Taking metadata away can rewrite a few bytes of a picture's frame, but makes no picture of it
                    // larger.
                    default: 1...blob.size + 4096
                    }
                return NeededFile(file: file, sizes: sizes)
            }
            return (blob.id, files)
        }
    }

    static func content(_ row: borrowing Row) throws -> Content {
        try content(row, from: 0)
    }

    static func content(_ row: borrowing Row, from column: Int) throws -> Content {
        let width: Int? = try row[column + 4]
        let height: Int? = try row[column + 5]
        let storage = StorageKind(rawValue: try row[column + 6]) ?? .local
        let original: String? = try row[column + 7]
        let stripped: String? = try row[column + 8]
        return try Content(
            id: row[column], sha256: row[column + 1], size: row[column + 2],
            mediaType: row[column + 3], width: width, height: height, originalKey: original,
            stripped: stripped.map { StoredFile(storage, $0) })
    }
}
