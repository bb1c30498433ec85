import Dispatch
import Synchronization

/// A few threads for calls that wait for a disk, so that the cooperative pool never does.
struct BlockingLanes: Sendable {
    private let queues: [DispatchQueue]
    private let next = Counter()

    private final class Counter: Sendable {
        let value = Atomic<UInt>(0)
    }

    init(label: String, count: Int = 4) {
        queues = (0..<count).map { DispatchQueue(label: "\(label).\($0)") }
    }

    /// Does the work on one of the threads. It is not cancelled once it has begun.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let lane = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
        let queue = queues[Int(lane % UInt(queues.count))]
        let result: Result<Value, StorageError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }
}
