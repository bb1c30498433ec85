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

    /// When the job that has waited longest in each queue was to be started.
    package func oldest(at now: Time) throws -> [JobQueue: Time] {
        var oldest: [JobQueue: Time] = [:]
        for queue in JobQueue.allCases {
            for state in [JobState.queued, .retrying] {
                let time = try db.first(
                    "SELECT run_at FROM jobs WHERE state = ? AND queue = ? ORDER BY id LIMIT 1",
                    state.rawValue, queue.rawValue
                ) { Time(milliseconds: try $0[0]) }
                guard let time, time <= now else { continue }
                oldest[queue] = min(oldest[queue] ?? time, time)
            }
        }
        return oldest
    }
}
