import Crypto
import Domain
import Store
import Synchronization
import Telemetry

/// Claims jobs for its workers, runs them and writes down how they ended.
///
/// One loop does it all in turns. A turn is one transaction: it acknowledges what has ended and claims what comes next,
/// so that many short jobs share a commit. Between turns the loop sleeps until a commit made a job ready, a job ended
/// or time has come for something.
final class JobRunner: Sendable {
    struct State {
        var running: [Int64: RunningJob] = [:]
        var slots: [WorkerSlot] = []
        /// Workers at work by queue.
        var busy: [JobQueue: Int] = [:]
        var endings: [JobEnding] = []
        /// Jobs that were cancelled between the commit of their claim and their start.
        var cancelled: Set<Int64> = []
        /// Whether a queue may hold jobs that nobody has seen yet.
        var mayHaveReady = true
        var nextDue: Time?
        var paused: Set<JobQueue> = []
        var pace = JobPace()
        var rates: [JobQueue: JobRate] = [:]
        var statistics: [JobQueue: JobStatistics] = [:]
        var lastSeen: Time?
        var lastHeartbeat = ContinuousClock.now
        var listeners: [String: [Int: @Sendable () -> Void]] = [:]
        var nextToken = 0
        var isStopping = false
        var work: Work?
    }

    static let lease = Duration.seconds(60)
    private static let heartbeat = Duration.seconds(20)
    /// The longest sleep: clocks that are set and limits that run out are noticed within this.
    private static let tick = Duration.seconds(1)
    /// How long a handler may go on after it was asked to stop.
    static let patience = Duration.seconds(4)

    let store: DataStore
    let settings: JobSettings
    let clock: TimeSource
    let log: Logger
    let metrics: Metrics
    /// Names this process in the leases it holds.
    let owner = UUIDValue.random().description
    let state: Mutex<State>
    let alarm = Alarm()
    let scheduler: JobScheduler

    init(
        store: DataStore, settings: JobSettings, clock: TimeSource, log: Logger, metrics: Metrics
    ) {
        self.store = store
        self.settings = settings
        self.clock = clock
        self.log = log
        self.metrics = metrics
        scheduler = JobScheduler(settings: settings)
        var state = State()
        for (queue, rate) in settings.ratePerMinute { state.rates[queue] = JobRate(rate) }
        self.state = Mutex(state)
    }

    func wake() {
        state.withLock { $0.mayHaveReady = true }
        alarm.ring()
    }

    /// Works until cancelled, then has what runs stop and puts it back.
    func run(
        _ registry: JobRegistry, publish: @escaping @Sendable (JobEvent) -> Void
    ) async throws {
        let work = Work(runner: self, registry: registry, publish: publish)
        do {
            try await open(registry)
        } catch is CancellationError {
            return
        }
        state.withLock { $0.work = work }
        store.jobSignal.listen { [weak self] in self?.wake() }
        defer { store.jobSignal.listen(nil) }
        while !Task.isCancelled {
            do {
                if try await !work.turn() { await alarm.wait(atMost: pauseUntilNext()) }
            } catch is CancellationError {
                break
            } catch {
                log.error("jobs cannot be claimed", ["error": .text("\(error)")])
                try? await Task.sleep(for: Self.tick)
            }
        }
        await close(work)
    }

    /// Takes over what an earlier process left behind.
    private func open(_ registry: JobRegistry) async throws {
        let now = clock.now()
        let (lost, paused) = try await store.write { [self] tables in
            try tables.jobs.followClock(back: now)
            let lost = try tables.jobs.recover(butNot: owner, keeping: [], at: now)
            try scheduler.define(registry.schedules, tables, at: now)
            return (lost.count, try tables.queues.paused())
        }
        state.withLock { state in
            state.paused = paused
            state.lastSeen = now
            state.isStopping = false
            state.mayHaveReady = true
        }
        if lost > 0 {
            log.notice("jobs of an earlier process run again", ["count": .integer(lost)])
        }
    }

    /// Stops what runs; whoever does not stop in time is left to the next start.
    private func close(_ work: Work) async {
        let running = state.withLock { state in
            state.isStopping = true
            state.work = nil
            return Array(state.running.values)
        }
        for job in running { job.stop(.shutdown) }
        let deadline = ContinuousClock.now + Self.patience
        // A task of its own: this one is cancelled, and a cancelled task writes nothing.
        await Task { [self] in
            while true {
                do {
                    _ = try await work.turn()
                } catch {
                    log.error("jobs cannot be put back", ["error": .text("\(error)")])
                    return
                }
                let isDone = state.withLock { $0.running.isEmpty && $0.endings.isEmpty }
                guard !isDone, ContinuousClock.now < deadline else { return }
                await alarm.wait(atMost: .milliseconds(100))
            }
        }.value
    }

    private func pauseUntilNext() -> Duration {
        let now = clock.now()
        let next = state.withLock { state in
            [state.nextDue, scheduler.nextRun].compactMap { $0 }.min()
        }
        guard let next else { return Self.tick }
        let pause = Duration.milliseconds(next.milliseconds - now.milliseconds)
        return min(max(pause, .milliseconds(1)), Self.tick)
    }

    // MARK: - Waiting for the end of a job

    func listenForEnd(of id: String, _ body: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextToken += 1
            state.listeners[id, default: [:]][state.nextToken] = body
            return state.nextToken
        }
    }

    func stopListening(_ id: String, _ token: Int) {
        state.withLock { state in
            state.listeners[id]?[token] = nil
            if state.listeners[id]?.isEmpty == true { state.listeners[id] = nil }
        }
    }

    // MARK: - What a turn is about

    struct Plan: Sendable {
        var endings: [JobEnding]
        var reports: [(JobLease, JobProgress?, [JobLogLine], Int64)]
        /// Workers that each queue may be given now, in the order of the queues.
        var budgets: [(queue: JobQueue, workers: Int)]
        /// Workers that all queues but the first may be given together, and all together.
        var others: Int
        var total: Int
        var pace: JobPace
        var now: Time
        var isClockBack: Bool
        var isHeartbeat: Bool
        /// What this process runs.
        var leases: [JobLease]
        var runsSchedules: Bool

        var isNeeded: Bool {
            !endings.isEmpty || !reports.isEmpty || !budgets.isEmpty || isClockBack || isHeartbeat
                || runsSchedules
        }
    }

    func plan() -> Plan {
        let now = clock.now()
        return state.withLock { state in
            let isBack = state.lastSeen.map { now.seconds(since: $0) < -1 } ?? false
            state.lastSeen = now
            let endings = state.endings
            state.endings = []
            let isHeartbeat =
                !state.isStopping && ContinuousClock.now - state.lastHeartbeat > Self.heartbeat
            if isHeartbeat { state.lastHeartbeat = .now }
            let dependsOnTime = settings.offPeak != nil || !state.rates.isEmpty
            if isBack || dependsOnTime || state.nextDue.map({ $0 <= now }) == true {
                state.mayHaveReady = true
            }
            // Workers whose jobs end in this turn are free in it.
            var plan = Plan(
                endings: endings, reports: Self.reports(state, endings), budgets: [], others: 0,
                total: 0, pace: state.pace, now: now, isClockBack: isBack,
                isHeartbeat: isHeartbeat,
                leases: isHeartbeat ? state.running.values.map(\.lease) : [],
                runsSchedules: !state.isStopping && (scheduler.isDue(at: now) || isBack))
            if state.mayHaveReady, !state.isStopping { addBudgets(to: &plan, &state) }
            return plan
        }
    }

    private static func reports(
        _ state: State, _ endings: [JobEnding]
    ) -> [(JobLease, JobProgress?, [JobLogLine], Int64)] {
        (Array(state.running.values) + endings.map(\.running)).compactMap { running in
            running.takeReport().map { (running.lease, $0.progress, $0.lines, $0.sequence) }
        }
    }

    private func addBudgets(to plan: inout Plan, _ state: inout State) {
        let busy = state.busy.values.reduce(0, +)
        let busyOthers = busy - (state.busy[.highPriority] ?? 0)
        plan.total = settings.workers - busy
        plan.others = min(plan.total, settings.others - busyOthers)
        let isNight = settings.isNight(at: plan.now)
        for queue in JobQueue.allCases {
            guard !state.paused.contains(queue), isNight || !queue.isOffPeak else { continue }
            var free = settings.workers(of: queue) - (state.busy[queue] ?? 0)
            free = min(free, queue == .highPriority ? plan.total : plan.others)
            free = min(free, state.rates[queue]?.available() ?? free)
            if free > 0 { plan.budgets.append((queue, free)) }
        }
        // Whoever queues a job from here on says so again.
        if !plan.budgets.isEmpty { state.mayHaveReady = false }
    }
}
