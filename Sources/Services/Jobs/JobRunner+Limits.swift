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
            if !plan.budgets.isEmpty, !hasMore, portions.isEmpty { state.mayHaveReady = false }
            for slot in slots {
                state.busy[slot.queue, default: 0] += 1
                state.slots.append(slot)
                state.rates[slot.queue]?.take(slot.jobs.count)
                for running in slot.jobs {
                    state.running[running.job.number] = running
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
    func enforceLimits(_ publish: @escaping @Sendable (JobEvent) -> Void) {
        let now = ContinuousClock.now
        let slots = state.withLock { $0.slots }
        for slot in slots {
            var isStuck = false
            for running in slot.jobs where !running.hasEnded {
                guard let started = running.startedAt else {
                    // The one before it takes its time: somebody else can have this one.
                    if isStuck { end(running, .released) }
                    continue
                }
                isStuck = now - started > .milliseconds(500)
                if now >= running.softDeadline { running.stop(.softLimit) }
                let isIgnored =
                    running.stop.map { stop in
                        stop.reason == .cancelled && now - stop.at > Self.patience
                    } ?? false
                guard now >= running.hardDeadline || isIgnored else { continue }
                log.error(
                    "a job did not stop and is given up",
                    ["job": .text(running.job.id), "kind": .text(running.job.kind)])
                end(running, isIgnored ? .cancelled : .failure(Self.tookTooLong))
                for other in slot.jobs { end(other, .released) }
                free(slot)
            }
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
