import Domain
import Services
import Store
import Synchronization
import Telemetry

/// A job service on a store of its own whose time stands still until a test moves it.
final class JobWorkshop: Sendable {
    let temporary: TemporaryStore
    let clock = ManualClock()
    let jobs: JobService
    let metrics = Metrics(Metric.jobs)

    var store: DataStore { temporary.store }

    init(
        _ temporary: TemporaryStore? = nil, change: (inout JobSettings) -> Void = { _ in }
    ) throws {
        let temporary = try temporary ?? TemporaryStore()
        self.temporary = temporary
        var settings = JobSettings()
        change(&settings)
        jobs = JobService(
            store: temporary.store, settings: settings, clock: clock.source, log: .silent,
            metrics: metrics)
    }

    /// Runs the workers while `body` works with them.
    func run<T>(_ body: () async throws -> T) async throws -> T {
        let work = Task { try await jobs.run() }
        while !jobs.isRunning { try await Task.sleep(for: .milliseconds(1)) }
        let result: Result<T, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        work.cancel()
        try await work.value
        return try result.get()
    }

    /// Queues a job and waits until it has ended.
    func finish(_ job: some Job, within limit: Duration = .seconds(20)) async throws -> JobRecord {
        let queued = try await jobs.enqueue(jobs.make(job))
        return try await end(of: queued.id, within: limit)
    }

    func end(of id: String, within limit: Duration = .seconds(20)) async throws -> JobRecord {
        guard let job = try await jobs.result(of: id, within: limit) else { throw TooLate() }
        return job
    }

    func job(_ id: String) async throws -> JobRecord? {
        try await store.read { try $0.jobs.find(id: id) }
    }

    /// Waits until a job stands as wanted.
    func wait(for id: String, until isThere: (JobRecord) -> Bool) async throws -> JobRecord {
        for _ in 0..<2000 {
            if let job = try await job(id), isThere(job) { return job }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw TooLate()
    }

    struct TooLate: Error {}
}

/// A job that does what a test says.
struct Chore: Job {
    static let kind = JobKind("chore", queue: .normal)
    var name: String
}

/// One that only trains and waits for the night.
struct Training: Job {
    static let kind = JobKind("training", queue: .mlTraining)
}

/// One that anybody may look at and nobody may read.
struct Secret: Job {
    static let kind = JobKind(
        "secret", queue: .highPriority, attempts: 1, access: .anybody, hidesArguments: true,
        isOpenToAdmins: false)
    var word: String
}

/// A list that handlers write to.
final class Notes: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A door that holds handlers until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var waiting: Int { state.withLock { $0.waiting.count } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
