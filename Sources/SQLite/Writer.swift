import Dispatch
import Synchronization

/// The one connection that writes and checkpoints, on its own thread, with group commit.
///
/// Requests that wait together share one transaction and so one flush to the disk, which is what
/// a commit costs. Each runs in its own savepoint: when one fails, only its changes are undone.
package final class Writer: Sendable {
    private struct State {
        var waiting: [WriteRequest] = []
        var isDraining = false
        var isClosed = false
        var willTidy = false
        var statistics = Statistics()
    }

    /// What the writer did since it was opened.
    package struct Statistics: Sendable, Equatable {
        /// Requests that wait at this moment.
        package var waiting = 0
        /// Requests answered, failed ones included.
        package var requests = 0
        /// Transactions committed.
        package var commits = 0
        package var checkpoints = 0
        /// Checkpoints that failed, for example on a full disk; each is tried again later.
        package var failedCheckpoints = 0
    }

    /// A transaction takes at most so many requests, so that the first of them is answered soon.
    private static let largestBatch = 128
    /// As in SQLite's own automatic checkpoints.
    private static let pagesBeforeCheckpoint = 1000

    private let state = Mutex(State())
    private let connection: Mutex<Connection?>
    private let queue = DispatchQueue(label: "sqlite.writer")
    private let idleTime: Duration

    /// Takes over a connection that writes ahead (`enableWriteAheadLog`).
    ///
    /// After `idleTime` without a write the log is moved into the database file.
    package init(_ connection: sending Connection, idleTime: Duration = .seconds(2)) {
        self.connection = Mutex(connection)
        self.idleTime = idleTime
    }

    package var statistics: Statistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.waiting = state.waiting.count
            return statistics
        }
    }

    /// Runs `body` inside a transaction and returns once that is safely on the disk.
    ///
    /// What `body` throws is thrown as it is and its changes are undone; when the commit fails, that
    /// error is thrown and nothing has changed. `body` can run twice: when a neighbour in the same
    /// transaction brings it down, all others start again. So it must touch nothing but the database.
    /// A task that is cancelled while it waits still gets the true answer: the write is not taken back.
    @discardableResult
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            submit(WriteRequest(continuation, body))
        }
    }

    /// Moves what can be moved of the write-ahead log into the database file.
    package func checkpoint() async throws {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        try self.connection.withLock { connection in
                            guard let connection else { throw SQLiteError.closed }
                            try connection.checkpoint(.passive)
                        }
                    })
            }
        }
    }

    /// Answers everything that waits, empties the write-ahead log and closes the file.
    package func close() async {
        state.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            queue.async {
                self.drain()
                self.connection.withLock { connection in
                    // The log stays when it cannot be emptied; the next one to open reads it.
                    if let connection { _ = try? connection.checkpoint(.truncate) }
                    connection = nil
                }
                continuation.resume()
            }
        }
    }

    private func submit(_ request: WriteRequest) {
        enum Outcome { case refused, queued, first }
        let outcome: Outcome = state.withLock { state in
            if state.isClosed { return .refused }
            state.waiting.append(request)
            if state.isDraining { return .queued }
            state.isDraining = true
            return .first
        }
        switch outcome {
        case .refused: request.refuse(SQLiteError.closed)
        case .queued: break
        case .first: queue.async { self.drain() }
        }
    }

    private func drain() {
        while let batch = nextBatch() {
            connection.withLock { connection in
                guard let connection else {
                    for request in batch { request.refuse(SQLiteError.closed) }
                    return
                }
                let commits = connection.commit(batch)
                state.withLock { state in
                    state.statistics.requests += batch.count
                    state.statistics.commits += commits
                }
                if connection.pagesInLog >= Self.pagesBeforeCheckpoint { tidy(connection) }
            }
        }
        tidyWhenIdle()
    }

    private func nextBatch() -> [WriteRequest]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.largestBatch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// Checkpoints once nothing was written for a while, so that a quiet database has a short log.
    private func tidyWhenIdle() {
        let commits: Int? = state.withLock { state in
            guard !state.willTidy else { return nil }
            state.willTidy = true
            return state.statistics.commits
        }
        guard let commits else { return }
        let (seconds, attoseconds) = idleTime.components
        let delay = Double(seconds) + Double(attoseconds) / 1e18
        queue.asyncAfter(deadline: .now() + delay) { [weak self] in
            guard let self else { return }
            let wasIdle = state.withLock { state in
                state.willTidy = false
                return state.statistics.commits == commits
            }
            if wasIdle {
                connection.withLock { if let connection = $0 { self.tidy(connection) } }
            } else {
                tidyWhenIdle()
            }
        }
    }

    private func tidy(_ connection: Connection) {
        guard connection.pagesInLog > 0 else { return }
        let failed = (try? connection.checkpoint(.passive)) == nil
        state.withLock { state in
            if failed {
                state.statistics.failedCheckpoints += 1
            } else {
                state.statistics.checkpoints += 1
            }
        }
    }
}

extension Connection {
    /// Runs the requests in one transaction, answers them all, and returns how many commits it took.
    fileprivate func commit(_ batch: [WriteRequest]) -> Int {
        do {
            try begin("BEGIN IMMEDIATE")
        } catch {
            for request in batch { request.refuse(error) }
            return 0
        }
        var answers: [WriteRequest.Answer] = []
        answers.reserveCapacity(batch.count)
        for request in batch {
            answers.append(request.run(self))
            if let rolledBack {
                rollBack()
                return commitOneByOne(batch, orRefuseWith: rolledBack, answer: answers.last)
            }
        }
        do {
            try commit()
        } catch {
            // A deferred constraint shows only now, and not whose it is.
            guard error.isConstraint else {
                for answer in answers { answer(error) }
                return 0
            }
            return commitOneByOne(batch, orRefuseWith: error, answer: answers.last)
        }
        for answer in answers { answer(nil) }
        return 1
    }

    /// The way out when a request has brought down the transaction that it shared.
    private func commitOneByOne(
        _ batch: [WriteRequest], orRefuseWith error: SQLiteError, answer: WriteRequest.Answer?
    ) -> Int {
        guard batch.count > 1 else {
            answer?(error)
            return 0
        }
        return batch.reduce(0) { $0 + commit([$1]) }
    }
}

/// One call of `Writer.write` that waits for its turn.
private struct WriteRequest: Sendable {
    /// Resumes the caller, with the error of the commit if that failed.
    typealias Answer = @Sendable (SQLiteError?) -> Void

    /// Runs the body in a savepoint and keeps its result until the commit is through.
    let run: @Sendable (Connection) -> Answer
    /// Resumes the caller without having run anything.
    let refuse: @Sendable (SQLiteError) -> Void

    init<Value: Sendable>(
        _ continuation: CheckedContinuation<Value, any Error>,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) {
        run = { connection in
            let result = Result { try connection.inSavepoint { try body(connection) } }
            return { failure in
                switch (result, failure) {
                case (.success, let failure?): continuation.resume(throwing: failure)
                default: continuation.resume(with: result)
                }
            }
        }
        refuse = { continuation.resume(throwing: $0) }
    }
}
