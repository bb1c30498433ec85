import Domain
import SQLite

/// Jobs: what waits, what runs, and what came of it for as long as that is kept.
///
/// A job is written in the transaction that causes it; the commit wakes the workers.
package struct JobTable {
    let db: Connection
    let effects: Tables.Effects?

    /// So much earlier does each step of priority put a job: what has waited longer than the steps are apart goes first,
    /// whatever comes in behind it.
    package static let priorityHeadStart: Int64 = 600_000

    /// Queues a job, or gives back the one that has its key already.
    ///
    /// A full queue refuses it with `Failure.unavailable`.
    @discardableResult
    package func enqueue(_ job: NewJob) throws -> JobRecord {
        if let key = job.key, let waiting = try find(key: key, job.onDuplicate) {
            guard job.onDuplicate == .reschedule, waiting.state.isWaiting else { return waiting }
            try place(waiting.number, start: job.start, job.priority, at: job.createdAt)
            return try find(number: waiting.number) ?? waiting
        }
        if job.queueLimit < .max { try checkRoom(in: job.queue, job.queueLimit) }
        return try insert(job, parent: nil, held: job.kind.start == .family ? "family" : nil)
    }

    /// Keeps a job that has ended before it began, for whoever asks how it went.
    @discardableResult
    package func insertEnded(
        _ job: NewJob, _ state: JobState, result: JSONText? = nil, error: JSONText? = nil
    ) throws -> JobRecord {
        let made = try insert(job, parent: nil, held: "turn")
        try db.execute(
            """
            UPDATE jobs SET state = ?1, result = ?2, error = ?3, held = NULL, started_at = ?4,
                finished_at = ?4 WHERE id = ?5
            """, state.rawValue, result?.text, error?.text, job.createdAt.milliseconds,
            made.number)
        return try find(number: made.number) ?? made
    }

    private func checkRoom(in queue: JobQueue, _ limit: Int) throws {
        let waiting = try db.value(
            """
            SELECT SUM(count) FROM job_counts WHERE queue = ? AND state IN ('queued', 'retrying')
            """, queue.rawValue, as: Int?.self)
        guard (waiting ?? 0) ?? 0 < limit else {
            throw Failure(
                .unavailable,
                "The queue \(queue.rawValue) is full. Try again when it has been worked off.")
        }
    }

    private func find(key: String, _ rule: NewJob.OnDuplicate) throws -> JobRecord? {
        let states =
            rule == .keepRunning ? "'queued', 'retrying', 'running'" : "'queued', 'retrying'"
        return try db.first(
            "SELECT \(Self.columns) FROM jobs WHERE key = ? AND state IN (\(states)) LIMIT 1",
            key, row: Self.record)
    }

    func insert(_ job: NewJob, parent: Int64?, held: String?) throws -> JobRecord {
        let now = job.createdAt
        let start = Self.time(of: job.start, at: now)
        let rank = Self.rank(start, job.priority)
        let isReady = held == nil && start <= now
        try db.execute(
            """
            INSERT INTO jobs (uuid, kind, arguments, queue, priority, state, max_attempts, run_at,
                is_absolute, queued_at, rank, due_at, held, key, file, owner, parent_id, created_at)
            VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            arguments: [
                job.id, job.kind.name, job.arguments.text, job.queue.rawValue, job.priority,
                job.attempts, start.milliseconds, Self.isAbsolute(job.start), now.milliseconds,
                isReady ? rank : nil, held == nil && !isReady ? start.milliseconds : nil, held,
                job.key, job.file, job.owner?.key, parent, now.milliseconds,
            ])
        effects?.hasJobs = true
        return JobRecord(
            number: db.lastInsertRowID, id: job.id, kind: job.kind.name,
            arguments: job.arguments, queue: job.queue, priority: job.priority, state: .queued,
            attempts: 0, maximumAttempts: job.attempts, runAt: start, createdAt: now,
            startedAt: nil, finishedAt: nil, progress: nil, result: nil, error: nil,
            owner: job.owner, parentID: nil, children: nil, sequence: 0)
    }

    /// Gives a waiting job another time to start.
    func place(
        _ number: Int64, start: NewJob.Start, _ priority: Int, at now: Time
    ) throws {
        let time = Self.time(of: start, at: now)
        let isReady = time <= now
        try db.execute(
            """
            UPDATE jobs SET run_at = ?1, is_absolute = ?2, queued_at = ?3,
                rank = CASE WHEN held IS NULL THEN ?4 END,
                due_at = CASE WHEN held IS NULL THEN ?5 END
            WHERE id = ?6
            """,
            time.milliseconds, Self.isAbsolute(start), now.milliseconds,
            isReady ? Self.rank(time, priority) : nil, isReady ? nil : time.milliseconds, number)
        effects?.hasJobs = true
    }

    private static func time(of start: NewJob.Start, at now: Time) -> Time {
        switch start {
        case .now: now
        case .after(let pause): now.advanced(bySeconds: pause / .seconds(1))
        case .at(let time): max(time, now)
        }
    }

    private static func isAbsolute(_ start: NewJob.Start) -> Bool {
        if case .at = start { true } else { false }
    }

    static func rank(_ start: Time, _ priority: Int) -> Int64 {
        start.milliseconds - Int64(priority) * priorityHeadStart
    }
}

extension JobTable {
    static let columns = """
        id, uuid, kind, arguments, queue, priority, state, attempts, max_attempts, run_at, \
        created_at, started_at, finished_at, progress_stage, progress_percent, progress_done, \
        progress_total, result, error, owner, \
        (SELECT p.uuid FROM jobs p WHERE p.id = jobs.parent_id), children_total, children_left, \
        sequence
        """

    static func record(_ row: borrowing Row) throws -> JobRecord {
        let started: Int64? = try row[11]
        let finished: Int64? = try row[12]
        let result: String? = try row[17]
        let error: String? = try row[18]
        let owner: String? = try row[19]
        return JobRecord(
            number: try row[0], id: try row[1], kind: try row[2],
            arguments: JSONText(try row[3] as String),
            queue: JobQueue(rawValue: try row[4]) ?? .normal, priority: try row[5],
            state: JobState(rawValue: try row[6]) ?? .failed, attempts: try row[7],
            maximumAttempts: try row[8], runAt: Time(milliseconds: try row[9]),
            createdAt: Time(milliseconds: try row[10]),
            startedAt: started.map(Time.init(milliseconds:)),
            finishedAt: finished.map(Time.init(milliseconds:)), progress: try progress(row),
            result: result.map { JSONText($0) }, error: error.map { JSONText($0) },
            owner: owner.flatMap(Identity.init(key:)), parentID: try row[20],
            children: try children(row), sequence: try row[23])
    }

    private static func progress(_ row: borrowing Row) throws -> JobProgress? {
        guard let stage: String = try row[13] else { return nil }
        return JobProgress(
            stage: stage, percent: try row[14], done: try row[15], total: try row[16])
    }

    private static func children(_ row: borrowing Row) throws -> JobRecord.Children? {
        guard let total: Int = try row[21], let left: Int = try row[22] else { return nil }
        return JobRecord.Children(total: total, left: left)
    }
}
