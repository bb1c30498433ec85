import Domain
import Foundation
import Storage
import Synchronization
import Testing

/// File calls that are counted, and of which one or all from one on are refused.
private final class Faults: Sendable {
    private let made = Mutex<[String]>([])
    private let first: Int
    private let last: Int
    private let code: Int32

    /// Refuses the calls `from...through`, counted from zero.
    init(from first: Int = .max, through last: Int = .max, code: Int32 = EIO) {
        self.first = first
        self.last = last
        self.code = code
    }

    var names: [String] { made.withLock { $0 } }

    private func admit(_ name: String) -> Int32 {
        made.withLock { made in
            defer { made.append(name) }
            return (first...last).contains(made.count) ? code : 0
        }
    }

    /// With `otherDevice` a spool file can't be renamed into the storage.
    func calls(otherDevice: Bool) -> FileCalls {
        let real = FileCalls()
        var calls = FileCalls()
        calls.sync = { descriptor, path in
            let refusal = self.admit("sync")
            return refusal != 0 ? refusal : real.sync(descriptor, path)
        }
        calls.rename = { from, to in
            if otherDevice, !from.contains(".incoming") { return EXDEV }
            let refusal = self.admit("rename")
            return refusal != 0 ? refusal : real.rename(from, to)
        }
        calls.copy = { from, to in
            let refusal = self.admit("copy")
            return refusal != 0 ? refusal : real.copy(from, to)
        }
        calls.remove = { path in
            let refusal = self.admit("remove")
            return refusal != 0 ? refusal : real.remove(path)
        }
        return calls
    }
}

@Suite(.timeLimit(.minutes(1))) struct LocalStorageFaultTests {
    static let key = "photo_analysis/a.jpg"
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func storage(_ faults: Faults, otherDevice: Bool = false) -> LocalStorage {
        LocalStorage(root: folder.path + "/blobs", calls: faults.calls(otherDevice: otherDevice))
    }

    private func keys(_ storage: LocalStorage) async throws -> [String] {
        var keys: [String] = []
        for try await page in storage.keys() { keys += page.map(\.key) }
        return keys
    }

    @Test func `a move syncs the file, renames it and syncs the folder`() async throws {
        let faults = Faults()
        let storage = storage(faults)
        try await storage.prepare()
        try await storage.store(fileAt: try folder.file("x"), as: Self.key)
        // Two folders by `prepare`, one by the first file; from then on three calls for each file.
        #expect(faults.names == Array(repeating: "sync", count: 4) + ["rename", "sync"])
        try await storage.store(fileAt: try folder.file("x"), as: "photo_analysis/b.jpg")
        #expect(faults.names.suffix(3) == ["sync", "rename", "sync"])
        #expect(faults.names.count == 9)
    }

    @Test func `across devices a copy is made aside and renamed`() async throws {
        let faults = Faults()
        let storage = storage(faults, otherDevice: true)
        let content = String(repeating: "0123456789", count: 100_000)
        let source = try folder.file(content)
        try await storage.prepare()
        try await storage.store(fileAt: source, as: Self.key)
        #expect(
            faults.names.suffix(6) == ["sync", "copy", "sync", "rename", "remove", "sync"])
        guard case .file(let path, _) = try await storage.read(Self.key) else {
            Issue.record("not stored")
            return
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        #expect(!FileManager.default.fileExists(atPath: source))
        let left = try FileManager.default.contentsOfDirectory(
            atPath: folder.path + "/blobs/.incoming")
        #expect(left.isEmpty)
    }

    @Test(arguments: [ENOSPC, EDQUOT], [false, true])
    func `a full disk is told as such and changes nothing`(
        code: Int32, otherDevice: Bool
    ) async throws {
        // Calls 0 and 1 sync the storage's folders, 2 and 3 the key's folder and the file, 4 renames or copies.
        let storage = storage(Faults(from: 4, through: 4, code: code), otherDevice: otherDevice)
        try await storage.prepare()
        let source = try folder.file("x")
        await #expect(throws: StorageError.diskFull) {
            try await storage.store(fileAt: source, as: Self.key)
        }
        #expect(try await storage.read(Self.key) == nil)
        #expect(try await keys(storage).isEmpty)
        #expect(FileManager.default.fileExists(atPath: source))
        let left = try FileManager.default.contentsOfDirectory(
            atPath: folder.path + "/blobs/.incoming")
        #expect(left.isEmpty)
        try await storage.store(fileAt: source, as: Self.key)
        #expect(try await keys(storage) == [Self.key])
    }

    @Test(arguments: 0..<10, [false, true])
    func `after a crash at any step a key has all of its bytes or none`(
        step: Int, otherDevice: Bool
    ) async throws {
        let content = String(repeating: "y", count: 300_000)
        let source = try folder.file(content)
        let crashing = storage(Faults(from: step), otherDevice: otherDevice)
        var isAnswered = false
        do {
            try await crashing.prepare()
            try await crashing.store(fileAt: source, as: Self.key)
            isAnswered = true
        } catch is StorageError {}

        let revived = storage(Faults())
        try await revived.prepare()
        let blob = try await revived.read(Self.key)
        if case .file(let path, _) = blob {
            #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        }
        #expect(blob != nil || !isAnswered)
        #expect(try await keys(revived) == (blob == nil ? [] : [Self.key]))
        let left = try FileManager.default.contentsOfDirectory(
            atPath: folder.path + "/blobs/.incoming")
        #expect(left.isEmpty)
        if blob == nil { #expect(FileManager.default.fileExists(atPath: source)) }
    }

    @Test func `a failed sync of the folder fails everyone who waits for it`() async throws {
        let storage = storage(Faults(from: 5, code: EIO))
        try await storage.prepare()
        await #expect(throws: StorageError.failed(.syncFolder, code: EIO)) {
            try await storage.store(fileAt: try folder.file("x"), as: Self.key)
        }
    }

    @Test func `a failed delete is an error, not a missing file`() async throws {
        let storage = storage(Faults(from: 0, through: 0, code: EACCES))
        await #expect(throws: StorageError.failed(.delete, code: EACCES)) {
            _ = try await storage.delete(Self.key)
        }
    }

    @Test func `stores at the same time share the syncs of their folder`() async throws {
        let folderSyncs = Mutex(0)
        let real = FileCalls()
        var calls = FileCalls()
        calls.sync = { descriptor, path in
            if path.hasSuffix("photo_analysis") {
                folderSyncs.withLock { $0 += 1 }
                // Slow enough for the others to gather behind it.
                usleep(20_000)
            }
            return real.sync(descriptor, path)
        }
        let storage = LocalStorage(root: folder.path + "/blobs", calls: calls)
        try await withThrowingTaskGroup { group in
            for index in 0..<100 {
                let source = try folder.file("\(index)")
                group.addTask {
                    try await storage.store(fileAt: source, as: "photo_analysis/\(index).jpg")
                }
            }
            try await group.waitForAll()
        }
        #expect(folderSyncs.withLock { $0 } <= 30)
        #expect(try await keys(storage).count == 100)
    }
}
