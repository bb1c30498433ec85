import Domain
import SQLite

/// What is missing in one token bucket.
package struct RateBucketRow: Sendable, Equatable {
    package var key: String
    package var missing: Double
    package var updatedAt: Time

    package init(key: String, missing: Double, updatedAt: Time) {
        self.key = key
        self.missing = missing
        self.updatedAt = updatedAt
    }
}

/// One token taken.
package struct RateEventRow: Sendable, Equatable {
    package var key: String
    package var at: Time
}

/// Token buckets, so that a restart changes nothing.
package struct RateTable {
    let db: Connection

    /// All buckets, and the events since then, oldest first.
    package func all(since: Time) throws -> (buckets: [RateBucketRow], events: [RateEventRow]) {
        let buckets = try db.all("SELECT key, missing, updated_at FROM rate_buckets") { row in
            try RateBucketRow(
                key: row[0], missing: row[1], updatedAt: Time(milliseconds: row[2]))
        }
        let events = try db.all(
            "SELECT key, at FROM rate_events WHERE at >= ? ORDER BY at", since.milliseconds
        ) { row in
            try RateEventRow(key: row[0], at: Time(milliseconds: row[1]))
        }
        return (buckets, events)
    }

    /// Stores how a bucket stands after a token was taken from it at `row.updatedAt`.
    ///
    /// Of two tokens taken at the same time the later one may be stored first, and stands.
    package func take(_ row: RateBucketRow) throws {
        try db.execute(
            """
            INSERT INTO rate_buckets (key, missing, updated_at) VALUES (?, ?, ?)
            ON CONFLICT (key)
            DO UPDATE SET missing = excluded.missing, updated_at = excluded.updated_at
            WHERE (excluded.updated_at, excluded.missing)
                > (rate_buckets.updated_at, rate_buckets.missing)
            """, row.key, row.missing, row.updatedAt.milliseconds)
        try db.execute(
            "INSERT INTO rate_events (key, at) VALUES (?, ?)", row.key, row.updatedAt.milliseconds)
    }

    /// Forgets events and untouched buckets from before then.
    package func sweep(before: Time) throws {
        try db.execute("DELETE FROM rate_events WHERE at < ?", before.milliseconds)
        try db.execute("DELETE FROM rate_buckets WHERE updated_at < ?", before.milliseconds)
    }
}
