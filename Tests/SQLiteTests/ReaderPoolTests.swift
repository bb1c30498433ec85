import Dispatch
import SQLite
import Testing

@Suite struct `The reader pool` {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try folder.database()
    }

    private static func count(_ db: Connection) throws -> Int {
        try db.value("SELECT COUNT(*) FROM t") ?? 0
    }

    @Test func `shows one state of the database throughout a read`() async throws {
        let began = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
        async let counts = database.read { db in
            let before = try Self.count(db)
            began.signal()
            mayEnd.wait()
            return [before, try Self.count(db)]
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "gate").async {
                began.wait()
                continuation.resume()
            }
        }
        try await database.write { try $0.execute("INSERT INTO t (id) VALUES (1)") }
        #expect(try await database.read(Self.count) == 1)
        #expect(try database.readNow(Self.count) == 1)
        mayEnd.signal()
        #expect(try await counts == [0, 0])
    }

    @Test func `can neither write nor checkpoint`() async throws {
        try await database.write { try $0.execute("INSERT INTO t (id) VALUES (1)") }
        await #expect(throws: SQLiteError.self) {
            try await database.read { try $0.execute("DELETE FROM t") }
        }
        #expect(throws: SQLiteError.self) {
            try database.readNow { try $0.run(script: "CREATE TABLE u (x)") }
        }

        // The last connection to close would otherwise move the log into the file.
        let left = try TemporaryFolder()
        try left.copy(from: folder)
        let logged = try left.size(ofSuffix: "-wal")
        let readers = ReaderPool(path: left.file)
        #expect(try readers.readNow(Self.count) == 1)
        await readers.close()
        #expect(try left.size(ofSuffix: "-wal") == logged)
        #expect(logged > 0)
    }

    @Test func `answers at once while longer reads hold every worker`() async throws {
        let mayEnd = DispatchSemaphore(value: 0)
        let began = DispatchSemaphore(value: 0)
        let long = (0..<2).map { _ in
            Task { [database] in
                try await database.read { db in
                    began.signal()
                    mayEnd.wait()
                    return try Self.count(db)
                }
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "gate").async {
                began.wait()
                began.wait()
                continuation.resume()
            }
        }
        #expect(try database.readNow(Self.count) == 0)
        for _ in long { mayEnd.signal() }
        for task in long { #expect(try await task.value == 0) }
    }

    @Test func `goes on after a read has failed`() async throws {
        for _ in 0..<5 {
            await #expect(throws: Refusal.self) {
                try await database.read { _ in throw Refusal() }
            }
            #expect(throws: SQLiteError.self) { try database.readNow { try $0.execute("SELEKT") } }
        }
        #expect(try await database.read(Self.count) == 0)
        #expect(try database.readNow(Self.count) == 0)
    }

    @Test func `never shows half a write to anybody`() async throws {
        // Every write inserts a pair, so an odd count is half a write; one in five is undone.
        try await withThrowingTaskGroup { group in
            for lane in 0..<4 {
                group.addTask { [database] in
                    for number in 0..<40 {
                        _ = try? await database.write { db in
                            let id = lane * 1000 + number * 2
                            try db.execute("INSERT INTO t (id) VALUES (?)", id)
                            try db.execute("INSERT INTO t (id) VALUES (?)", id + 1)
                            if number % 5 == 4 { throw Refusal() }
                        }
                    }
                }
                group.addTask { [database] in
                    for _ in 0..<200 {
                        let slow = try await database.read(Self.count)
                        let quick = try database.readNow(Self.count)
                        #expect(slow % 2 == 0 && quick % 2 == 0 && slow <= quick)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try database.readNow(Self.count) == 4 * 32 * 2)
    }
}
