import Domain
import Store

/// How an attempt ended, until the database knows.
struct JobEnding: Sendable {
    enum Outcome: Sendable {
        case handler(JobOutcome)
        case failure(JobFailure)
        case cancelled
        /// The attempt never began, or was broken off through no fault of its own.
        case released
    }

    let running: RunningJob
    var outcome: Outcome
    /// Hears of the job as it stands once that is durable; of nil if it was not the runner's any more.
    var onCommit: (@Sendable (JobRecord?) -> Void)?

    /// Writes how the attempt ended; nil if the job was not its runner's any more.
    func write(
        _ tables: Tables, _ settings: JobSettings, jitter: Double, at now: Time
    ) throws -> JobRecord? {
        var job = running.job
        let lease = running.lease
        job.sequence = running.sequence + 1
        switch outcome {
        case .handler(.done(let result)):
            return try finish(tables, &job, .succeeded, result: result, at: now)
        case .handler(.commit(let body)):
            // The lease is looked at first: what follows takes effect only with it.
            guard try tables.jobs.isHeld(lease) else { return nil }
            return try finish(tables, &job, .succeeded, result: try body(tables), at: now)
        case .handler(.children(let children, let window)):
            guard
                try tables.jobs.wait(
                    lease, for: children, window: max(window, 1), at: now)
            else { return nil }
            job.children = .init(total: children.count, left: children.count)
            return job
        case .failure(let failure):
            return try write(failure, tables, &job, settings, jitter: jitter, at: now)
        case .cancelled:
            return try finish(tables, &job, .cancelled, at: now)
        case .released:
            guard
                try tables.jobs.putBack(
                    lease, error: nil, after: .zero, counting: false, at: now)
            else { return nil }
            job.state = .queued
            job.attempts -= 1
            return job
        }
    }

    private func finish(
        _ tables: Tables, _ job: inout JobRecord, _ state: JobState, result: JSONText? = nil,
        error: JSONText? = nil, at now: Time
    ) throws -> JobRecord? {
        guard
            try tables.jobs.finish(running.lease, state, result: result, error: error, at: now)
        else { return nil }
        job.state = state
        job.result = result
        job.error = error
        job.finishedAt = now
        return job
    }

    private func write(
        _ failure: JobFailure, _ tables: Tables, _ job: inout JobRecord, _ settings: JobSettings,
        jitter: Double, at now: Time
    ) throws -> JobRecord? {
        let pause: Duration
        switch failure.consequence {
        case .permanent:
            return try finish(tables, &job, .failed, error: failure.error, at: now)
        case .postpone(let time):
            pause = time
            job.attempts -= 1
        case .retry(let after):
            guard job.attempts < job.maximumAttempts else {
                return try finish(tables, &job, .failed, error: failure.error, at: now)
            }
            pause = settings.pause(
                afterAttempt: job.attempts, atLeast: after, jitter: jitter)
        }
        guard
            try tables.jobs.putBack(
                running.lease, error: failure.error, after: pause,
                counting: job.attempts == running.job.attempts, at: now)
        else { return nil }
        job.state = .retrying
        job.error = failure.error
        job.runAt = now.advanced(bySeconds: pause / .seconds(1))
        return job
    }
}

extension JobSettings {
    /// The pause before the next attempt: doubling, give or take a quarter, and never above the maximum.
    ///
    /// - Parameter jitter: between −1 and 1.
    func pause(afterAttempt attempt: Int, atLeast: Duration?, jitter: Double) -> Duration {
        let doubled = retryBase * (1 << min(max(attempt - 1, 0), 20))
        let pause = min(doubled, retryMaximum) * (1 + jitter / 4)
        return min(max(pause, atLeast ?? .zero), retryMaximum)
    }
}
