import Domain
import SQLite

/// The queues as rows: whether they are paused, and how many jobs of each state they hold.
package struct QueueTable {
    let db: Connection

    package func paused() throws -> Set<JobQueue> {
        Set(
            try db.all("SELECT name FROM queues WHERE is_paused") { try $0[0] as String }
                .compactMap(JobQueue.init(rawValue:)))
    }

    package func setPaused(_ isPaused: Bool, _ queue: JobQueue) throws {
        try db.execute("UPDATE queues SET is_paused = ? WHERE name = ?", isPaused, queue.rawValue)
    }

    package func counts() throws -> [JobQueue: [JobState: Int]] {
        var counts: [JobQueue: [JobState: Int]] = [:]
        try db.forEach("SELECT queue, state, count FROM job_counts") { row in
            guard let queue = JobQueue(rawValue: try row[0]),
                let state = JobState(rawValue: try row[1])
            else { return }
            counts[queue, default: [:]][state] = try row[2]
        }
        return counts
    }

    /// When the job that has waited longest in each queue was to be started: of the first that was queued and the next
    /// that will be started the earlier one.
    package func oldest(at now: Time) throws -> [JobQueue: Time] {
        var oldest: [JobQueue: Time] = [:]
        for queue in JobQueue.allCases {
            let times = try db.all(
                """
                SELECT * FROM (SELECT run_at FROM jobs WHERE state = 'queued' AND queue = ?1
                    ORDER BY id LIMIT 1)
                UNION ALL SELECT * FROM (SELECT run_at FROM jobs WHERE state = 'retrying'
                    AND queue = ?1 ORDER BY id LIMIT 1)
                UNION ALL SELECT * FROM (SELECT run_at FROM jobs WHERE queue = ?1
                    AND rank IS NOT NULL ORDER BY rank LIMIT 1)
                """, queue.rawValue
            ) { Time(milliseconds: try $0[0]) }
            oldest[queue] = times.filter { $0 <= now }.min()
        }
        return oldest
    }
}
