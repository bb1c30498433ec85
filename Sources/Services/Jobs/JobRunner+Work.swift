import Domain
import Store
import Synchronization
import Telemetry

extension JobRunner {
    /// The loop's tools: what is done for each kind, and who hears of it.
    struct Work: Sendable {
        let runner: JobRunner
        let registry: JobRegistry
        let publish: @Sendable (JobEvent) -> Void
    }

    /// Jobs that one worker takes at once.
    typealias Portion = (queue: JobQueue, jobs: [JobRecord])

    /// What a turn did.
    private struct Done: Sendable {
        var portions: [Portion] = []
        var ended: [(ending: JobEnding, job: JobRecord?)] = []
        var parents: [JobRecord] = []
        var nextDue: Time?
        var hasMore = false
    }
}

extension JobRunner.Work {
    /// Writes down what ended and starts what comes next. False if there was nothing to do.
    func turn() async throws -> Bool {
        runner.enforceLimits()
        let plan = runner.plan()
        guard plan.isNeeded else { return false }
        let done: JobRunner.Done
        do {
            done = try await runner.store.write { tables in try perform(plan, tables) }
        } catch {
            runner.state.withLock { state in
                state.endings = plan.endings + state.endings
                state.mayHaveReady = true
            }
            throw error
        }
        apply(done, plan)
        return !done.portions.isEmpty || !plan.endings.isEmpty || done.hasMore
    }

    private func perform(
        _ plan: JobRunner.Plan, _ tables: Tables
    ) throws -> JobRunner.Done {
        var done = JobRunner.Done()
        let jobs = tables.jobs
        if plan.isClockBack { try jobs.followClock(back: plan.now) }
        for (lease, progress, lines, sequence) in plan.reports {
            try jobs.report(lease, progress, lines: lines, sequence: sequence)
        }
        for ending in plan.endings {
            let job = try write(ending, tables, plan.now)
            done.ended.append((ending, job))
            if let parent = job?.parentID, let record = try jobs.find(id: parent) {
                done.parents.append(record)
            }
        }
        if plan.isHeartbeat {
            for lease in plan.leases { try jobs.renew(lease, until: leaseEnd(plan)) }
            let numbers = Set(plan.leases.map(\.number) + plan.endings.map(\.running.job.number))
            let lost = try jobs.recover(butNot: runner.owner, keeping: numbers, at: plan.now)
            done.hasMore = done.hasMore || !lost.isEmpty
        }
        if plan.runsSchedules {
            try runner.startSchedules(registry, tables, at: plan.now)
        }
        if !plan.budgets.isEmpty {
            let promoted = try jobs.promote(at: plan.now)
            done.hasMore = done.hasMore || promoted == 1000
            try claim(plan, jobs, &done)
        }
        done.nextDue = try jobs.nextDue()
        return done
    }

    private func leaseEnd(_ plan: JobRunner.Plan) -> Time {
        plan.now.advanced(bySeconds: JobRunner.lease / .seconds(1))
    }

    /// Acknowledges one job; when its own effects cannot be written the attempt has failed.
    private func write(
        _ ending: JobEnding, _ tables: Tables, _ now: Time
    ) throws -> JobRecord? {
        let jitter = Double.random(in: -1...1)
        let settings = runner.settings
        do {
            return try tables.attempt {
                try ending.write($0, settings, jitter: jitter, at: now)
            }
        } catch {
            guard case .handler = ending.outcome else { throw error }
            var failed = ending
            failed.outcome = .failure(runner.failure(of: error, in: ending.running.job))
            return try tables.attempt {
                try failed.write($0, settings, jitter: jitter, at: now)
            }
        }
    }

    private func claim(
        _ plan: JobRunner.Plan, _ jobs: JobTable, _ done: inout JobRunner.Done
    ) throws {
        var total = plan.total
        var others = plan.others
        let portion = plan.pace.hasShortKinds ? JobPace.largestPortion : 1
        let end = leaseEnd(plan)
        for (queue, budget) in plan.budgets {
            let workers = min(budget, queue == .highPriority ? total : min(total, others))
            guard workers > 0 else { continue }
            let ready = try jobs.next(in: queue, limit: workers * portion)
            let portions = plan.pace.deal(ready, to: workers) { $0.kind }
            for numbers in portions {
                let claimed = try numbers.compactMap {
                    try jobs.claim($0.number, by: runner.owner, until: end, at: plan.now)
                }
                if !claimed.isEmpty { done.portions.append((queue, claimed)) }
            }
            total -= portions.count
            if queue != .highPriority { others -= portions.count }
            if ready.count == workers * portion { done.hasMore = true }
        }
    }

    private func apply(_ done: JobRunner.Done, _ plan: JobRunner.Plan) {
        let slots = runner.begin(
            done.portions, plan, nextDue: done.nextDue, hasMore: done.hasMore, publish)
        for slot in slots { start(slot) }
        for (ending, job) in done.ended {
            runner.noteEnd(ending, job, at: plan.now)
            if let job { publish(JobEvent(job: job.id, sequence: job.sequence, .state(job))) }
            ending.onCommit?(job)
        }
        for parent in done.parents {
            publish(JobEvent(job: parent.id, sequence: parent.sequence, .state(parent)))
        }
    }

    /// Gives a portion to a worker.
    private func start(_ slot: WorkerSlot) {
        Task {
            // One that was given up, or put back because an earlier one took long, has ended by now.
            for running in slot.jobs where running.begin() {
                let task = Task { await run(running) }
                running.attach(task)
                await task.value
            }
            runner.free(slot)
        }
    }

    private func run(_ running: RunningJob) async {
        let outcome = await runner.outcome(of: running, registry)
        runner.end(running, outcome)
    }
}

/// A worker at work on its portion.
final class WorkerSlot: Sendable {
    let queue: JobQueue
    let jobs: [RunningJob]
    /// False once the worker is given up or done.
    let isBusy = Atomic(true)

    init(_ queue: JobQueue, _ jobs: [RunningJob]) {
        self.queue = queue
        self.jobs = jobs
    }
}
