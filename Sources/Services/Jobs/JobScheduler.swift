import Crypto
import Domain
import Store
import Synchronization

/// Knows when schedules are due, whatever the clock does in between.
final class JobScheduler: Sendable {
    /// So far a clock may be set back for its hour of the day to count as one that has had its run.
    private static let correction = 26.0 * 3600

    private struct State {
        var schedules: [String: Schedule] = [:]
        var next: [String: Time] = [:]
    }

    private let settings: JobSettings
    private let state = Mutex(State())

    init(settings: JobSettings) {
        self.settings = settings
    }

    /// When the first of them is due.
    var nextRun: Time? { state.withLock { $0.next.values.min() } }

    func isDue(at now: Time) -> Bool { nextRun.map { $0 <= now } ?? false }

    /// Brings the stored schedules in line with those that are defined.
    func define(_ schedules: [Schedule], _ tables: Tables, at now: Time) throws {
        for schedule in schedules {
            try tables.schedules.define(schedule, nextRun: next(schedule, after: now))
        }
        try tables.schedules.keepOnly(schedules.map(\.name))
        state.withLock { state in
            state.schedules = Dictionary(
                schedules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        try refresh(tables, at: now)
    }

    /// What is due now, each once however often it was missed; their next runs are stored.
    func takeDue(_ tables: Tables, at now: Time) throws -> [Schedule] {
        try refresh(tables, at: now)
        let schedules = state.withLock { $0.schedules }
        var due: [Schedule] = []
        for record in try tables.schedules.all() {
            guard let schedule = schedules[record.name], let planned = record.nextRun,
                planned <= now
            else { continue }
            if !record.isPaused { due.append(schedule) }
            try tables.schedules.setNextRun(next(schedule, after: now), of: record.name)
        }
        try refresh(tables, at: now)
        return due
    }

    /// Reads the next runs back and corrects those that a clock set back has left far away.
    func refresh(_ tables: Tables, at now: Time) throws {
        let schedules = state.withLock { $0.schedules }
        var times: [String: Time] = [:]
        for record in try tables.schedules.all() {
            guard let schedule = schedules[record.name] else { continue }
            var time = record.nextRun
            if let planned = time, let expected = next(schedule, after: now),
                planned > expected, isLost(schedule, record, at: now)
            {
                try tables.schedules.setNextRun(expected, of: record.name)
                time = expected
            }
            times[record.name] = time
        }
        state.withLock { $0.next = times }
    }

    /// Whether the planned run belongs to a time from which the clock was set back.
    private func isLost(_ schedule: Schedule, _ record: ScheduleRecord, at now: Time) -> Bool {
        if case .cron(let text) = schedule.timing, let cron = CronExpression(text),
            !cron.isEveryHour, let last = record.lastRun
        {
            // The hour has come twice, as when a clock is corrected: the run was had.
            let ahead = last.seconds(since: now)
            return ahead <= 0 || ahead > Self.correction
        }
        return true
    }

    private func next(_ schedule: Schedule, after now: Time) -> Time? {
        switch schedule.timing {
        case .every(let interval):
            return now.advanced(bySeconds: max(interval / .seconds(1), 1))
        case .cron(let text):
            guard let cron = CronExpression(text) else { return nil }
            let second = (now.milliseconds - (now.milliseconds % 1000 + 1000) % 1000) / 1000
            return cron.next(after: second, in: settings.zone)
                .map { Time(milliseconds: $0 * 1000) }
        }
    }
}

extension JobRunner {
    /// Queues the jobs whose time has come.
    func startSchedules(_ registry: JobRegistry, _ tables: Tables, at now: Time) throws {
        for schedule in try scheduler.takeDue(tables, at: now) {
            try start(schedule, registry, tables, at: now)
        }
    }

    /// Queues a schedule's job, unless the one before it is still on its way.
    @discardableResult
    func start(
        _ schedule: Schedule, _ registry: JobRegistry, _ tables: Tables, at now: Time
    ) throws -> JobRecord? {
        guard let kind = registry.entries[schedule.kind]?.kind else { return nil }
        let job = NewJob(
            id: UUIDValue.timeOrdered(milliseconds: now.milliseconds).description, kind: kind,
            arguments: schedule.arguments, queue: schedule.queue, priority: kind.priority,
            attempts: kind.attempts ?? settings.attempts, createdAt: now,
            key: "schedule:" + schedule.name, onDuplicate: .keepRunning)
        let queued = try tables.jobs.enqueue(job)
        try tables.schedules.setLastRun(now, job: queued.id, of: schedule.name)
        return queued
    }
}

extension JobSettings {
    /// Whether jobs that wait for the night may start.
    func isNight(at now: Time) -> Bool {
        guard let offPeak else { return true }
        let second = now.milliseconds / 1000
        let local = second + Int64(zone.offset(at: second))
        let minute = Int((local % 86_400 + 86_400) % 86_400) / 60
        return offPeak.start <= offPeak.end
            ? minute >= offPeak.start && minute < offPeak.end
            : minute >= offPeak.start || minute < offPeak.end
    }
}
