import Domain
import SQLite

/// Photo analyses and who may read them.
package struct PhotoTable {
    let db: Connection

    /// What an analysis is inserted with beyond its public values.
    package struct Raw: Sendable {
        /// The UUID that stands for the record before those who may not open it.
        package var standIn: String
        package var vision: String
        package var caption: String?

        package init(standIn: String, vision: String, caption: String?) {
            self.standIn = standIn
            self.vision = vision
            self.caption = caption
        }
    }

    /// Stores a new record with its room codes and its owner, under the number it brings.
    package func insert(_ photo: PhotoAnalysis, raw: Raw) throws {
        let names = """
            id, uuid, stand_in, blob_id, suggestions, suggestion_count, vision_model, \
            vision_prompt_tokens, vision_completion_tokens, vision_total_tokens, vision_raw, \
            caption_title, caption_category, caption_visible_text, caption_full, caption_model, \
            caption_prompt_tokens, caption_completion_tokens, caption_total_tokens, \
            caption_generated_at, caption_raw, embedding_model, caption_slot, \
            caption_embedded_at, suggestions_slot, suggestions_embedded_at, owner, owner_name, \
            address, is_open, created_at, updated_at, expires_at, reused_from
            """
        var values: [(any SQLiteValueConvertible)?] = [
            photo.id, photo.uuid, raw.standIn, photo.blob.id, photo.suggestions.json,
            photo.suggestions.count, photo.visionModel, photo.usage.prompt,
            photo.usage.completion, photo.usage.total, raw.vision,
        ]
        values += Self.values(of: photo.caption)
        values += [raw.caption, photo.embeddingModel]
        values += Self.values(of: photo.captionEmbedding)
        values += Self.values(of: photo.suggestionsEmbedding)
        values += [photo.owner?.key, photo.ownerName, photo.address, photo.isOpen]
        values += [photo.createdAt.milliseconds, photo.updatedAt.milliseconds]
        values += [photo.expiresAt?.milliseconds, photo.reusedFrom]
        let places = Array(repeating: "?", count: values.count).joined(separator: ", ")
        try db.execute(
            "INSERT INTO photo_analyses (\(names)) VALUES (\(places))", arguments: values)
        for suggestion in photo.suggestions.items {
            try db.execute(
                "INSERT INTO photo_codes (photo_id, code) VALUES (?, ?)", photo.id,
                suggestion.key)
        }
        if let owner = photo.owner {
            try db.execute(
                "INSERT INTO photo_readers (reader, photo_id, is_owner, since) VALUES (?, ?, 1, ?)",
                owner.key, photo.id, photo.createdAt.milliseconds)
        }
    }

    private static func values(
        of caption: PhotoAnalysis.Caption?
    ) -> [(any SQLiteValueConvertible)?] {
        guard let caption else { return Array(repeating: nil, count: 9) }
        return [
            caption.text.title, caption.text.category, caption.text.visibleText,
            caption.text.caption, caption.model, caption.usage.prompt, caption.usage.completion,
            caption.usage.total, caption.generatedAt.milliseconds,
        ]
    }

    private static func values(
        of embedding: PhotoAnalysis.StoredEmbedding?
    ) -> [(any SQLiteValueConvertible)?] {
        [embedding?.slot, embedding?.generatedAt.milliseconds]
    }

    package func find(uuid: String) throws -> PhotoAnalysis? {
        try db.first(Self.selectByUUID, uuid, row: Self.photo)
    }

    package func find(id: Int64) throws -> PhotoAnalysis? {
        try db.first(Self.selectByID, id, row: Self.photo)
    }

    /// The record of exactly these bytes that has not expired, the oldest if there are several.
    package func find(sha256: [UInt8], md5: [UInt8], at now: Time) throws -> PhotoAnalysis? {
        try db.first(
            """
            SELECT \(Self.columns) FROM blobs b JOIN photo_analyses p ON p.blob_id = b.id
            WHERE b.sha256 = ? AND b.md5 = ? AND (p.expires_at IS NULL OR p.expires_at >= ?)
            ORDER BY p.id LIMIT 1
            """, sha256, md5, now.milliseconds, row: Self.photo)
    }

    /// All records of these bytes, expired ones too.
    package func ids(sha256: [UInt8]) throws -> [Int64] {
        try db.all(
            """
            SELECT p.id FROM blobs b JOIN photo_analyses p ON p.blob_id = b.id WHERE b.sha256 = ?
            """, sha256
        ) { try $0[0] }
    }

    /// The answers of the provider as kept with a record.
    package func raw(of id: Int64) throws -> Raw? {
        try db.first(
            "SELECT stand_in, vision_raw, caption_raw FROM photo_analyses WHERE id = ?", id
        ) { try Raw(standIn: $0[0], vision: $0[1], caption: $0[2]) }
    }

    // MARK: - Readers

    /// How `reader` stands to a record: true for its owner, false for a viewer, nil for a stranger.
    package func ownership(of id: Int64, by reader: Identity) throws -> Bool? {
        try db.first(
            "SELECT is_owner FROM photo_readers WHERE reader = ? AND photo_id = ?", reader.key, id
        ) { try $0[0] }
    }

    /// Makes `reader` a viewer; who is the owner or a viewer already stays what they are.
    package func addViewer(_ reader: Identity, to id: Int64, at now: Time) throws {
        try db.execute(
            """
            INSERT INTO photo_readers (reader, photo_id, is_owner, since) VALUES (?, ?, 0, ?)
            ON CONFLICT (reader, photo_id) DO NOTHING
            """, reader.key, id, now.milliseconds)
    }

    package func removeViewer(_ reader: Identity, from id: Int64) throws {
        try db.execute(
            "DELETE FROM photo_readers WHERE reader = ? AND photo_id = ? AND is_owner = 0",
            reader.key, id)
    }

    /// Marks a record as served to somebody who holds nothing but its id.
    package func setOpen(_ id: Int64) throws {
        try db.execute("UPDATE photo_analyses SET is_open = 1 WHERE id = ? AND is_open = 0", id)
    }

    /// The records that `reader` owns or views, newest first by when they became theirs.
    package func summaries(
        of reader: Identity, limit: Int, offset: Int
    ) throws -> [PhotoAnalysisSummary] {
        try db.all(
            """
            SELECT p.uuid, p.suggestion_count, p.vision_model, p.times_used, p.owner,
                p.owner_name, p.created_at
            FROM photo_readers r JOIN photo_analyses p ON p.id = r.photo_id
            WHERE r.reader = ? ORDER BY r.since DESC, r.photo_id DESC LIMIT ? OFFSET ?
            """, reader.key, limit, offset
        ) { row in
            try PhotoAnalysisSummary(
                uuid: row[0], suggestionCount: row[1], visionModel: row[2], timesUsed: row[3],
                owner: (row[4] as String?).flatMap(Identity.init(key:)), ownerName: row[5],
                createdAt: Time(milliseconds: row[6]))
        }
    }

    package func count(of reader: Identity) throws -> Int {
        try db.first("SELECT count(*) FROM photo_readers WHERE reader = ?", reader.key) {
            try $0[0]
        }
            ?? 0
    }

    /// What a search for similar photos needs of one: nil when it has expired or is gone.
    package func candidate(
        _ id: Int64, at now: Time
    ) throws -> (id: Int64, uuid: String, model: String)? {
        try db.first(
            """
            SELECT uuid, embedding_model FROM photo_analyses
            WHERE id = ? AND (expires_at IS NULL OR expires_at >= ?)
            """, id, now.milliseconds
        ) { row in (id: id, uuid: try row[0], model: try row[1]) }
    }

    // MARK: - Use and removal

    /// Notes that a room was chosen from a record.
    package func select(code: String, in id: Int64, at now: Time) throws {
        try db.execute(
            """
            UPDATE photo_analyses SET selected_code = ?, selected_at = ?, updated_at = ?,
                times_used = times_used + 1 WHERE id = ?
            """, code, now.milliseconds, now.milliseconds, id)
    }

    /// Removes a record; its blob stays until nothing refers to it.
    package func delete(_ id: Int64) throws {
        try db.execute("DELETE FROM photo_analyses WHERE id = ?", id)
    }

    /// Records that expired before `now`, oldest expiry first, after the place where the last page ended.
    package func expired(
        before now: Time, after place: (expiresAt: Time, id: Int64)?, limit: Int
    ) throws -> [PhotoAnalysis] {
        try db.all(
            """
            SELECT \(Self.columns) FROM photo_analyses p JOIN blobs b ON b.id = p.blob_id
            WHERE p.expires_at IS NOT NULL AND p.expires_at < ?
                AND (p.expires_at, p.id) > (?, ?)
            ORDER BY p.expires_at, p.id LIMIT ?
            """,
            now.milliseconds, place?.expiresAt.milliseconds ?? Int64.min, place?.id ?? 0, limit,
            row: Self.photo)
    }

    package func expiredCount(before now: Time) throws -> Int {
        try db.first(
            """
            SELECT count(*) FROM photo_analyses WHERE expires_at IS NOT NULL AND expires_at < ?
            """, now.milliseconds
        ) { try $0[0] } ?? 0
    }

    /// The highest number that a record has.
    package func highestID() throws -> Int64 {
        try db.first("SELECT coalesce(max(id), 0) FROM photo_analyses") { try $0[0] } ?? 0
    }

    // MARK: - What indexes are rebuilt from

    /// The number and hash of every record that a perceptual duplicate may be copied from.
    package func hashes() throws -> [(photo: Int64, phash: UInt64, blob: Int64)] {
        try db.all(
            """
            SELECT p.id, b.phash, b.id FROM photo_analyses p JOIN blobs b ON b.id = p.blob_id
            """
        ) { (photo: try $0[0], phash: UInt64(bitPattern: try $0[1]), blob: try $0[2]) }
    }

    /// Every slot that a record names in the file of captions or of suggestions.
    package func slots() throws -> (
        caption: [(slot: Int64, owner: Int64)], suggestions: [(slot: Int64, owner: Int64)]
    ) {
        let captions = try db.all(
            "SELECT caption_slot, id FROM photo_analyses WHERE caption_slot IS NOT NULL"
        ) { (slot: try $0[0] as Int64, owner: try $0[1] as Int64) }
        let suggestions = try db.all(
            "SELECT suggestions_slot, id FROM photo_analyses WHERE suggestions_slot IS NOT NULL"
        ) { (slot: try $0[0] as Int64, owner: try $0[1] as Int64) }
        return (captions, suggestions)
    }

    /// Forgets the suggestions embedding of a record whose vector was lost.
    package func dropSuggestionsEmbedding(of id: Int64) throws {
        try db.execute(
            """
            UPDATE photo_analyses SET suggestions_slot = NULL, suggestions_embedded_at = NULL
            WHERE id = ?
            """, id)
    }

    /// Forgets the caption embedding of a record whose vector was lost.
    package func dropCaptionEmbedding(of id: Int64) throws {
        try db.execute(
            """
            UPDATE photo_analyses SET caption_slot = NULL, caption_embedded_at = NULL WHERE id = ?
            """, id)
    }

    // Put together once: these are asked for with every request.
    private static let selectByUUID = select(where: "p.uuid = ?")
    private static let selectByID = select(where: "p.id = ?")

    private static func select(where condition: String) -> String {
        """
        SELECT \(columns) FROM photo_analyses p JOIN blobs b ON b.id = p.blob_id
        WHERE \(condition)
        """
    }

    private static let columns = """
        \(BlobTable.columns), p.id, p.uuid, p.suggestions, p.suggestion_count, p.vision_model, \
        p.vision_prompt_tokens, p.vision_completion_tokens, p.vision_total_tokens, \
        p.caption_title, p.caption_category, p.caption_visible_text, p.caption_full, \
        p.caption_model, p.caption_prompt_tokens, p.caption_completion_tokens, \
        p.caption_total_tokens, p.caption_generated_at, p.embedding_model, p.caption_slot, \
        p.caption_embedded_at, p.suggestions_slot, p.suggestions_embedded_at, p.owner, \
        p.owner_name, p.address, p.is_open, p.created_at, p.updated_at, p.expires_at, \
        p.times_used, p.selected_code, p.selected_at, p.reused_from
        """

    private static func photo(_ row: borrowing Row) throws -> PhotoAnalysis {
        let base = BlobTable.columnCount
        // One statement a group: an expression with dozens of reads that throw breaks the compiler.
        let blob = try BlobTable.blob(row, from: 0)
        let suggestions = try StoredSuggestions(json: row[base + 2], count: row[base + 3])
        let usage = try usage(row, from: base + 5)
        let caption = try caption(row, from: base + 8)
        let captionEmbedding = try embedding(row, from: base + 18)
        let suggestionsEmbedding = try embedding(row, from: base + 20)
        let owner: String? = try row[base + 22]
        let ownerName: String? = try row[base + 23]
        let createdAt = try Time(milliseconds: row[base + 26])
        let updatedAt = try Time(milliseconds: row[base + 27])
        let expiresAt = try time(row, base + 28)
        let selectedCode: String? = try row[base + 30]
        let selectedAt = try time(row, base + 31)
        let reusedFrom: String? = try row[base + 32]
        return try PhotoAnalysis(
            id: row[base], uuid: row[base + 1], blob: blob, suggestions: suggestions,
            visionModel: row[base + 4], usage: usage, caption: caption,
            embeddingModel: row[base + 17], captionEmbedding: captionEmbedding,
            suggestionsEmbedding: suggestionsEmbedding, owner: owner.flatMap(Identity.init(key:)),
            ownerName: ownerName, address: row[base + 24], isOpen: row[base + 25],
            createdAt: createdAt, updatedAt: updatedAt, expiresAt: expiresAt,
            timesUsed: row[base + 29], selectedCode: selectedCode, selectedAt: selectedAt,
            reusedFrom: reusedFrom)
    }

    private static func time(_ row: borrowing Row, _ column: Int) throws -> Time? {
        let milliseconds: Int64? = try row[column]
        return milliseconds.map(Time.init(milliseconds:))
    }

    private static func usage(_ row: borrowing Row, from column: Int) throws -> TokenUsage {
        try TokenUsage(prompt: row[column], completion: row[column + 1], total: row[column + 2])
    }

    private static func embedding(
        _ row: borrowing Row, from column: Int
    ) throws -> PhotoAnalysis.StoredEmbedding? {
        guard let slot: Int64 = try row[column], let generatedAt = try time(row, column + 1) else {
            return nil
        }
        return PhotoAnalysis.StoredEmbedding(slot: slot, generatedAt: generatedAt)
    }

    private static func caption(
        _ row: borrowing Row, from column: Int
    ) throws -> PhotoAnalysis.Caption? {
        guard let generatedAt = try time(row, column + 8) else { return nil }
        let text = try CaptionText(
            title: row[column], category: row[column + 1], visibleText: row[column + 2],
            caption: row[column + 3])
        return try PhotoAnalysis.Caption(
            text: text, model: row[column + 4], generatedAt: generatedAt,
            usage: usage(row, from: column + 5))
    }
}
