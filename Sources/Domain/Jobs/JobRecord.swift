/// A job before it is queued, with everything that its row will say.
package struct NewJob: Sendable {
    /// A lowercase UUID.
    package var id: String
    package var kind: JobKind
    /// An object.
    package var arguments: JSONText
    package var queue: JobQueue
    package var priority: Int
    package var attempts: Int
    package var createdAt: Time
    package var start: Start
    /// One job of this key waits at a time; asking for another gives that one back.
    package var key: String?
    package var onDuplicate: OnDuplicate
    /// The key of a stored file that is kept until the job has succeeded or is forgotten.
    package var file: String?
    /// Whose request made it.
    package var owner: Identity?
    /// Jobs that may wait in its queue: where there are that many already it is refused.
    package var queueLimit: Int

    /// When it may be started.
    package enum Start: Sendable, Equatable {
        case now
        /// So much later, wherever the clock is set in the meantime.
        case after(Duration)
        /// When the clock shows that.
        case at(Time)
    }

    /// What becomes of a job whose key waits already.
    package enum OnDuplicate: Sendable {
        /// The waiting one stays as it is.
        case keep
        /// The waiting one starts when this one would have.
        case reschedule
        /// As `keep`, and a running one counts too.
        case keepRunning
    }

    package init(
        id: String, kind: JobKind, arguments: JSONText, queue: JobQueue, priority: Int,
        attempts: Int, createdAt: Time, start: Start = .now, key: String? = nil,
        onDuplicate: OnDuplicate = .keep, owner: Identity? = nil, queueLimit: Int = .max
    ) {
        self.id = id
        self.kind = kind
        self.arguments = arguments
        self.queue = queue
        self.priority = min(max(priority, 0), 9)
        self.attempts = max(attempts, 1)
        self.createdAt = createdAt
        self.start = start
        self.key = key
        self.onDuplicate = onDuplicate
        self.owner = owner
        self.queueLimit = queueLimit
    }
}

/// A job as it is stored.
package struct JobRecord: Sendable, Equatable {
    package var number: Int64
    package var id: String
    package var kind: String
    package var arguments: JSONText
    package var queue: JobQueue
    package var priority: Int
    package var state: JobState
    package var attempts: Int
    package var maximumAttempts: Int
    package var runAt: Time
    package var createdAt: Time
    package var startedAt: Time?
    package var finishedAt: Time?
    package var progress: JobProgress?
    package var result: JSONText?
    package var error: JSONText?
    package var owner: Identity?
    package var parentID: String?
    /// Its children in all and those that have not ended yet; nil where it has none.
    package var children: Children?
    /// Counts what happened to the job, for those who listen.
    package var sequence: Int64

    package struct Children: Sendable, Equatable {
        package var total: Int
        package var left: Int

        package init(total: Int, left: Int) {
            self.total = total
            self.left = left
        }
    }

    package init(
        number: Int64, id: String, kind: String, arguments: JSONText, queue: JobQueue,
        priority: Int, state: JobState, attempts: Int, maximumAttempts: Int, runAt: Time,
        createdAt: Time, startedAt: Time?, finishedAt: Time?, progress: JobProgress?,
        result: JSONText?, error: JSONText?, owner: Identity?, parentID: String?,
        children: Children?, sequence: Int64
    ) {
        self.number = number
        self.id = id
        self.kind = kind
        self.arguments = arguments
        self.queue = queue
        self.priority = priority
        self.state = state
        self.attempts = attempts
        self.maximumAttempts = maximumAttempts
        self.runAt = runAt
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.progress = progress
        self.result = result
        self.error = error
        self.owner = owner
        self.parentID = parentID
        self.children = children
        self.sequence = sequence
    }
}

/// Why an attempt of a job failed, and what follows from it.
package struct JobFailure: Error, Sendable, Equatable {
    package enum Consequence: Sendable, Equatable {
        /// The next attempt follows after the usual pause, or after this longer one.
        case retry(after: Duration?)
        /// Put off for so long without having counted as an attempt.
        case postpone(Duration)
        /// No attempt can succeed.
        case permanent
    }

    /// What is shown; a JSON string, as a rule.
    package var error: JSONText
    package var consequence: Consequence

    package init(error: JSONText, _ consequence: Consequence) {
        self.error = error
        self.consequence = consequence
    }

    package static func permanent(_ sentence: String) -> JobFailure {
        JobFailure(error: .string(sentence), .permanent)
    }

    package static func retry(_ sentence: String, after: Duration? = nil) -> JobFailure {
        JobFailure(error: .string(sentence), .retry(after: after))
    }

    package static func postpone(_ sentence: String, for pause: Duration) -> JobFailure {
        JobFailure(error: .string(sentence), .postpone(pause))
    }
}
