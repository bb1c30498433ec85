import Synchronization

/// Writes records one after the other and makes those that wait together durable at once.
final class CommitGroup: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Void, VectorError>, Never>

    private let file: VectorFile
    private let queue: BlockingQueue
    private let waiting = Lock<[Waiter]>([])

    init(file: VectorFile, queue: BlockingQueue) {
        self.file = file
        self.queue = queue
    }

    /// Returns when the record is durable.
    func write(_ vector: UnitVector, owner: UInt64, model: UInt32, at slot: VectorSlot)
        async throws(VectorError)
    {
        let result = await withCheckedContinuation { (waiter: Waiter) in
            queue.submit {
                do throws(VectorError) {
                    try self.file.write(vector, owner: owner, model: model, at: slot)
                    self.join(waiter)
                } catch {
                    waiter.resume(returning: .failure(error))
                }
            }
        }
        try result.get()
    }

    /// The first to join orders the flush; whoever was queued before it runs joins as well.
    private func join(_ waiter: Waiter) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(waiter)
            return waiting.count == 1
        }
        if isFirst { queue.submit { self.flush() } }
    }

    private func flush() {
        let group = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        let result = Result { () throws(VectorError) in try file.synchronise() }
        for waiter in group { waiter.resume(returning: result) }
    }
}
