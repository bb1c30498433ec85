import Domain
import SQLite

extension JobTable {
    /// What a person's wish did to a job.
    package enum Change: Sendable, Equatable {
        case unknown
        /// The job is not in a state for it.
        case refused(JobRecord)
        case changed(JobRecord)
        /// The job runs under this lease; its runner has to be told.
        case running(JobRecord)
    }

    /// A lease that ends later was taken before the clock was set back.
    private static let longestLease = 120.0
    /// How far the numbers of events jump where some may have been seen that were never stored.
    static let sequenceJump = 10_000

    /// Queues a failed or cancelled job again, as if it had never been tried.
    package func retry(id: String, at now: Time) throws -> Change {
        guard let job = try find(id: id) else { return .unknown }
        guard job.state == .failed || job.state == .cancelled else { return .refused(job) }
        try db.execute(
            """
            UPDATE jobs SET state = 'queued', attempts = 0, error = NULL, result = NULL,
                finished_at = NULL, started_at = NULL, progress_stage = NULL,
                progress_percent = NULL, progress_done = NULL, progress_total = NULL,
                sequence = sequence + 1, children_total = NULL, children_left = NULL,
                held = CASE WHEN held = 'turn' THEN NULL ELSE held END,
                parent_id = NULL
            WHERE id = ?
            """, job.number)
        try db.execute(
            "UPDATE jobs SET parent_id = NULL WHERE parent_id = ?", job.number)
        try place(job.number, start: .now, job.priority, at: now)
        return .changed(try find(number: job.number) ?? job)
    }

    /// Cancels a job that waits, with its children; one that runs has to be told by its runner.
    package func cancel(id: String, at now: Time) throws -> Change {
        guard let job = try find(id: id) else { return .unknown }
        guard !job.state.isFinal else { return .refused(job) }
        for child in try children(of: id) where !child.state.isFinal {
            _ = try cancelAlone(child, at: now)
        }
        guard try cancelAlone(job, at: now) else { return .running(job) }
        return .changed(try find(number: job.number) ?? job)
    }

    /// False if it is being run.
    private func cancelAlone(_ job: JobRecord, at now: Time) throws -> Bool {
        let parents = try db.all(
            """
            UPDATE jobs SET state = 'cancelled', rank = NULL, due_at = NULL, finished_at = ?,
                held = CASE WHEN held = 'turn' THEN NULL ELSE held END,
                sequence = sequence + 1
            WHERE id = ? AND lease_owner IS NULL
                AND state IN ('queued', 'retrying', 'running') RETURNING parent_id
            """, now.milliseconds, job.number
        ) { try $0[0] as Int64? }
        guard let parent = parents.first else { return false }
        if let parent { try childEnded(of: parent, at: now) }
        return true
    }

    /// Removes a waiting job of that key, as what it was for has been done or is gone.
    package func withdraw(key: String) throws {
        try db.execute(
            """
            DELETE FROM jobs WHERE key = ? AND lease_owner IS NULL
                AND state IN ('queued', 'retrying')
            """, key)
    }

    /// Queues again what runs under the lease of a process that is gone, or under one of the living process's that was
    /// not renewed; a job without attempts left has failed.
    ///
    /// - Parameter keeping: numbers that the living process runs for sure.
    package func recover(
        butNot living: String, keeping: Set<Int64>, at now: Time
    ) throws -> [JobRecord] {
        let lost = try db.all(
            """
            SELECT \(Self.columns) FROM jobs WHERE lease_owner IS NOT NULL
                AND (lease_owner <> ?1 OR lease_until < ?2 OR lease_until > ?3)
            """, living, now.milliseconds, now.advanced(bySeconds: Self.longestLease).milliseconds,
            row: Self.record
        ).filter { !keeping.contains($0.number) }
        for job in lost {
            let isOver = job.attempts >= job.maximumAttempts
            let parent = try db.first(
                """
                UPDATE jobs SET state = CASE WHEN ?1 THEN 'failed' ELSE 'queued' END,
                    error = CASE WHEN ?1 THEN ?2 END, lease_owner = NULL, lease_until = NULL,
                    finished_at = CASE WHEN ?1 THEN ?3 END,
                    sequence = sequence + \(Self.sequenceJump)
                WHERE id = ?4 RETURNING parent_id
                """, isOver, JSONText.string(Self.interrupted).text, now.milliseconds, job.number
            ) { try $0[0] as Int64? }
            if !isOver {
                try place(job.number, start: .now, job.priority, at: now)
            } else if let parent = parent ?? nil {
                try childEnded(of: parent, at: now)
            }
        }
        return lost
    }

    private static let interrupted =
        "The daemon ended each time while this job ran. See the log, then retry it."

    /// Brings what was queued at a time that the clock does not show yet to the present, in its order.
    ///
    /// After a clock was set back such jobs would otherwise wait behind everything that comes in.
    @discardableResult
    package func followClock(back now: Time) throws -> Bool {
        let latest = try db.value(
            """
            SELECT max(queued_at) FROM jobs
            WHERE state IN ('queued', 'retrying', 'running') AND finished_at IS NULL
            """, as: Int64?.self)
        guard let latest = latest ?? nil, latest > now.milliseconds else { return false }
        let step = latest - now.milliseconds
        try db.execute(
            """
            UPDATE jobs SET rank = rank - ?1, queued_at = queued_at - ?1,
                due_at = CASE WHEN is_absolute THEN due_at ELSE due_at - ?1 END,
                run_at = CASE WHEN is_absolute THEN run_at ELSE run_at - ?1 END
            WHERE state IN ('queued', 'retrying', 'running') AND queued_at > ?2
            """, step, now.milliseconds)
        effects?.hasJobs = true
        return true
    }

    /// Forgets jobs that ended before then, children with their parents; returns how many rows went.
    package func sweep(before: Time, limit: Int = 1000) throws -> Int {
        try db.execute(
            """
            DELETE FROM jobs WHERE id IN (
                SELECT j.id FROM jobs j WHERE j.finished_at < ?
                    AND (j.parent_id IS NULL OR EXISTS (
                        SELECT 1 FROM jobs p WHERE p.id = j.parent_id AND p.finished_at < ?1))
                ORDER BY j.finished_at LIMIT ?2)
            """, before.milliseconds, limit)
    }
}
