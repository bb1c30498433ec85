import Crypto
import Domain
import Store
import Synchronization
import Telemetry

/// The durable queue: what families ask to have done later, and how everybody watches it.
///
/// ```swift
/// jobs.on(ProcessImage.self) { job, context in
///     try context.stage("decoded", percent: 50)
///     return .commit { tables in … }
/// }
/// let job = try jobs.make(ProcessImage(image_id: id), owner: caller.identity)
/// try await store.write { tables in
///     try tables.images.insert(image)
///     try tables.jobs.enqueue(job)
/// }
/// ```
package final class JobService: Sendable {
    package let settings: JobSettings
    let store: DataStore
    let clock: TimeSource
    let log: Logger
    let metrics: Metrics
    let registry = Mutex(JobRegistry())
    let runner: JobRunner
    private static let upkeepInterval = Duration.seconds(300)
    let listeners = Mutex<[@Sendable (JobEvent) -> Void]>([])

    package init(
        store: DataStore, settings: JobSettings, clock: TimeSource, log: Logger, metrics: Metrics
    ) {
        self.store = store
        self.settings = settings
        self.clock = clock
        self.log = log
        self.metrics = metrics
        runner = JobRunner(
            store: store, settings: settings, clock: clock, log: log, metrics: metrics)
    }

    // MARK: - What families give

    /// Says what is done for a kind of job; to be called before `run`.
    package func on<J: Job>(
        _ type: J.Type,
        run body: @escaping @Sendable (J, JobContext) async throws -> JobOutcome
    ) {
        registry.withLock { $0.add(type, body) }
    }

    /// Has the clock start a job; to be called before `run`.
    ///
    /// - Parameters:
    ///   - name: names the schedule for good; the kind of the job unless told otherwise.
    package func schedule<J: Job>(
        _ job: J, _ timing: Schedule.Timing, name: String? = nil
    ) throws {
        let schedule = Schedule(
            name: name ?? J.kind.name, kind: J.kind.name,
            arguments: try JobRegistry.encode(job), queue: J.kind.queue, timing: timing,
            zone: settings.zone.name)
        registry.withLock { $0.add(schedule) }
    }

    /// Has `body` look, at start and every few minutes, for what should have a job and has none.
    package func reconcile(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        registry.withLock { $0.addReconciler(name, body) }
    }

    // MARK: - What families ask for

    /// A job that is ready to be queued, by `tables.jobs.enqueue` in the transaction of its cause.
    ///
    /// - Parameters:
    ///   - key: one job of this key waits at a time.
    package func make<J: Job>(
        _ job: J, owner: Identity? = nil, queue: JobQueue? = nil, priority: Int? = nil,
        start: NewJob.Start = .now, key: String? = nil, onDuplicate: NewJob.OnDuplicate = .keep
    ) throws -> NewJob {
        var made = make(J.kind, try JobRegistry.encode(job), owner: owner)
        made.queue = queue ?? made.queue
        made.priority = min(max(priority ?? made.priority, 0), 9)
        made.start = start
        made.key = key
        made.onDuplicate = onDuplicate
        return made
    }

    func make(_ kind: JobKind, _ arguments: JSONText, owner: Identity?) -> NewJob {
        let now = clock.now()
        let id =
            kind.access == .anybody
            ? UUIDValue.random() : UUIDValue.timeOrdered(milliseconds: now.milliseconds)
        return NewJob(
            id: id.description, kind: kind, arguments: arguments, queue: kind.queue,
            priority: kind.priority, attempts: kind.attempts ?? settings.attempts,
            createdAt: now, owner: owner, queueLimit: settings.queueLimit)
    }

    /// Queues a job in a transaction of its own.
    @discardableResult
    package func enqueue(_ job: NewJob) async throws -> JobRecord {
        try await store.write { try $0.jobs.enqueue(job) }
    }

    /// Waits until a job has ended, at most so long; nil if it has not by then.
    package func result(of id: String, within limit: Duration) async throws -> JobRecord? {
        let deadline = ContinuousClock.now + limit
        let (events, ended) = AsyncStream.makeStream(of: Void.self)
        let token = runner.listenForEnd(of: id) { ended.yield() }
        defer { runner.stopListening(id, token) }
        while true {
            let job = try await store.read { try $0.jobs.find(id: id) }
            guard let job, !job.state.isFinal else { return job }
            guard ContinuousClock.now < deadline else { return nil }
            try await withThrowingTaskGroup { group in
                group.addTask { for await _ in events { return } }
                group.addTask { try await Task.sleep(until: deadline) }
                _ = try await group.next()
                group.cancelAll()
            }
        }
    }

    // MARK: - Running

    /// Runs jobs until it is cancelled, then stops those that run and puts them back.
    package func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { [self] in
                try await runner.run(registry.withLock { $0 }) { [self] event in
                    for listener in listeners.withLock({ $0 }) { listener(event) }
                }
            }
            group.addTask { [self] in await keepUp() }
            defer { group.cancelAll() }
            while let _ = try await group.next() {}
        }
    }

    /// Looks every few minutes for what should have a job and has none, and forgets jobs whose time is over.
    private func keepUp() async {
        while !Task.isCancelled {
            await reconcile()
            do {
                try await sweep()
            } catch {
                log.error("old jobs cannot be removed", ["error": .text("\(error)")])
            }
            try? await Task.sleep(for: Self.upkeepInterval)
        }
    }

    /// Has every family look for what should have a job and has none.
    package func reconcile() async {
        for (name, body) in registry.withLock({ $0.reconcilers }) {
            do {
                try await body()
            } catch {
                log.error("\(name) cannot be reconciled", ["error": .text("\(error)")])
            }
        }
    }

    /// Forgets jobs that ended longer ago than they are kept.
    package func sweep() async throws {
        let moment = clock.now().advanced(bySeconds: -(settings.keeping / .seconds(1)))
        while try await store.write({ try $0.jobs.sweep(before: moment) }) == 1000 {}
    }

    /// Whether `run` has taken over what an earlier process left and works.
    package var isRunning: Bool { runner.state.withLock { $0.work != nil } }

    /// Hears of everything that happens to jobs from now on.
    package func onEvent(_ body: @escaping @Sendable (JobEvent) -> Void) {
        listeners.withLock { $0.append(body) }
    }

    /// Looks at the clock and the queues at once.
    package func wake() {
        runner.wake()
    }
}
