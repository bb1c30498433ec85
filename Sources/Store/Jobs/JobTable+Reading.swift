import Domain
import SQLite

extension JobTable {
    /// Which jobs a list shows.
    package struct Filter: Sendable, Equatable {
        package var state: JobState?
        package var queue: JobQueue?
        package var kind: String?
        /// Only those that this one's requests made.
        package var owner: Identity?

        package init(
            state: JobState? = nil, queue: JobQueue? = nil, kind: String? = nil,
            owner: Identity? = nil
        ) {
            self.state = state
            self.queue = queue
            self.kind = kind
            self.owner = owner
        }
    }

    package func find(id: String) throws -> JobRecord? {
        try db.first("SELECT \(Self.columns) FROM jobs WHERE uuid = ?", id, row: Self.record)
    }

    package func find(number: Int64) throws -> JobRecord? {
        try db.first("SELECT \(Self.columns) FROM jobs WHERE id = ?", number, row: Self.record)
    }

    /// The job of that key that waits or runs.
    package func active(key: String) throws -> JobRecord? {
        try db.first(
            """
            SELECT \(Self.columns) FROM jobs
            WHERE key = ? AND state IN ('queued', 'retrying', 'running') ORDER BY id DESC LIMIT 1
            """, key, row: Self.record)
    }

    /// Newest first.
    package func list(_ filter: Filter, limit: Int, offset: Int) throws -> [JobRecord] {
        let (condition, values) = Self.condition(filter)
        return try db.all(
            "SELECT \(Self.columns) FROM jobs\(condition) ORDER BY id DESC LIMIT ? OFFSET ?",
            arguments: values + [limit, offset], row: Self.record)
    }

    package func count(_ filter: Filter) throws -> Int {
        // Without a kind or an owner the counters know.
        if filter.kind == nil, filter.owner == nil {
            let total = try db.value(
                """
                SELECT SUM(count) FROM job_counts
                WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR queue = ?2)
                """, filter.state?.rawValue, filter.queue?.rawValue, as: Int?.self)
            return (total ?? nil) ?? 0
        }
        let (condition, values) = Self.condition(filter)
        return try db.all(
            "SELECT COUNT(*) FROM jobs\(condition)", arguments: values
        ) { try $0[0] as Int }.first ?? 0
    }

    private static func condition(
        _ filter: Filter
    ) -> (String, [(any SQLiteValueConvertible)?]) {
        var terms: [String] = []
        var values: [(any SQLiteValueConvertible)?] = []
        func add(_ column: String, _ value: String?) {
            guard let value else { return }
            terms.append("\(column) = ?")
            values.append(value)
        }
        add("state", filter.state?.rawValue)
        add("queue", filter.queue?.rawValue)
        add("kind", filter.kind)
        add("owner", filter.owner?.key)
        return (terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND "), values)
    }

    /// The children of a job, in the order in which they were queued.
    package func children(of id: String) throws -> [JobRecord] {
        try db.all(
            """
            SELECT \(Self.columns) FROM jobs
            WHERE parent_id = (SELECT id FROM jobs WHERE uuid = ?) ORDER BY id
            """, id, row: Self.record)
    }

    /// What a job's handler logged after that number, oldest first.
    package func log(
        of number: Int64, after sequence: Int64, limit: Int = 1000
    ) throws -> [JobLogLine] {
        try db.all(
            """
            SELECT sequence, at, line FROM job_log
            WHERE job_id = ? AND sequence > ? ORDER BY sequence LIMIT ?
            """, number, sequence, limit
        ) { row in
            JobLogLine(
                sequence: try row[0], at: Time(milliseconds: try row[1]), line: try row[2])
        }
    }

    /// When the next job that waits for its time is due.
    package func nextDue() throws -> Time? {
        try db.first(
            "SELECT due_at FROM jobs WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1"
        ) { Time(milliseconds: try $0[0]) }
    }
}

/// A line that a handler wrote for those who watch its job.
package struct JobLogLine: Sendable, Equatable {
    package var sequence: Int64
    package var at: Time
    package var line: String

    package init(sequence: Int64, at: Time, line: String) {
        self.sequence = sequence
        self.at = at
        self.line = line
    }
}
