import Dispatch
import SQLite
import Synchronization
import Testing

@Suite struct `The writer` {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try folder.database(
            schema: """
                CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB) STRICT;
                CREATE TABLE child (
                    parent INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED
                ) STRICT;
                """)
    }

    private func ids() throws -> [Int] {
        try database.readNow { db in
            try db.all("SELECT id FROM t ORDER BY id") { try $0[0] as Int }
        }
    }

    /// Makes the requests wait together behind one write; returns their errors in order.
    private func together(
        _ requests: [@Sendable (Connection) throws -> Void]
    ) async -> [(any Error)?] {
        let writer = database.writer
        let started = DispatchSemaphore(value: 0)
        let gate = Task {
            try await writer.write { _ in
                started.signal()
                // This is the writer's thread: everybody else can only queue up meanwhile.
                let limit = ContinuousClock.now + .seconds(20)
                while writer.statistics.waiting < requests.count, ContinuousClock.now < limit {}
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "gate").async {
                started.wait()
                continuation.resume()
            }
        }
        let errors = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask {
                    do {
                        try await writer.write(request)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            var errors = [(any Error)?](repeating: nil, count: requests.count)
            for await (index, error) in group { errors[index] = error }
            return errors
        }
        _ = try? await gate.value
        return errors
    }

    private func insert(_ id: Int) -> @Sendable (Connection) throws -> Void {
        { db in try db.execute("INSERT INTO t (id, name) VALUES (?, ?)", id, "n\(id)") }
    }

    @Test func `returns what the body returns and throws what it throws`() async throws {
        #expect(try await database.write { try $0.value("SELECT 42", as: Int.self) } == 42)
        await #expect(throws: Refusal.self) {
            try await database.write { db in
                try db.execute("INSERT INTO t (id) VALUES (1)")
                throw Refusal()
            }
        }
        #expect(try ids() == [])
    }

    @Test func `commits requests that wait together with one flush`() async throws {
        let errors = await together((1...100).map(insert))
        #expect(errors.allSatisfy { $0 == nil })
        #expect(try ids() == Array(1...100))
        let statistics = database.writer.statistics
        #expect(statistics.requests == 101)
        #expect(statistics.commits == 2)
        #expect(statistics.waiting == 0)
    }

    @Test func `undoes only the request that failed`() async throws {
        let errors = await together([
            insert(1),
            { db in
                try db.execute("INSERT INTO t (id) VALUES (2)")
                throw Refusal()
            },
            { db in
                try db.execute("INSERT INTO t (id) VALUES (3)")
                try db.execute("INSERT INTO t (id, name) VALUES (4, 'n1')")
            },
            insert(5),
        ])
        #expect(errors[0] == nil && errors[3] == nil)
        #expect(errors[1] is Refusal)
        #expect((errors[2] as? SQLiteError)?.isConstraint(.unique) == true)
        #expect(try ids() == [1, 5])
        #expect(database.writer.statistics.commits == 2)
    }

    @Test func `saves the others when a request breaks a rule that is checked at the commit`()
        async throws
    {
        let errors = await together([
            insert(1), { db in try db.execute("INSERT INTO child VALUES (77)") }, insert(2),
        ])
        #expect(errors[0] == nil && errors[2] == nil)
        #expect((errors[1] as? SQLiteError)?.isConstraint(.foreignKey) == true)
        #expect(try ids() == [1, 2])
    }

    @Test func `saves the others when a request fills the disk`() async throws {
        var options = ConnectionOptions()
        options.maximumPages = 12
        let folder = try TemporaryFolder()
        let test = try Self(
            database: folder.database(
                schema:
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB) STRICT",
                options: options), folder: folder)
        let errors = await test.together([
            insert(1),
            { db in try db.execute("INSERT INTO t (id, data) VALUES (2, zeroblob(100000))") },
            insert(3),
            { db in _ = try? db.execute("INSERT INTO t (id, data) VALUES (4, zeroblob(100000))") },
            insert(5),
        ])
        #expect(errors[0] == nil && errors[2] == nil && errors[4] == nil)
        #expect((errors[1] as? SQLiteError)?.isFull == true)
        // This one hid its error, but what it did is gone: it must not hear that all is well.
        #expect((errors[3] as? SQLiteError)?.isFull == true)
        #expect(try test.ids() == [1, 3, 5])

        // Reads go on, and so do writes once there is room.
        try await test.database.write { try $0.execute("DELETE FROM t WHERE id = 1") }
        try await test.database.write { try $0.execute("INSERT INTO t (id) VALUES (6)") }
        #expect(try test.ids() == [3, 5, 6])
    }

    private init(database: Database, folder: TemporaryFolder) {
        self.database = database
        self.folder = folder
    }

    @Test func `gives the true answer to a task that is cancelled while it waits`() async throws {
        let writer = database.writer
        let started = DispatchSemaphore(value: 0)
        let insert = insert(1)
        let task = Task {
            try await writer.write { db in
                started.signal()
                while !Task.isCancelled, writer.statistics.waiting == 0 {}
                try insert(db)
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "gate").async {
                started.wait()
                continuation.resume()
            }
        }
        task.cancel()
        // The second write lets the first end.
        try await writer.write { _ in }
        try await task.value
        #expect(try ids() == [1])

        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await writer.write { try $0.execute("INSERT INTO t (id) VALUES (2)") }
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(try ids() == [1])
    }

    @Test func `has everything on the disk that it answered`() async throws {
        await withTaskGroup { group in
            for id in 1...200 {
                let insert = insert(id)
                group.addTask { [database] in _ = try? await database.write(insert) }
            }
        }
        // What a dead process leaves: the file and its log, which nobody has closed.
        let left = try TemporaryFolder()
        try left.copy(from: folder)
        let other = try Connection(path: left.file)
        #expect(try other.value("SELECT COUNT(*) FROM t") == 200)
        #expect(try other.value("PRAGMA integrity_check") == "ok")
    }

    @Test func `keeps the log short while it writes a lot`() async throws {
        for id in 1...40 {
            try await database.write { db in
                let data = [UInt8](repeating: 1, count: 400_000)
                try db.execute("INSERT OR REPLACE INTO t (id, data) VALUES (?, ?)", id % 3, data)
            }
        }
        try await database.writer.checkpoint()
        #expect(database.writer.statistics.checkpoints > 0)
        #expect(database.writer.statistics.failedCheckpoints == 0)
        #expect(try folder.size(ofSuffix: "-wal") < 8 << 20)
    }

    @Test func `empties the log when nothing is written for a while`() async throws {
        let folder = try TemporaryFolder()
        let connection = try folder.connection(schema: "CREATE TABLE t (id INTEGER) STRICT")
        let writer = Writer(connection, idleTime: .milliseconds(1))
        try await writer.write { try $0.execute("INSERT INTO t VALUES (1)") }
        let limit = ContinuousClock.now + .seconds(20)
        while writer.statistics.checkpoints == 0, ContinuousClock.now < limit { await Task.yield() }
        // Without its log the file must have everything.
        let left = try TemporaryFolder()
        try left.copy(from: folder, withLog: false)
        let other = try Connection(path: left.file)
        #expect(try other.value("SELECT id FROM t") == 1)
    }

    @Test func `refuses what comes after the close and leaves no log behind`() async throws {
        try await database.write { try $0.execute("INSERT INTO t (id) VALUES (1)") }
        await database.close()
        await #expect(throws: SQLiteError.self) { try await database.write { _ in } }
        await #expect(throws: SQLiteError.self) { try await database.read { _ in } }
        #expect(throws: SQLiteError.self) { try database.readNow { _ in } }
        #expect(throws: (any Error).self) { try folder.size(ofSuffix: "-wal") }
    }

    @Test func `what follows a commit comes in its order, and not after what was undone`() async {
        struct Undone: Error {}
        let done = Shelf()
        let requests: [@Sendable (Connection) throws -> Void] = (1...6).map { number in
            { db in
                db.afterCommit { done.numbers.withLock { $0.append(number) } }
                let id = number == 5 ? 1 : number
                try db.execute("INSERT INTO t (id) VALUES (?) ON CONFLICT DO NOTHING", id)
                if number % 3 == 0 { throw Undone() }
            }
        }
        for request in requests { _ = try? await database.writer.write(request) }
        #expect(done.numbers.withLock { $0 } == [1, 2, 4, 5])
        done.numbers.withLock { $0 = [] }
        _ = await together(requests)
        #expect(done.numbers.withLock { Set($0) } == [1, 2, 4, 5])
        done.numbers.withLock { $0 = [] }
        _ = try? await database.writer.write { db in
            db.afterCommit { done.numbers.withLock { $0.append(7) } }
            try db.execute("INSERT INTO child VALUES (999)")
        }
        #expect(done.numbers.withLock { $0.isEmpty })
    }

    private final class Shelf: Sendable {
        let numbers = Mutex<[Int]>([])
    }
}
