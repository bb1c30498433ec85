import Domain
import SQLite

/// All records, as administrators look through them.
extension PhotoTable {
    /// The records that fit, newest first.
    package func listings(
        _ filter: PhotoFilter, at now: Time, limit: Int, offset: Int
    ) throws -> [PhotoListing] {
        let condition = Condition(filter, at: now)
        return try db.all(
            """
            SELECT p.uuid, p.suggestion_count, p.vision_model, p.times_used, p.owner,
                p.owner_name, p.created_at, b.storage, p.expires_at, p.selected_code,
                p.selected_at
            FROM photo_analyses p JOIN blobs b ON b.id = p.blob_id \(condition.sql)
            ORDER BY p.created_at DESC, p.id DESC LIMIT ? OFFSET ?
            """, arguments: condition.arguments + [limit, offset], row: Self.listing)
    }

    /// How many records fit.
    package func count(_ filter: PhotoFilter, at now: Time) throws -> Int {
        let condition = Condition(filter, at: now)
        let blobs = condition.sql.isEmpty ? "" : "JOIN blobs b ON b.id = p.blob_id"
        return try db.all(
            "SELECT count(*) FROM photo_analyses p \(blobs) \(condition.sql)",
            arguments: condition.arguments
        ) { try $0[0] as Int }.first ?? 0
    }

    /// The models that records were made by, in order; found by leaps through their index.
    package func visionModels() throws -> [String] {
        try db.all(
            """
            WITH RECURSIVE found (model) AS (
                SELECT min(vision_model) FROM photo_analyses
                UNION ALL
                SELECT (SELECT min(vision_model) FROM photo_analyses WHERE vision_model > model)
                FROM found WHERE model IS NOT NULL
            )
            SELECT model FROM found WHERE model IS NOT NULL
            """
        ) { try $0[0] }
    }

    /// How many were served a record as a duplicate.
    package func viewerCount(of id: Int64) throws -> Int {
        try db.first(
            "SELECT count(*) FROM photo_readers WHERE photo_id = ? AND is_owner = 0", id
        ) { try $0[0] } ?? 0
    }

    private static func listing(_ row: borrowing Row) throws -> PhotoListing {
        let owner: String? = try row[4]
        let expiresAt: Int64? = try row[8]
        let selectedAt: Int64? = try row[10]
        let summary = try PhotoAnalysisSummary(
            uuid: row[0], suggestionCount: row[1], visionModel: row[2], timesUsed: row[3],
            owner: owner.flatMap(Identity.init(key:)), ownerName: row[5],
            createdAt: Time(milliseconds: row[6]))
        return try PhotoListing(
            summary: summary, storage: StorageKind(rawValue: row[7]) ?? .local,
            expiresAt: expiresAt.map(Time.init(milliseconds:)), selectedCode: row[9],
            selectedAt: selectedAt.map(Time.init(milliseconds:)))
    }

    /// The part of a query that leaves out what does not fit.
    private struct Condition {
        private var terms: [String] = []
        private(set) var arguments: [(any SQLiteValueConvertible)?] = []

        var sql: String { terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ") }

        init(_ filter: PhotoFilter, at now: Time) {
            if let storage = filter.storage { add("b.storage = ?", storage.rawValue) }
            if let model = filter.model { add("p.vision_model = ?", model) }
            if let days = filter.days {
                let since = now.advanced(bySeconds: -86_400 * Double(days))
                add("p.created_at >= ?", since.milliseconds)
            }
            switch filter.status {
            case .active: add("p.expires_at >= ?", now.milliseconds)
            case .expired: add("p.expires_at < ?", now.milliseconds)
            case .never: terms.append("p.expires_at IS NULL")
            case nil: break
            }
            if !filter.search.isEmpty { add(search: filter) }
        }

        private mutating func add(_ term: String, _ argument: any SQLiteValueConvertible) {
            terms.append(term)
            arguments.append(argument)
        }

        private mutating func add(search filter: PhotoFilter) {
            // As SQLite's `lower`, which leaves all but ASCII alone.
            var pattern = "%"
            for scalar in filter.search.unicodeScalars {
                if "%_\\".unicodeScalars.contains(scalar) { pattern.append("\\") }
                pattern += scalar.isASCII ? scalar.properties.lowercaseMapping : String(scalar)
            }
            pattern += "%"
            let like = "LIKE ? ESCAPE '\\'"
            var choices = [
                "p.uuid \(like)", "p.stand_in \(like)", "lower(p.owner_name) \(like)",
                "p.owner LIKE 'f:%' AND lower(substr(p.owner, 3)) \(like)",
                "lower(p.address) \(like)", "lower(p.selected_code) \(like)",
                """
                p.owner IN (SELECT 'u:' || uuid FROM users
                    WHERE lower(email) \(like) OR lower(username) \(like))
                """,
            ]
            arguments += [(any SQLiteValueConvertible)?](repeating: pattern, count: 8)
            if let phash = filter.phash {
                choices.append("b.phash = ?")
                arguments.append(Int64(bitPattern: phash))
            }
            if let md5 = filter.md5 {
                choices.append("b.md5 = ?")
                arguments.append(md5)
            }
            terms.append("(" + choices.map { "(\($0))" }.joined(separator: " OR ") + ")")
        }
    }
}
