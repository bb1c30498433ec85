import API
import Domain
import HTTP
import Services
import Synchronization

extension Installation {
    /// Runs jobs until it is cancelled.
    package func work() async throws {
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { [self] in try await jobs.run() }
                group.addTask { [self] in try await jobEvents.run() }
                defer { group.cancelAll() }
                while let _ = try await group.next() {}
            }
        } catch {
            // A daemon that stops is as well as before: what still comes in is answered.
            if !Task.isCancelled { haveJobsFailed.store(true, ordering: .relaxed) }
            throw error
        }
    }

    func jobRoutes(_ frontend: Frontend) -> [Route] {
        JobRoutes(
            jobs: jobs, frontend: frontend, hub: jobEvents,
            bodyLimit: configuration.startup[.maxJSONSize]
        ).routes
    }
}

extension JobSettings {
    /// The settings of jobs as they were given at start.
    init(_ startup: StartupSettings) throws(CommandFailure) {
        self.init()
        workers = startup[.workerConcurrency]
        attempts = startup[.jobAttempts]
        retryBase = .seconds(startup[.jobRetryBase])
        retryMaximum = .seconds(startup[.jobRetryMaximum])
        keeping = .seconds(startup[.jobResultDays] * 86_400)
        queueLimit = startup[.jobQueueLimit]
        for queue in JobQueue.allCases {
            let rate = startup[.jobRate(queue)]
            if rate > 0 { ratePerMinute[queue] = rate }
        }
        guard let zone = ZoneRules(named: startup[.scheduleZone]) else {
            throw CommandFailure(
                .configuration, "SCHEDULE_TZ names no time zone: \(startup[.scheduleZone])")
        }
        self.zone = zone
        let hours = (
            try Self.minutes(startup[.offPeakStart], "OFF_PEAK_START"),
            try Self.minutes(startup[.offPeakEnd], "OFF_PEAK_END")
        )
        if startup[.offPeakOnly] { offPeak = hours }
    }

    /// Minutes since midnight of a time such as `22:00`.
    private static func minutes(_ text: String, _ name: String) throws(CommandFailure) -> Int {
        let parts = text.split(separator: ":")
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour),
            (0..<60).contains(minute)
        else { throw CommandFailure(.configuration, "\(name) is a time such as 22:00.") }
        return hour * 60 + minute
    }
}
