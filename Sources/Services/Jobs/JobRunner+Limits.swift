import Domain
import Store
import Synchronization
import Telemetry

extension JobRunner {
    /// Enters claimed jobs as running, each portion with a worker.
    func begin(
        _ portions: [Portion], _ plan: Plan, nextDue: Time?, hasMore: Bool,
        _ publish: @escaping @Sendable (JobEvent) -> Void
    ) -> [WorkerSlot] {
        let slots = portions.map { queue, jobs in
            WorkerSlot(
                queue, jobs.map { RunningJob($0, owner: owner, clock: clock, publish: publish) })
        }
        state.withLock { state in
            state.nextDue = nextDue
            if hasMore || !portions.isEmpty { state.mayHaveReady = true }
            for slot in slots {
                state.busy[slot.queue, default: 0] += 1
                state.slots.append(slot)
                state.rates[slot.queue]?.take(slot.jobs.count)
                for running in slot.jobs {
                    enter(running, &state)
                    let wait = plan.now.seconds(since: running.job.runAt)
                    state.statistics[slot.queue, default: JobStatistics()]
                        .noteStart(waited: wait)
                    metrics.observe(.jobWait, max(0, wait), labels: [slot.queue.rawValue])
                }
            }
        }
        for slot in slots {
            for running in slot.jobs {
                publish(
                    JobEvent(
                        job: running.job.id, sequence: running.job.sequence,
                        .state(running.job)))
            }
        }
        return slots
    }

    /// Makes a worker free for others.
    func free(_ slot: WorkerSlot) {
        guard slot.isBusy.exchange(false, ordering: .relaxed) else { return }
        state.withLock { state in
            state.busy[slot.queue, default: 1] -= 1
            state.slots.removeAll { $0 === slot }
            state.mayHaveReady = true
        }
        alarm.ring()
    }

    /// Notes how an attempt ended, once.
    func end(
        _ running: RunningJob, _ outcome: JobEnding.Outcome,
        onCommit: (@Sendable (JobRecord?) -> Void)? = nil
    ) {
        guard running.end() else {
            onCommit?(nil)
            return
        }
        note(running, outcome, onCommit: onCommit)
    }

    private func note(
        _ running: RunningJob, _ outcome: JobEnding.Outcome,
        onCommit: (@Sendable (JobRecord?) -> Void)? = nil
    ) {
        state.withLock { state in
            if let started = running.startedAt {
                let duration = ContinuousClock.now - started
                state.pace.note(running.job.kind, duration)
                metrics.observe(.jobDuration, duration, labels: [running.job.kind])
            }
            state.endings.append(
                JobEnding(running: running, outcome: outcome, onCommit: onCommit))
        }
        alarm.ring()
    }

    /// Forgets a job whose ending is durable.
    func noteEnd(_ ending: JobEnding, _ job: JobRecord?, at now: Time) {
        let running = ending.running
        let listeners = state.withLock { state in
            if state.running[running.job.number] === running {
                state.running[running.job.number] = nil
            }
            state.cancelled.remove(running.job.number)
            if job?.state.isFinal == true {
                state.statistics[running.job.queue, default: JobStatistics()].noteEnd(at: now)
            }
            return state.listeners[running.job.id].map { Array($0.values) } ?? []
        }
        for listener in listeners { listener() }
        guard let job else { return }
        switch job.state {
        case .retrying: metrics.add(.jobRetries, labels: [job.kind])
        case .succeeded, .failed, .cancelled:
            metrics.add(.jobsEnded, labels: [job.kind, job.state.rawValue])
        case .queued, .running: break
        }
        if job.state == .failed {
            log.warning(
                "a job failed for good",
                [
                    "job": .text(job.id), "kind": .text(job.kind),
                    "error": .text(job.error?.text ?? ""),
                ])
        }
    }

    /// Asks jobs over their soft limit to stop and gives up those that do not listen.
    func enforceLimits() {
        let now = ContinuousClock.now
        let (running, slots) = state.withLock { ($0.running.values.filter(\.hasBegun), $0.slots) }
        for job in running where !job.hasEnded {
            if now >= job.softDeadline { job.stop(.softLimit) }
            let isIgnored =
                job.stop.map { $0.reason == .cancelled && now - $0.at > Self.patience } ?? false
            guard now >= job.hardDeadline || isIgnored else { continue }
            log.error(
                "a job did not stop and is given up",
                ["job": .text(job.job.id), "kind": .text(job.job.kind)])
            if job.giveUp() {
                note(job, isIgnored ? .cancelled : .failure(Self.tookTooLong))
            }
        }
        for slot in slots {
            guard let busyWith = slot.jobs.last(where: \.hasBegun), let start = busyWith.startedAt
            else { continue }
            // One that takes its time keeps nobody waiting behind it, and one that was given up no worker.
            if now - start > .milliseconds(500) || busyWith.isGivenUp {
                for job in slot.jobs where job.endUnlessBegun() { note(job, .released) }
            }
            if busyWith.isGivenUp { free(slot) }
        }
    }

    static let tookTooLong = JobFailure.retry("The job ran longer than its time limit.")

    /// Calls the handler and says how that ended.
    func outcome(of running: RunningJob, _ registry: JobRegistry) async -> JobEnding.Outcome {
        let job = running.job
        guard let entry = registry.entries[job.kind] else {
            return .failure(.permanent("This version of Tintype knows no jobs of this kind."))
        }
        do {
            let context = JobContext(job: job, running: running, store: store)
            try context.checkCancellation()
            return .handler(try await entry.run(context))
        } catch {
            switch running.stop?.reason {
            case .cancelled: return .cancelled
            case .shutdown: return .released
            case .softLimit: return .failure(Self.tookTooLong)
            case nil: return .failure(failure(of: error, in: job))
            }
        }
    }

    /// What an error means for a job; what nobody expected is logged and shown to nobody.
    func failure(of error: any Error, in job: JobRecord) -> JobFailure {
        switch error {
        case let failure as JobFailure: return failure
        case let failure as Failure:
            switch failure.code {
            case .unavailable, .limited, .storageFull, .internal: return .retry(failure.message)
            case .invalid, .notFound, .conflict, .unauthorized, .forbidden, .tooLarge, .gone:
                return .permanent(failure.message)
            }
        default:
            log.error(
                "a job broke off",
                ["job": .text(job.id), "kind": .text(job.kind), "error": .text("\(error)")])
            return .retry("Internal error")
        }
    }
}
