/// A job that is started by the clock.
package struct Schedule: Sendable, Equatable {
    /// Names it for good: the kind of its job, as a rule.
    package var name: String
    package var kind: String
    package var arguments: JSONText
    package var queue: JobQueue
    package var timing: Timing
    /// Name of the time zone in which a cron expression is meant.
    package var zone: String

    package enum Timing: Sendable, Equatable {
        /// Minute, hour, day of month, month, day of week: `30 4 1 * *`.
        case cron(String)
        case every(Duration)

        /// As shown: the expression, or `every 300s`.
        package var text: String {
            switch self {
            case .cron(let expression): expression
            case .every(let interval): "every \(interval.components.seconds)s"
            }
        }
    }

    package init(
        name: String, kind: String, arguments: JSONText, queue: JobQueue, timing: Timing,
        zone: String
    ) {
        self.name = name
        self.kind = kind
        self.arguments = arguments
        self.queue = queue
        self.timing = timing
        self.zone = zone
    }
}

/// A schedule as it stands.
package struct ScheduleRecord: Sendable, Equatable {
    package var name: String
    package var kind: String
    package var queue: JobQueue
    package var timing: String
    package var zone: String
    package var isPaused: Bool
    package var lastRun: Time?
    package var lastStatus: JobState?
    package var nextRun: Time?

    package init(
        name: String, kind: String, queue: JobQueue, timing: String, zone: String,
        isPaused: Bool, lastRun: Time?, lastStatus: JobState?, nextRun: Time?
    ) {
        self.name = name
        self.kind = kind
        self.queue = queue
        self.timing = timing
        self.zone = zone
        self.isPaused = isPaused
        self.lastRun = lastRun
        self.lastStatus = lastStatus
        self.nextRun = nextRun
    }
}
