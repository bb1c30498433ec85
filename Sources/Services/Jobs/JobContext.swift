import Domain
import Store

/// What a handler is given beside its arguments: the job it works on and the way back to those who watch it.
package struct JobContext: Sendable {
    /// The job as it was when it was claimed.
    package let job: JobRecord
    let running: RunningJob
    let store: DataStore

    package var id: String { job.id }
    /// Counted from 1.
    package var attempt: Int { job.attempts }
    package var isLastAttempt: Bool { job.attempts >= job.maximumAttempts }
    /// Whether this is the second part of a job whose children have all ended.
    package var isResuming: Bool { job.children != nil }
    /// When the job is asked to stop.
    package var deadline: ContinuousClock.Instant { running.softDeadline }

    /// Shows how far the job has come, and ends it where somebody has cancelled it.
    package func stage(
        _ name: String, percent: Int? = nil, done: Int? = nil, total: Int? = nil
    ) throws {
        running.report(
            JobProgress(stage: name, percent: percent, done: done, total: total))
        try checkCancellation()
    }

    /// Shows a line to those who watch the job.
    package func log(_ line: String) {
        running.log(line)
    }

    /// Throws once the job is cancelled, has run too long or the daemon stops.
    package func checkCancellation() throws {
        if running.isStopped { throw CancellationError() }
    }

    /// Writes to the database as long as the job is still this handler's to work on.
    @discardableResult
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (Tables) throws -> T
    ) async throws -> T {
        let running = running
        return try await store.write { tables in
            guard !running.hasEnded, try tables.jobs.isHeld(running.lease) else {
                throw CancellationError()
            }
            return try body(tables)
        }
    }

    /// The children as they ended, in the order in which they were given.
    package func children() async throws -> [JobRecord] {
        let id = id
        return try await store.read { try $0.jobs.children(of: id) }
    }
}

/// How a handler's work ended, when it did not fail.
package enum JobOutcome: Sendable {
    /// It is done; this is its result.
    case done(JSONText)
    /// It is done as soon as this has been written, in the transaction that acknowledges the job: its effects are there
    /// exactly once, whatever happens.
    case commit(@Sendable (Tables) throws -> JSONText)
    /// It goes on when these have ended, at most `window` of them at a time: the handler is called once more.
    case children([NewJob], window: Int = .max)
}
