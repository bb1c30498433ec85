import Domain
import Store
import Synchronization

extension JobRunner {
    /// Asks a running job to stop because somebody cancelled it.
    func stop(_ number: Int64) {
        let running = state.withLock { state in
            if state.running[number] == nil { state.cancelled.insert(number) }
            return state.running[number]
        }
        running?.stop(.cancelled)
        alarm.ring()
    }

    /// Counts a job among those that run.
    func enter(_ job: RunningJob, _ state: inout State) {
        state.running[job.job.number] = job
        if state.cancelled.remove(job.job.number) != nil { job.stop(.cancelled) }
    }

    func tellListeners(of id: String) {
        let listeners = state.withLock { $0.listeners[id].map { Array($0.values) } ?? [] }
        for listener in listeners { listener() }
    }

    /// Runs what is due of a kind that its family starts itself.
    func runDue(_ kind: JobKind, limit: Int) async throws -> [JobRecord] {
        guard let work = state.withLock({ $0.work }) else { return [] }
        let now = clock.now()
        let until = now.advanced(bySeconds: Self.lease / .seconds(1))
        let owner = owner
        let claimed = try await store.write { tables in
            try tables.jobs.due(kind: kind.name, at: now, limit: limit).compactMap {
                try tables.jobs.claim($0, by: owner, until: until, at: now)
            }
        }
        let running = claimed.map {
            RunningJob($0, owner: owner, clock: clock, publish: work.publish)
        }
        state.withLock { state in
            for job in running { enter(job, &state) }
        }
        var ended: [JobRecord] = []
        for job in running {
            // A task of its own: the work goes on when whoever asked for it goes away.
            let record = await withCheckedContinuation { continuation in
                let task = Task {
                    _ = job.begin()
                    let outcome = await self.outcome(of: job, work.registry)
                    self.end(job, outcome) { continuation.resume(returning: $0) }
                }
                job.attach(task)
            }
            if let record { ended.append(record) }
        }
        return ended
    }
}
