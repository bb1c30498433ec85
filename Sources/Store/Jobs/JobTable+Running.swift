import Domain
import SQLite

/// The right to run a job once, named in its row until it is given back.
package struct JobLease: Sendable, Hashable {
    package var number: Int64
    /// The process that runs it.
    package var owner: String

    package init(number: Int64, owner: String) {
        self.number = number
        self.owner = owner
    }
}

extension JobTable {
    /// Makes the jobs ready whose time has come; returns how many.
    @discardableResult
    package func promote(at now: Time, limit: Int = 1000) throws -> Int {
        try db.execute(
            """
            UPDATE jobs SET rank = due_at - priority * \(Self.priorityHeadStart), due_at = NULL
            WHERE id IN (SELECT id FROM jobs WHERE due_at <= ? ORDER BY due_at LIMIT ?)
            """, now.milliseconds, limit)
    }

    /// What a queue starts next; nothing is changed.
    package func next(
        in queue: JobQueue, limit: Int
    ) throws -> [(number: Int64, kind: String)] {
        try db.all(
            """
            SELECT id, kind FROM jobs WHERE queue = ? AND rank IS NOT NULL ORDER BY rank LIMIT ?
            """, queue.rawValue, limit
        ) { (try $0[0], try $0[1]) }
    }

    /// Hands a job to its runner and counts the attempt; nil if it is not there to be had any more.
    package func claim(
        _ number: Int64, by owner: String, until: Time, at now: Time
    ) throws -> JobRecord? {
        // A parent whose children have ended is running already and is not begun anew.
        try db.first(
            """
            UPDATE jobs SET attempts = attempts + (state <> 'running'), state = 'running',
                rank = NULL, due_at = NULL, lease_owner = ?1, lease_until = ?2,
                started_at = CASE WHEN children_total IS NULL THEN ?3 ELSE started_at END,
                sequence = sequence + 1
            WHERE id = ?4 AND lease_owner IS NULL
                AND (state IN ('queued', 'retrying') OR rank IS NOT NULL)
            RETURNING \(Self.columns)
            """, owner, until.milliseconds, now.milliseconds, number, row: Self.record)
    }

    /// Jobs of a kind that its family starts itself and that are due, oldest first.
    package func due(kind: String, at now: Time, limit: Int) throws -> [Int64] {
        try db.all(
            """
            SELECT id FROM jobs WHERE held = 'family' AND kind = ? AND run_at <= ?
                AND state IN ('queued', 'retrying') AND lease_owner IS NULL
            ORDER BY run_at, id LIMIT ?
            """, kind, now.milliseconds, limit
        ) { try $0[0] }
    }

    /// Says that a job is still being run.
    package func renew(_ lease: JobLease, until: Time) throws {
        try db.execute(
            "UPDATE jobs SET lease_until = ? WHERE id = ? AND lease_owner = ?",
            until.milliseconds, lease.number, lease.owner)
    }

    /// Whether the lease still stands: nobody has cancelled, finished or given up the job meanwhile.
    package func isHeld(_ lease: JobLease) throws -> Bool {
        try db.value(
            "SELECT 1 FROM jobs WHERE id = ? AND lease_owner = ?", lease.number, lease.owner,
            as: Int.self) != nil
    }

    /// Ends a job for good. False if the lease does not stand any more; nothing is changed then.
    package func finish(
        _ lease: JobLease, _ state: JobState, result: JSONText? = nil, error: JSONText? = nil,
        at now: Time
    ) throws -> Bool {
        let parents = try db.all(
            """
            UPDATE jobs SET state = ?1, result = ?2, error = ?3, finished_at = ?4,
                file = CASE WHEN ?1 = 'succeeded' THEN NULL ELSE file END, lease_owner = NULL,
                lease_until = NULL, sequence = sequence + 1
            WHERE id = ?5 AND lease_owner = ?6 RETURNING parent_id
            """, state.rawValue, result?.text, error?.text, now.milliseconds, lease.number,
            lease.owner
        ) { try $0[0] as Int64? }
        guard let parent = parents.first else { return false }
        if let parent { try childEnded(of: parent, at: now) }
        return true
    }

    /// Puts a job back after an attempt that failed, was put off or never began.
    ///
    /// - Parameter counting: whether the attempt counts.
    package func putBack(
        _ lease: JobLease, error: JSONText?, after pause: Duration, counting: Bool, at now: Time
    ) throws -> Bool {
        let changed = try db.execute(
            """
            UPDATE jobs SET attempts = max(0, attempts - ?1),
                state = CASE WHEN ?2 IS NULL THEN 'queued' ELSE 'retrying' END, error = ?2,
                lease_owner = NULL, lease_until = NULL, sequence = sequence + 1
            WHERE id = ?3 AND lease_owner = ?4
            """, counting ? 0 : 1, error?.text, lease.number, lease.owner)
        guard changed == 1 else { return false }
        let priority = try db.value(
            "SELECT priority FROM jobs WHERE id = ?", lease.number, as: Int.self)
        try place(lease.number, start: .after(pause), priority ?? 5, at: now)
        return true
    }

    /// Lets a job wait for children, of which at most `window` are ready at a time.
    package func wait(
        _ lease: JobLease, for children: [NewJob], window: Int, at now: Time
    ) throws -> Bool {
        let changed = try db.execute(
            """
            UPDATE jobs SET children_total = ?1, children_left = ?1, lease_owner = NULL,
                lease_until = NULL, sequence = sequence + 1,
                rank = CASE WHEN ?1 = 0 THEN ?2 - priority * \(Self.priorityHeadStart) END
            WHERE id = ?3 AND lease_owner = ?4
            """, children.count, now.milliseconds, lease.number, lease.owner)
        guard changed == 1 else { return false }
        for (index, child) in children.enumerated() {
            _ = try insert(child, parent: lease.number, held: index < window ? nil : "turn")
        }
        effects?.hasJobs = true
        return true
    }

    /// Counts a child off: the next of its siblings has its turn, and the last one lets the parent go on.
    func childEnded(of parent: Int64, at now: Time) throws {
        try db.execute(
            """
            UPDATE jobs SET children_left = children_left - 1, sequence = sequence + 1,
                rank = CASE WHEN children_left = 1 AND state = 'running'
                    THEN ?1 - priority * \(Self.priorityHeadStart) END
            WHERE id = ?2 AND children_left > 0
            """, now.milliseconds, parent)
        let next = try db.value(
            """
            SELECT id FROM jobs WHERE parent_id = ? AND held = 'turn' ORDER BY id LIMIT 1
            """, parent, as: Int64.self)
        if let next {
            try db.execute(
                """
                UPDATE jobs SET held = NULL, rank = ?1 - priority * \(Self.priorityHeadStart)
                WHERE id = ?2
                """, now.milliseconds, next)
        }
        effects?.hasJobs = true
    }

    /// Stores how far a running job has come and what its handler logged since.
    package func report(
        _ lease: JobLease, _ progress: JobProgress?, lines: [JobLogLine], sequence: Int64
    ) throws {
        let changed = try db.execute(
            """
            UPDATE jobs SET sequence = max(sequence, ?1), progress_stage = ?2,
                progress_percent = ?3, progress_done = ?4, progress_total = ?5
            WHERE id = ?6 AND lease_owner = ?7
            """, sequence, progress?.stage, progress?.percent, progress?.done, progress?.total,
            lease.number, lease.owner)
        guard changed == 1 else { return }
        for line in lines {
            try db.execute(
                """
                INSERT INTO job_log (job_id, sequence, at, line) VALUES (?, ?, ?, ?)
                ON CONFLICT (job_id, sequence) DO NOTHING
                """, lease.number, line.sequence, line.at.milliseconds, line.line)
        }
    }
}
