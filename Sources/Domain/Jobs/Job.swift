/// Work to be done later: a family declares one `Codable` type per kind, and its stored properties are the arguments.
///
/// ```swift
/// struct ProcessImage: Job {
///     static let kind = JobKind("process_image", queue: .normal)
///     var image_id: String
/// }
/// ```
/// A job may run twice, so its handler must come to the same end when it does.
package protocol Job: Codable, Sendable {
    static var kind: JobKind { get }
}

/// What all jobs of one kind have in common.
package struct JobKind: Sendable, Hashable {
    /// Who may look at a job of this kind, administrators aside.
    package enum Access: Sendable {
        /// Whose request made it.
        case owner
        /// Whoever has its id, which is random then.
        case anybody
    }

    /// Who starts it once it is due.
    package enum Start: Sendable {
        /// The workers of its queue.
        case workers
        /// Its family, which takes what is due by `JobService.runDue`.
        case family
    }

    /// As shown and stored: `process_image`.
    package let name: String
    package let queue: JobQueue
    /// 9 comes first, 0 last.
    package let priority: Int
    /// Attempts in all; nil takes `JOB_MAX_ATTEMPTS`.
    package let attempts: Int?
    package let access: Access
    package let start: Start
    /// Whether the arguments are kept from everybody.
    package let hidesArguments: Bool
    /// Whether an administrator may start one with arguments of their own.
    package let isOpenToAdmins: Bool

    package init(
        _ name: String, queue: JobQueue, priority: Int = 5, attempts: Int? = nil,
        access: Access = .owner, start: Start = .workers, hidesArguments: Bool = false,
        isOpenToAdmins: Bool = true
    ) {
        self.name = name
        self.queue = queue
        self.priority = priority
        self.attempts = attempts
        self.access = access
        self.start = start
        self.hidesArguments = hidesArguments
        self.isOpenToAdmins = isOpenToAdmins
    }

    package static func == (a: JobKind, b: JobKind) -> Bool { a.name == b.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A queue; those named first are served first.
package enum JobQueue: String, Sendable, CaseIterable {
    case highPriority = "high_priority"
    case normal, batch
    case mlTraining = "ml_training"

    /// How soon its jobs should start.
    package var target: Duration {
        switch self {
        case .highPriority: .seconds(30)
        case .normal: .seconds(120)
        case .batch: .seconds(600)
        case .mlTraining: .seconds(4 * 3600)
        }
    }

    /// After this time a job is asked to stop.
    package var softLimit: Duration { self == .mlTraining ? .seconds(6900) : .seconds(1500) }
    /// After this time a job is given up.
    package var hardLimit: Duration { self == .mlTraining ? .seconds(7200) : .seconds(1800) }
    /// Whether its jobs wait for the quiet hours where `OFF_PEAK_ONLY` asks for that.
    package var isOffPeak: Bool { self == .batch || self == .mlTraining }
}

/// Where a job stands.
package enum JobState: String, Sendable, CaseIterable {
    case queued, running, retrying, succeeded, failed, cancelled

    /// Whether it will not change by itself any more.
    package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
    /// Whether it has yet to be started, again or for the first time.
    package var isWaiting: Bool { self == .queued || self == .retrying }
}

/// How far a running job has come.
package struct JobProgress: Sendable, Equatable {
    package var stage: String
    package var percent: Int?
    package var done: Int?
    package var total: Int?

    package init(stage: String, percent: Int? = nil, done: Int? = nil, total: Int? = nil) {
        self.stage = stage
        self.percent = percent
        self.done = done
        self.total = total
    }
}
