import Domain
import Store
import Synchronization
import Telemetry

extension JobService {
    /// The job, for whoever knows its id.
    package func find(_ id: String) async throws -> JobRecord? {
        try await store.read { try $0.jobs.find(id: id) }
    }

    /// What a kind is like; nil for one that this version does not know.
    package func kind(named name: String) -> JobKind? {
        registry.withLock { $0.entries[name]?.kind }
    }

    /// The kinds there are, by name.
    package var kinds: [JobKind] {
        registry.withLock { $0.entries.values.map(\.kind) }.sorted { $0.name < $1.name }
    }

    /// Whether nobody is to see the arguments of a job.
    package func hidesArguments(_ job: JobRecord) -> Bool {
        kind(named: job.kind)?.hidesArguments ?? false
    }

    package func hidesArguments(_ event: JobEvent) -> Bool {
        if case .state(let job) = event.change { hidesArguments(job) } else { false }
    }

    /// Whether a caller may look at a job, whose id they know.
    package func mayRead(_ job: JobRecord, _ caller: Caller) -> Bool {
        if caller.isAdmin || kind(named: job.kind)?.access == .anybody { return true }
        guard let identity = caller.identity else { return false }
        return job.owner == identity
    }

    /// Queues a job that an administrator asks for by the name of its kind.
    ///
    /// - Throws: `Failure.invalid` for an unknown kind or arguments that it cannot have.
    package func start(
        _ name: String, _ arguments: JSONText, priority: Int?, at time: Time?, owner: Identity?
    ) async throws -> JobRecord {
        guard let entry = registry.withLock({ $0.entries[name] }), entry.kind.isOpenToAdmins else {
            throw Failure(.invalid, "There are no jobs of the kind \(name).", field: "kind")
        }
        do {
            try entry.check(arguments)
        } catch {
            throw Failure(.invalid, error.message, field: "args")
        }
        var job = make(entry.kind, arguments, owner: owner)
        if let priority { job.priority = priority }
        if let time { job.start = .at(time) }
        return try await enqueue(job)
    }

    /// Queues a failed or cancelled job again; nil where there is none of that id.
    package func retry(_ id: String) async throws -> JobRecord? {
        let now = clock.now()
        switch try await store.write({ try $0.jobs.retry(id: id, at: now) }) {
        case .unknown: return nil
        case .changed(let job), .running(let job):
            publish(job)
            return job
        case .refused(let job):
            throw Failure(
                .conflict,
                "The job is \(job.state.rawValue); only a failed or cancelled one can be retried.")
        }
    }

    /// Cancels a job that waits, or has one that runs stop within seconds; nil where there is none of that id.
    package func cancel(_ id: String) async throws -> JobRecord? {
        let now = clock.now()
        let (change, children) = try await store.write { tables in
            let change = try tables.jobs.cancel(id: id, at: now)
            return (change, try tables.jobs.children(of: id))
        }
        for child in children {
            if child.state == .running { runner.stop(child.number) }
            if child.state == .cancelled { publish(child) }
        }
        switch change {
        case .unknown: return nil
        case .changed(let job):
            publish(job)
            return job
        case .running(let job):
            runner.stop(job.number)
            return job
        case .refused(let job):
            throw Failure(.conflict, "The job is \(job.state.rawValue) already.")
        }
    }

    /// Runs what is due of a kind that its family starts itself, oldest first and one after the other.
    ///
    /// Each job is leased, so parallel calls never run the same one.
    /// - Returns: the jobs as their attempts left them.
    package func runDue(_ kind: JobKind, limit: Int) async throws -> [JobRecord] {
        try await runner.runDue(kind, limit: limit)
    }

    func publish(_ job: JobRecord) {
        let event = JobEvent(job: job.id, sequence: job.sequence, .state(job))
        for listener in listeners.withLock({ $0 }) { listener(event) }
        if job.state.isFinal { runner.tellListeners(of: job.id) }
    }
}
