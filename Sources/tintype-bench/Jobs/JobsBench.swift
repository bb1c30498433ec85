import Domain
import Foundation
import Services
import Store
import Synchronization
import Telemetry

/// Measures the durable queue, and Celery with Redis in the same run.
struct JobsBench {
    /// A real disk, not a tmpfs: what is measured waits for it.
    let scratch: String
    let runs: Int

    struct Nothing: Job {
        static let kind = JobKind("nothing", queue: .highPriority)
    }

    struct Chore: Job {
        static let kind = JobKind("chore", queue: .batch)
    }

    private typealias Work = (name: String, run: @Sendable (JobsBench) async throws -> [Figure])

    private static let works: [Work] = [
        ("throughput", { try await $0.throughput() }),
        ("latency", { try await $0.latency() }),
        ("idle", { try await $0.idle() }),
        ("depth", { try await $0.depth() }),
        ("urgent", { try await $0.urgent() }),
    ]

    static func main(_ arguments: [String]) async -> Int32 {
        var options: [String: String] = [:]
        var rest = arguments[...]
        while let name = rest.popFirst() { options[name] = rest.popFirst() }
        let wanted = options["--only"].map { Set($0.split(separator: ",").map(String.init)) }
        let scratch =
            (options["--data"] ?? ".build/bench")
            + "/jobs-\(ProcessInfo.processInfo.processIdentifier)"
        do {
            try FileManager.default.createDirectory(
                atPath: scratch, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            let bench = JobsBench(
                scratch: scratch, runs: options["--runs"].flatMap(Int.init) ?? 5)
            var figures: [Figure] = []
            for work in works where wanted?.contains(work.name) ?? true {
                note("measuring \(work.name) …")
                figures += try await work.run(bench)
            }
            print(Figure.table(figures))
            return 0
        } catch {
            note("tintype-bench: \(error)")
            return 1
        }
    }

    /// Works with a queue of its own on an empty database.
    func withQueue<T>(
        workers: Int = 5, _ prepare: (JobService) -> Void = { _ in },
        _ body: (JobService, DataStore) async throws -> T
    ) async throws -> T {
        let path = scratch + "/\(UUID().uuidString).db"
        let store = try DataStore(path: path, readers: 2)
        var settings = JobSettings()
        settings.workers = workers
        let jobs = JobService(
            store: store, settings: settings, clock: .wall, log: .silent,
            metrics: Metrics(Metric.jobs))
        prepare(jobs)
        let work = Task { try await jobs.run() }
        let result: Result<T, any Error>
        do {
            result = .success(try await body(jobs, store))
        } catch {
            result = .failure(error)
        }
        work.cancel()
        _ = await work.result
        await store.close()
        for end in ["", "-wal", "-shm", ".lock"] {
            try? FileManager.default.removeItem(atPath: path + end)
        }
        return try result.get()
    }

    // MARK: - Throughput

    private static let batch = 10_000
    /// As many clients ask at the same time, each waiting until its job is on the disk.
    private static let clients = 64

    private func throughput() async throws -> [Figure] {
        var ours = Samples()
        var plain = Samples()
        var synced = Samples()
        for run in 0..<runs {
            ours.values.append(try await ourRate())
            guard CeleryPeer.isInstalled else { continue }
            plain.values.append(
                try CeleryPeer(scratch + "/redis-\(run)", isSynced: false).rate(Self.batch))
            synced.values.append(
                try CeleryPeer(scratch + "/redis-synced-\(run)", isSynced: true)
                    .rate(Self.batch))
        }
        let goal = "≥ 10 × Celery's default"
        return [
            Figure(
                work: "10,000 no-op jobs, durable, 2 workers: jobs a second", goal: goal,
                ours: ours.text("/s"), peer: plain.text("/s"),
                ratio: "\((ours.median / max(plain.median, 1)).text(1)) ×",
                isReached: plain.values.isEmpty ? nil : ours.median >= 10 * plain.median),
            Figure(
                work: "the same, Redis with appendfsync always", goal: "–",
                ours: ours.text("/s"), peer: synced.text("/s"),
                ratio: "\((ours.median / max(synced.median, 1)).text(1)) ×", isReached: nil),
        ]
    }

    private func ourRate() async throws -> Double {
        let ended = Countdown(Self.batch)
        return try await withQueue(workers: 2) { jobs in
            jobs.on(Nothing.self) { _, _ in .done(.null) }
            jobs.onEvent { event in
                if case .state(let job) = event.change, job.state.isFinal { ended.count() }
            }
        } _: { jobs, _ in
            let start = ContinuousClock.now
            let left = Countdown(Self.batch)
            try await withThrowingTaskGroup { group in
                for _ in 0..<Self.clients {
                    group.addTask {
                        while left.count() { try await jobs.enqueue(try jobs.make(Nothing())) }
                    }
                }
                try await group.waitForAll()
            }
            await ended.wait()
            return Double(Self.batch) / (ContinuousClock.now - start).seconds
        }
    }

    // MARK: - Latency

    private func latency() async throws -> [Figure] {
        let started = Mutex<[ContinuousClock.Instant]>([])
        var samples = Samples()
        try await withQueue { jobs in
            jobs.on(Nothing.self) { _, _ in
                started.withLock { $0.append(.now) }
                return .done(.null)
            }
        } _: { jobs, _ in
            for _ in 0..<1000 {
                let job = try jobs.make(Nothing())
                let asked = ContinuousClock.now
                try await jobs.enqueue(job)
                _ = try await jobs.result(of: job.id, within: .seconds(5))
                if let start = started.withLock({ $0.popLast() }) {
                    samples.values.append((start - asked) / .milliseconds(1))
                }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        let p99 = samples.percentile(99)
        return [
            Figure(
                work: "enqueue → start, idle queue", goal: "p99 ≤ 10 ms",
                ours: "p50 \(samples.median.text(2)) ms, p99 \(p99.text(2)) ms",
                isReached: p99 <= 10)
        ]
    }

    private func idle() async throws -> [Figure] {
        let share = try await withQueue { jobs in
            jobs.on(Nothing.self) { _, _ in .done(.null) }
        } _: { _, _ in
            try await Task.sleep(for: .seconds(1))
            let before = Self.processorSeconds
            try await Task.sleep(for: .seconds(10))
            return (Self.processorSeconds - before) / 10 * 100
        }
        return [
            Figure(
                work: "an idle queue, of one core", goal: "≤ 0.5 %", ours: "\(share.text(3)) %",
                isReached: share <= 0.5)
        ]
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    // MARK: - Depth

    private func depth() async throws -> [Figure] {
        let count = 1_000_000
        var samples = Samples()
        try await withQueue { jobs in
            jobs.on(Chore.self) { _, _ in .done(.null) }
        } _: { jobs, store in
            try await jobs.setPaused(true, .batch)
            try await Self.fill(jobs, store, count)
            for _ in 0..<3000 {
                let took = try await store.write { tables in
                    let now = TimeSource.wall.now()
                    let start = ContinuousClock.now
                    for job in try tables.jobs.next(in: .batch, limit: 1) {
                        _ = try tables.jobs.claim(
                            job.number, by: "bench",
                            until: now.advanced(bySeconds: 60), at: now)
                    }
                    return (ContinuousClock.now - start) / .milliseconds(1)
                }
                samples.values.append(took)
            }
        }
        let p99 = samples.percentile(99)
        return [
            Figure(
                work: "claim among 1,000,000 waiting jobs, without its flush to the disk",
                goal: "p99 ≤ 1 ms",
                ours: "p50 \(samples.median.text(3)) ms, p99 \(p99.text(3)) ms",
                isReached: p99 <= 1)
        ]
    }

    private static func fill(_ jobs: JobService, _ store: DataStore, _ count: Int) async throws {
        let portion = 2000
        for _ in 0..<count / portion {
            let made = try (0..<portion).map { _ in
                try jobs.make(Chore(), priority: .random(in: 0...9))
            }
            try await store.write { tables in
                for job in made { try tables.jobs.enqueue(job) }
            }
        }
    }

    private func urgent() async throws -> [Figure] {
        var samples = Samples()
        let started = Mutex<ContinuousClock.Instant?>(nil)
        try await withQueue { jobs in
            jobs.on(Chore.self) { _, _ in
                try await Task.sleep(for: .milliseconds(20))
                return .done(.null)
            }
            jobs.on(Nothing.self) { _, _ in
                started.withLock { $0 = .now }
                return .done(.null)
            }
        } _: { jobs, store in
            try await Self.fill(jobs, store, 100_000)
            for _ in 0..<50 {
                let job = try jobs.make(Nothing(), priority: 9)
                let asked = ContinuousClock.now
                try await jobs.enqueue(job)
                _ = try await jobs.result(of: job.id, within: .seconds(10))
                if let start = started.withLock({ $0 }) {
                    samples.values.append((start - asked) / .milliseconds(1))
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        return [
            Figure(
                work: "a critical job behind 100,000 batch jobs: enqueue → start", goal: "≤ 1 s",
                ours: "at most \(samples.maximum.text(1)) ms", isReached: samples.maximum <= 1000)
        ]
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}

/// Lets one wait until something has happened so many times.
private final class Countdown: Sendable {
    private struct State {
        var left: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(left: count)) }

    /// False if it has happened as often already.
    @discardableResult
    func count() -> Bool {
        let (isCounted, waiter) = state.withLock { state in
            state.left -= 1
            guard state.left == 0 else {
                return (state.left > 0, CheckedContinuation<Void, Never>?.none)
            }
            defer { state.waiter = nil }
            return (true, state.waiter)
        }
        waiter?.resume()
        return isCounted
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.left > 0 { state.waiter = continuation }
                return state.left <= 0
            }
            if isOver { continuation.resume() }
        }
    }
}
