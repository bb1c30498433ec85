import Domain
import SQLite

/// The ledger of calls to providers. Rows are appended and never changed.
package struct UsageTable {
    let db: Connection

    private static let columns = """
        uuid, user_id, service, purpose, subject, request_id, provider, model, tokens_in, \
        tokens_out, units, is_estimated, cost_nano_usd, created_at
        """

    package func append(_ entry: UsageEntry) throws {
        let values: [(any SQLiteValueConvertible)?] = [
            entry.id, entry.user, entry.service, entry.purpose.rawValue, entry.subject,
            entry.requestID, entry.provider, entry.model, entry.tokensIn, entry.tokensOut,
            entry.units, entry.isEstimated, entry.costNanoUSD, entry.createdAt.milliseconds,
        ]
        try db.execute(
            """
            INSERT INTO usage (\(Self.columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, arguments: values)
    }

    /// Which rows of one purpose a listing is about.
    package struct Filter: Sendable {
        package var purpose: UsageEntry.Purpose
        /// Nil for all accounts.
        package var user: String?
        package var from: Time
        package var to: Time

        package init(
            purpose: UsageEntry.Purpose, user: String?,
            from: Time = Time(milliseconds: .min), to: Time = Time(milliseconds: .max)
        ) {
            self.purpose = purpose
            self.user = user
            self.from = from
            self.to = to
        }

        var condition: String {
            (user == nil ? "" : "user_id = ? AND ")
                + "purpose = ? AND created_at BETWEEN ? AND ?"
        }

        var arguments: [(any SQLiteValueConvertible)?] {
            (user.map { [$0] } ?? []) + [purpose.rawValue, from.milliseconds, to.milliseconds]
        }
    }

    /// A page of entries, newest first.
    package func entries(
        _ filter: Filter, limit: Int, offset: Int
    ) throws -> [UsageEntry] {
        // The page is found in the index alone; only its rows are read.
        try db.all(
            """
            SELECT \(Self.columns) FROM usage WHERE id IN (
                SELECT id FROM usage WHERE \(filter.condition)
                ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?)
            ORDER BY created_at DESC, id DESC
            """, arguments: filter.arguments + [limit, offset], row: Self.entry)
    }

    package func totals(_ filter: Filter) throws -> UsageTotals {
        let sums = try db.all(
            """
            SELECT count(*), coalesce(sum(tokens_in), 0), coalesce(sum(cost_nano_usd), 0)
            FROM usage WHERE \(filter.condition)
            """, arguments: filter.arguments
        ) { try UsageTotals(calls: $0[0], tokensIn: $0[1], costNanoUSD: $0[2]) }
        return sums.first ?? UsageTotals(calls: 0, tokensIn: 0, costNanoUSD: 0)
    }

    /// What the calls of one request cost.
    package func cost(ofRequest id: String) throws -> Int {
        try db.first(
            "SELECT coalesce(sum(cost_nano_usd), 0) FROM usage WHERE request_id = ?", id
        ) { try $0[0] } ?? 0
    }

    private static func entry(_ row: borrowing Row) throws -> UsageEntry {
        let purpose = UsageEntry.Purpose(rawValue: try row[3]) ?? .embedding
        let user: String? = try row[1]
        let subject: String? = try row[4]
        let request: String? = try row[5]
        let createdAt = try Time(milliseconds: row[13])
        return try UsageEntry(
            id: row[0], user: user, service: row[2], purpose: purpose, subject: subject,
            requestID: request, provider: row[6], model: row[7], tokensIn: row[8],
            tokensOut: row[9], units: row[10], isEstimated: row[11], costNanoUSD: row[12],
            createdAt: createdAt)
    }
}
