import Dispatch
import Synchronization

/// A few connections that can only read, each opened when it is first needed.
///
/// Readers never wait for the writer and see what was committed when they began.
package final class ReaderPool: Sendable {
    /// A connection with the thread on which longer reads use it.
    private final class Reader: Sendable {
        let connection = Mutex<Connection?>(nil)
        let queue = DispatchQueue(label: "sqlite.reader")
    }

    private typealias Request = @Sendable (Reader) -> Void

    private struct State {
        /// Two stacks make a queue: requests arrive on one and leave by the other.
        var arriving: [Request] = []
        var leaving: [Request] = []
        var idle: [Int]
        var isClosed = false

        mutating func next() -> Request? {
            if leaving.isEmpty {
                leaving = arriving.reversed()
                arriving.removeAll(keepingCapacity: true)
            }
            return leaving.popLast()
        }
    }

    private let path: String
    private let options: ConnectionOptions
    private let workers: [Reader]
    /// Serves `readNow` alone, so that such a read waits for other short ones at most.
    private let immediate = Reader()
    private let state: Mutex<State>

    /// Opens nothing yet; the file must be open in a writer for as long as the pool is used.
    package init(path: String, count: Int = 2, options: ConnectionOptions = .init()) {
        precondition(count > 0, "a pool needs a reader")
        self.path = path
        self.options = options.with(role: .reader)
        workers = (0..<count).map { _ in Reader() }
        state = Mutex(State(idle: Array(0..<count)))
    }

    /// Runs `body` on a reader's own thread; all its SELECTs see the same state of the database.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            submit { reader in
                continuation.resume(
                    with: Result {
                        try reader.connection.withLock { try self.run(body, on: &$0) }
                    })
            }
        }
    }

    /// Runs `body` on the calling thread: for reads of microseconds, where a change of thread would
    /// cost more than the read.
    ///
    /// Several callers can be in it at once. Must not be called from within another read.
    package func readNow<Value: Sendable>(
        _ body: @Sendable (Connection) throws -> Value
    ) throws -> Value {
        if let value = try immediate.connection.withLockIfAvailable({ try run(body, on: &$0) }) {
            return value
        }
        for worker in workers {
            if let value = try worker.connection.withLockIfAvailable({ try run(body, on: &$0) }) {
                return value
            }
        }
        return try immediate.connection.withLock { try run(body, on: &$0) }
    }

    /// Waits for the reads that run and closes every connection; those that wait are refused.
    package func close() async {
        state.withLock { $0.isClosed = true }
        for reader in workers + [immediate] {
            await withCheckedContinuation { continuation in
                reader.queue.async {
                    reader.connection.withLock { $0 = nil }
                    continuation.resume()
                }
            }
        }
    }

    private func submit(_ request: @escaping Request) {
        let worker: Int? = state.withLock { state in
            state.arriving.append(request)
            return state.idle.popLast()
        }
        guard let worker else { return }
        workers[worker].queue.async { self.drain(worker) }
    }

    private func drain(_ index: Int) {
        while let request = next(for: index) { request(workers[index]) }
    }

    private func next(for index: Int) -> Request? {
        state.withLock { state in
            let request = state.next()
            if request == nil { state.idle.append(index) }
            return request
        }
    }

    private func run<Value: Sendable>(
        _ body: @Sendable (Connection) throws -> Value, on connection: inout sending Connection?
    ) throws -> Value {
        let reader: Connection
        if let connection {
            reader = connection
        } else {
            if state.withLock({ $0.isClosed }) { throw SQLiteError.closed }
            reader = try Connection(path: path, options: options)
            connection = reader
        }
        return try reader.inSnapshot { try body(reader) }
    }
}
