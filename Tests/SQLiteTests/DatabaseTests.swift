import Foundation
import Glibc
import SQLite
import Testing

@Suite struct `Opening a database` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `creates it, and finds it again with all that was written`() async throws {
        let first = try folder.database()
        try await first.write { try $0.execute("INSERT INTO t VALUES (1, 'a')") }
        await first.close()
        let second = try folder.database()
        #expect(try second.readNow { try $0.value("SELECT name FROM t") } == "a")
        #expect(try await second.write { try $0.value("PRAGMA journal_mode") } == "wal")
        #expect(try await second.write { try $0.value("PRAGMA synchronous") } == 2)
    }

    @Test func `refuses one that a later version has changed`() async throws {
        let database = try folder.database()
        try await database.write { try $0.run(script: "PRAGMA user_version = 9") }
        await database.close()
        #expect(throws: DatabaseError.databaseIsNewer(found: 9, known: 1)) {
            try folder.database()
        }
    }

    @Test func `refuses one of another program, and leaves it as it was`() throws {
        let other = try Connection(path: folder.file)
        try other.run(script: "CREATE TABLE theirs (x)")
        #expect(throws: DatabaseError.belongsToAnotherProgram(applicationID: 0)) {
            try folder.database()
        }
        #expect(try other.value("PRAGMA journal_mode") == "delete")
        try other.run(script: "PRAGMA application_id = 99")
        #expect(throws: DatabaseError.belongsToAnotherProgram(applicationID: 99)) {
            try folder.database()
        }
    }

    @Test func `refuses a file that is no database`() throws {
        let text = Data(repeating: 0x41, count: 9000)
        try text.write(to: URL(filePath: folder.file))
        #expect(throws: DatabaseError.notADatabase(path: folder.file)) { try folder.database() }
        #expect(try Data(contentsOf: URL(filePath: folder.file)) == text)
    }

    @Test func `refuses one that somebody has open`() async throws {
        let first = try folder.database()
        #expect(throws: DatabaseError.locked(path: folder.file)) { try folder.database() }
        await first.close()
        await (try folder.database()).close()
    }

    @Test func `says that the folder cannot be written`() throws {
        chmod(folder.path, 0o555)
        defer { chmod(folder.path, 0o755) }
        try asNobody {
            #expect(throws: DatabaseError.readOnly(path: folder.file)) { try folder.database() }
        }
    }

    @Test func `says that the file cannot be written`() async throws {
        await (try folder.database()).close()
        chmod(folder.path, 0o777)
        chmod(folder.file, 0o444)
        chmod(folder.file + ".lock", 0o666)
        try asNobody {
            #expect(throws: DatabaseError.readOnly(path: folder.file)) { try folder.database() }
        }
    }

    /// Runs `body` on this thread without the superuser's right to write anywhere.
    private func asNobody(_ body: () -> Void) throws {
        // The module map of Glibc leaves out <sys/fsuid.h>. Unlike seteuid, this is per thread.
        typealias SetUser = @convention(c) (uid_t) -> Int32
        let setUser = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: SetUser.self)
        _ = setUser(geteuid() == 0 ? 65534 : geteuid())
        defer { _ = setUser(geteuid()) }
        body()
    }

    @Test func `says that there is no such folder`() throws {
        let path = folder.path + "/missing/x.db"
        let error = #expect(throws: DatabaseError.self) {
            try Database(path: path, migrator: Migrator(applicationID: 7, migrations: []))
        }
        #expect(error?.description.contains(path) == true)
    }

    @Test func `says that the disk is full`() throws {
        var options = ConnectionOptions()
        options.maximumPages = 2
        #expect(throws: DatabaseError.diskFull(path: folder.file)) {
            try folder.database(options: options)
        }
    }
}
