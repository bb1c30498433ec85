import Domain
import SQLite

/// An answer kept for repeating.
package struct KeptAnswer: Sendable, Equatable {
    /// What the request said, as a digest.
    package var digest: [UInt8]
    package var status: Int
    package var location: String?
    package var body: [UInt8]

    package init(digest: [UInt8], status: Int, location: String?, body: [UInt8]) {
        self.digest = digest
        self.status = status
        self.location = location
        self.body = body
    }
}

/// Answers by idempotency key, for a day.
package struct IdempotencyTable {
    let db: Connection

    package func find(scope: String, key: String, since: Time) throws -> KeptAnswer? {
        try db.first(
            """
            SELECT digest, status, location, body FROM idempotency
            WHERE scope = ? AND key = ? AND created_at >= ?
            """, scope, key, since.milliseconds
        ) { row in
            try KeptAnswer(digest: row[0], status: row[1], location: row[2], body: row[3])
        }
    }

    package func insert(_ answer: KeptAnswer, scope: String, key: String, at now: Time) throws {
        try db.execute(
            """
            INSERT INTO idempotency (scope, key, digest, status, location, body, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (scope, key) DO UPDATE SET digest = excluded.digest,
                status = excluded.status, location = excluded.location, body = excluded.body,
                created_at = excluded.created_at
            """,
            scope, key, answer.digest, answer.status, answer.location, answer.body,
            now.milliseconds)
    }

    package func sweep(before: Time) throws {
        try db.execute("DELETE FROM idempotency WHERE created_at < ?", before.milliseconds)
    }
}
