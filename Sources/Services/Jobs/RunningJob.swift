import Domain
import Store
import Synchronization

/// A job in the hands of a worker.
final class RunningJob: Sendable {
    /// Why a handler was asked to stop.
    enum Stop: Sendable {
        case cancelled, softLimit, shutdown
    }

    private struct State {
        var task: Task<Void, Never>?
        var stop: (reason: Stop, at: ContinuousClock.Instant)?
        var hasEnded = false
        var isGivenUp = false
        var startedAt: ContinuousClock.Instant?
        var sequence: Int64
        var progress: JobProgress?
        var lines: [JobLogLine] = []
        var isDirty = false
    }

    /// Lines that are kept until they are stored; more in one go are left out.
    private static let maximumLines = 1000
    private static let maximumLineBytes = 4096

    let job: JobRecord
    let lease: JobLease
    let softDeadline: ContinuousClock.Instant
    let hardDeadline: ContinuousClock.Instant
    private let state: Mutex<State>
    private let publish: @Sendable (JobEvent) -> Void
    private let clock: TimeSource

    init(
        _ job: JobRecord, owner: String, clock: TimeSource,
        publish: @escaping @Sendable (JobEvent) -> Void
    ) {
        self.job = job
        lease = JobLease(number: job.number, owner: owner)
        let now = ContinuousClock.now
        softDeadline = now + job.queue.softLimit
        hardDeadline = now + job.queue.hardLimit
        state = Mutex(State(sequence: job.sequence, progress: job.progress))
        self.clock = clock
        self.publish = publish
    }

    var isStopped: Bool { state.withLock { $0.stop != nil } || Task.isCancelled }
    var stop: (reason: Stop, at: ContinuousClock.Instant)? { state.withLock { $0.stop } }
    var sequence: Int64 { state.withLock { $0.sequence } }
    var hasBegun: Bool { startedAt != nil }
    /// Whether it was ended while its handler went on.
    var isGivenUp: Bool { state.withLock { $0.isGivenUp } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }
    /// When its handler was called; nil while it waits for another of its worker's portion.
    var startedAt: ContinuousClock.Instant? { state.withLock { $0.startedAt } }

    /// False if the job was put back or given up before its turn came.
    func begin() -> Bool {
        state.withLock { state in
            guard !state.hasEnded else { return false }
            state.startedAt = .now
            return true
        }
    }

    /// Ends the job without its handler; true for the first to end it.
    func giveUp() -> Bool {
        state.withLock { state in
            guard !state.hasEnded else { return false }
            state.hasEnded = true
            state.isGivenUp = true
            return true
        }
    }

    /// True if the job had not begun, and now never will.
    func endUnlessBegun() -> Bool {
        state.withLock { state in
            guard !state.hasEnded, state.startedAt == nil else { return false }
            state.hasEnded = true
            return true
        }
    }

    /// Lets `stop` reach the task that runs the handler.
    func attach(_ task: Task<Void, Never>) {
        let isStopped = state.withLock { state in
            state.task = task
            return state.stop != nil
        }
        if isStopped { task.cancel() }
    }

    /// Asks the handler to stop; the first reason stands.
    func stop(_ reason: Stop) {
        let task = state.withLock { state in
            if state.stop == nil { state.stop = (reason, .now) }
            return state.task
        }
        task?.cancel()
    }

    /// True for the first to end the job: its handler, or whoever gives it up.
    func end() -> Bool {
        state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
    }

    func report(_ progress: JobProgress) {
        let event = state.withLock { state -> JobEvent? in
            guard !state.hasEnded, state.progress != progress else { return nil }
            state.progress = progress
            state.sequence += 1
            state.isDirty = true
            return JobEvent(job: job.id, sequence: state.sequence, .progress(progress))
        }
        if let event { publish(event) }
    }

    func log(_ line: String) {
        let at = clock.now()
        let event = state.withLock { state -> JobEvent? in
            guard !state.hasEnded, state.lines.count < Self.maximumLines else { return nil }
            state.sequence += 1
            state.isDirty = true
            let kept = JobLogLine(
                sequence: state.sequence, at: at,
                line: String(decoding: line.utf8.prefix(Self.maximumLineBytes), as: UTF8.self))
            state.lines.append(kept)
            return JobEvent(job: job.id, sequence: state.sequence, .log(kept))
        }
        if let event { publish(event) }
    }

    /// How far it has come, and the lines that are not stored yet.
    var current: (progress: JobProgress?, lines: [JobLogLine], sequence: Int64) {
        state.withLock { ($0.progress, $0.lines, $0.sequence) }
    }

    /// What has to be stored of what was reported since the last call; nil if nothing has.
    func takeReport() -> (progress: JobProgress?, lines: [JobLogLine], sequence: Int64)? {
        state.withLock { state in
            guard state.isDirty else { return nil }
            state.isDirty = false
            defer { state.lines = [] }
            return (state.progress, state.lines, state.sequence)
        }
    }
}

/// Something that happened to a job.
package struct JobEvent: Sendable {
    package enum Change: Sendable {
        case state(JobRecord)
        case progress(JobProgress)
        case log(JobLogLine)
    }

    package var job: String
    /// Rises with each event of a job.
    package var sequence: Int64
    package var change: Change

    package init(job: String, sequence: Int64, _ change: Change) {
        self.job = job
        self.sequence = sequence
        self.change = change
    }
}
