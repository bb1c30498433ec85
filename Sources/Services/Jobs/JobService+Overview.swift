import Domain
import Store
import Synchronization
import Telemetry

/// How the queues stand at a moment.
package struct QueueOverview: Sendable {
    package struct Queue: Sendable {
        package var name: JobQueue
        package var isPaused: Bool
        package var busy: Int
        package var limit: Int
        package var counts: [JobState: Int]
        /// Seconds since the job that has waited longest was to be started; nil where none waits.
        package var oldestAge: Double?
        /// Jobs ended a minute, over so many minutes.
        package var rates: [(minutes: Int, rate: Double)]
        /// Milliseconds that jobs waited of late; nil before the first.
        package var waits: (p50: Double, p95: Double)?
    }

    package var queues: [Queue]
    package var busy: Int
    package var limit: Int
    package var schedules: [ScheduleRecord]
}

extension JobService {
    package func overview() async throws -> QueueOverview {
        let now = clock.now()
        let (counts, paused, oldest, schedules) = try await store.read { tables in
            (
                try tables.queues.counts(), try tables.queues.paused(),
                try tables.queues.oldest(at: now), try tables.schedules.all()
            )
        }
        let (busy, statistics) = runner.state.withLock { ($0.busy, $0.statistics) }
        let queues = JobQueue.allCases.map { name in
            let of = statistics[name] ?? JobStatistics()
            var counts = counts[name] ?? [:]
            // A parent that waits for its children holds no worker.
            counts[.running] = busy[name] ?? 0
            return QueueOverview.Queue(
                name: name, isPaused: paused.contains(name), busy: busy[name] ?? 0,
                limit: settings.workers(of: name), counts: counts,
                oldestAge: oldest[name].map { max(0, now.seconds(since: $0)) },
                rates: [1, 5, 60].map { ($0, of.rate(minutes: $0, at: now)) },
                waits: of.wait(0.5).flatMap { p50 in of.wait(0.95).map { (p50, $0) } })
        }
        return QueueOverview(
            queues: queues, busy: busy.values.reduce(0, +), limit: settings.workers,
            schedules: schedules)
    }

    /// Stops a queue from starting jobs, or lets it again; what runs goes on.
    package func setPaused(_ isPaused: Bool, _ queue: JobQueue) async throws {
        try await store.write { try $0.queues.setPaused(isPaused, queue) }
        runner.state.withLock { state in
            if isPaused { state.paused.insert(queue) } else { state.paused.remove(queue) }
        }
        runner.wake()
    }

    /// Stops a schedule from starting its job, or lets it again.
    package func setPaused(_ isPaused: Bool, schedule name: String) async throws {
        guard try await store.write({ try $0.schedules.setPaused(isPaused, name) }) else {
            throw Failure(.notFound, "There is no schedule \(name).")
        }
    }

    /// Starts a schedule's job now; its next run stays as planned.
    package func runNow(schedule name: String) async throws -> JobRecord {
        let registry = registry.withLock { $0 }
        guard let schedule = registry.schedules.first(where: { $0.name == name }) else {
            throw Failure(.notFound, "There is no schedule \(name).")
        }
        let now = clock.now()
        let runner = runner
        let job = try await store.write { tables in
            try runner.start(schedule, registry, tables, at: now)
        }
        guard let job else { throw Failure(.notFound, "There are no jobs of \(schedule.kind).") }
        return job
    }

    /// A page of the jobs that match, newest first, and how many there are in all.
    package func list(
        _ filter: JobTable.Filter, limit: Int, offset: Int
    ) async throws -> (jobs: [JobRecord], count: Int) {
        try await store.read { tables in
            (
                try tables.jobs.list(filter, limit: limit, offset: offset),
                try tables.jobs.count(filter)
            )
        }
    }

    /// A job as it stands and what it logged after that number, what is yet to be stored included.
    package func look(
        at id: String, after sequence: Int64
    ) async throws -> (job: JobRecord, log: [JobLogLine])? {
        let found = try await store.read { tables -> (JobRecord, [JobLogLine])? in
            guard let job = try tables.jobs.find(id: id) else { return nil }
            return (job, try tables.jobs.log(of: job.number, after: sequence))
        }
        guard var (job, log) = found else { return nil }
        if job.state == .running,
            let running = runner.state.withLock({ $0.running[job.number] })
        {
            let (progress, lines, latest) = running.current
            job.progress = progress ?? job.progress
            job.sequence = max(job.sequence, latest)
            log += lines.filter { $0.sequence > (log.last?.sequence ?? sequence) }
        }
        return (job, log)
    }

    /// Shows how the queues stand in the metrics.
    package func measure(_ metrics: Metrics) async throws {
        for queue in try await overview().queues {
            let name = queue.name.rawValue
            for (state, count) in queue.counts {
                metrics.set(.queueDepth, Double(count), labels: [name, state.rawValue])
            }
            metrics.set(.queueAge, queue.oldestAge ?? 0, labels: [name])
            metrics.set(.queueTarget, queue.name.target / .seconds(1), labels: [name])
        }
    }
}
