import Domain
import SQLite

/// What the clock starts: when it last did and when it will next.
package struct ScheduleTable {
    let db: Connection

    /// Brings the definition of a schedule up to date; `nextRun` counts for a new or changed one.
    package func define(_ schedule: Schedule, nextRun: Time?) throws {
        try db.execute(
            """
            INSERT INTO schedules (name, kind, arguments, queue, timing, zone, next_run)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (name) DO UPDATE SET kind = ?2, arguments = ?3, queue = ?4,
                next_run = CASE WHEN timing = ?5 AND zone = ?6 THEN next_run ELSE ?7 END,
                timing = ?5, zone = ?6
            """,
            schedule.name, schedule.kind, schedule.arguments.text, schedule.queue.rawValue,
            schedule.timing.text, schedule.zone, nextRun?.milliseconds)
    }

    /// Forgets the schedules that nobody defines any more.
    package func keepOnly(_ names: [String]) throws {
        let places = names.map { _ in "?" }.joined(separator: ", ")
        try db.execute(
            "DELETE FROM schedules WHERE name NOT IN (\(places))",
            arguments: names.map { $0 as any SQLiteValueConvertible })
    }

    package func all() throws -> [ScheduleRecord] {
        try db.all(
            """
            SELECT s.name, s.kind, s.queue, s.timing, s.zone, s.is_paused, s.last_run, j.state,
                s.next_run
            FROM schedules s LEFT JOIN jobs j ON j.uuid = s.last_job ORDER BY s.rowid
            """
        ) { row in
            let last: Int64? = try row[6]
            let state: String? = try row[7]
            let next: Int64? = try row[8]
            return ScheduleRecord(
                name: try row[0], kind: try row[1],
                queue: JobQueue(rawValue: try row[2]) ?? .batch, timing: try row[3],
                zone: try row[4], isPaused: try row[5],
                lastRun: last.map(Time.init(milliseconds:)),
                lastStatus: state.flatMap(JobState.init(rawValue:)),
                nextRun: next.map(Time.init(milliseconds:)))
        }
    }

    package func setNextRun(_ time: Time?, of name: String) throws {
        try db.execute(
            "UPDATE schedules SET next_run = ? WHERE name = ?", time?.milliseconds, name)
    }

    /// Notes that a schedule was started.
    package func setLastRun(_ time: Time, job: String, of name: String) throws {
        try db.execute(
            "UPDATE schedules SET last_run = ?, last_job = ? WHERE name = ?", time.milliseconds,
            job, name)
    }

    /// Whether there is such a schedule.
    package func setPaused(_ isPaused: Bool, _ name: String) throws -> Bool {
        try db.execute("UPDATE schedules SET is_paused = ? WHERE name = ?", isPaused, name) > 0
    }
}
