import HTTP
import Synchronization

/// A body that arrives in pieces of one size and never suspends.
final class SlicedBody: BodySource {
    private let bytes: [UInt8]
    private let size: Int
    private let start = Mutex(0)

    init(_ bytes: [UInt8], _ size: Int) {
        self.bytes = bytes
        self.size = size
    }

    func next() async throws(BodyError) -> [UInt8]? {
        start.withLock { start in
            guard start < bytes.count else { return nil }
            let end = min(bytes.count, start + size)
            defer { start = end }
            return Array(bytes[start..<end])
        }
    }
}

/// Runs an asynchronous function that never waits for anything, on this thread.
func runInline<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () async throws(Failure) -> Value
) -> Result<Value, Failure> {
    let box = Outcome<Result<Value, Failure>>()
    Task(executorPreference: InlineExecutor()) {
        do throws(Failure) {
            let value = try await body()
            box.value.withLock { $0 = .success(value) }
        } catch {
            box.value.withLock { $0 = .failure(error) }
        }
    }
    guard let result = box.value.withLock({ $0 }) else {
        fatalError("a function that should not wait waits")
    }
    return result
}

private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}

/// Runs every job where it is handed over.
private final class InlineExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}
