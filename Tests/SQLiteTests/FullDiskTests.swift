import Foundation
import Glibc
import SQLite
import Testing

/// A file system of 512 KiB in memory, which only the superuser can make.
private final class SmallDisk: Sendable {
    let folder: TemporaryFolder

    init?() {
        guard let folder = try? TemporaryFolder(),
            mount("tmpfs", folder.path, "tmpfs", 0, "size=512k") == 0
        else { return nil }
        self.folder = folder
    }

    deinit {
        umount2(folder.path, Int32(MNT_DETACH))
    }

    static let isPossible = SmallDisk() != nil
}

@Suite(.enabled(if: SmallDisk.isPossible)) struct `A full disk` {
    private let disk: SmallDisk
    private let filler: String

    init() throws {
        disk = try #require(SmallDisk())
        filler = disk.folder.path + "/filler"
        try Data(count: 150_000).write(to: URL(filePath: filler))
    }

    @Test func `refuses writes, serves reads and recovers by itself`() async throws {
        let database = try disk.folder.database(
            schema: "CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB) STRICT")
        @Sendable func insert(_ id: Int) async throws {
            try await database.write { db in
                try db.execute("INSERT INTO t VALUES (?, zeroblob(9000))", id)
            }
        }
        var answered: [Int] = []
        var refused = 0
        for id in 0..<100 {
            do {
                try await insert(id)
                answered.append(id)
            } catch {
                #expect((error as? SQLiteError)?.isFull == true, "\(error)")
                refused += 1
            }
        }
        #expect(!answered.isEmpty && refused > 0)
        let kept = try database.readNow { db in
            try db.all("SELECT id FROM t ORDER BY id") { try $0[0] as Int }
        }
        #expect(kept == answered)

        unlink(filler)
        try await insert(1000)
        await database.close()
        let again = try disk.folder.database()
        let count: Int? = try again.readNow { try $0.value("SELECT COUNT(*) FROM t") }
        #expect(count == answered.count + 1)
        await again.close()
    }

    @Test func `is named when there is no room to open`() throws {
        // Fills the disk to the last byte, and fails at that.
        _ = try? Data(count: 600_000).write(to: URL(filePath: disk.folder.path + "/rest"))
        let error = #expect(throws: DatabaseError.self) { try disk.folder.database() }
        #expect(error == .diskFull(path: disk.folder.file))
    }
}
