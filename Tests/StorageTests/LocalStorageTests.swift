import Domain
import Foundation
import Storage
import Testing

/// A folder that is deleted with its owner.
final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "storage-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a new file with this content.
    func file(_ content: String, _ name: String = UUID().uuidString) throws -> String {
        let file = path + "/" + name
        try Data(content.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }
}

@Suite(.timeLimit(.minutes(1))) struct LocalStorageTests {
    let folder: TemporaryFolder
    let storage: LocalStorage

    init() throws {
        folder = try TemporaryFolder()
        storage = LocalStorage(root: folder.path + "/blobs")
    }

    private func content(of key: String) async throws -> String? {
        guard case .file(let path, let size) = try await storage.read(key) else { return nil }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(data.count == size)
        return String(decoding: data, as: UTF8.self)
    }

    private func allKeys() async throws -> [StoredKey] {
        var keys: [StoredKey] = []
        for try await page in storage.keys() { keys += page }
        return keys
    }

    @Test func `a file that is stored can be read and is gone from where it was`() async throws {
        let source = try folder.file("picture")
        try await storage.store(fileAt: source, as: "photo_analysis/a.jpg")
        #expect(storage.kind == .local)
        #expect(try await content(of: "photo_analysis/a.jpg") == "picture")
        #expect(!FileManager.default.fileExists(atPath: source))
        #expect(try await content(of: "photo_analysis/b.jpg") == nil)
        #expect(try await content(of: "photo_analysis/a.jpg/b") == nil)
        #expect(try await storage.read("other/a.jpg") == nil)
    }

    @Test func `storing a key again replaces its bytes`() async throws {
        for content in ["first", "second", "second"] {
            try await storage.store(fileAt: try folder.file(content), as: "photo_analysis/a.jpg")
        }
        #expect(try await content(of: "photo_analysis/a.jpg") == "second")
    }

    @Test func `a deleted key is gone, deleting it again finds nothing`() async throws {
        try await storage.store(fileAt: try folder.file("x"), as: "photo_analysis/a.jpg")
        #expect(try await storage.delete("photo_analysis/a.jpg"))
        #expect(try await storage.delete("photo_analysis/a.jpg") == false)
        #expect(try await storage.delete("none/a.jpg") == false)
        #expect(try await content(of: "photo_analysis/a.jpg") == nil)
    }

    @Test(arguments: [
        "", "a.jpg", "/etc/passwd", "../a.jpg", "photo_analysis/../../a", "photo_analysis/..",
        "photo_analysis/.", "photo_analysis/.hidden", "photo_analysis//a", "photo_analysis/",
        "/photo_analysis/a", "photo_analysis/a b", "photo_analysis/a\0.jpg", "photo_analysis/a\n",
        "photo_analysis/ä.jpg", "photo_analysis\\a", "a/b/c/d/e", ".incoming/1-1",
        "photo_analysis/" + String(repeating: "a", count: 129), "photo_analysis/~a",
        "photo/%2e%2e/a",
    ])
    func `a key that could lead elsewhere is refused`(key: String) async throws {
        let source = try folder.file("x")
        await #expect(throws: StorageError.invalidKey) {
            try await storage.store(fileAt: source, as: key)
        }
        await #expect(throws: StorageError.invalidKey) { _ = try await storage.read(key) }
        await #expect(throws: StorageError.invalidKey) { _ = try await storage.delete(key) }
        #expect(FileManager.default.fileExists(atPath: source))
    }

    @Test func `only a regular file can be stored`() async throws {
        let pipe = folder.path + "/pipe"
        let link = folder.path + "/link"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(symlink(try folder.file("x"), link) == 0)
        for source in [folder.path + "/none", folder.path, pipe, link, "/dev/null", ""] {
            await #expect(throws: StorageError.invalidSource) {
                try await storage.store(fileAt: source, as: "photo_analysis/a.jpg")
            }
        }
        #expect(try await allKeys().isEmpty)
    }

    @Test func `what is no regular file is not read`() async throws {
        try await storage.store(fileAt: try folder.file("x"), as: "photo_analysis/a.jpg")
        let link = folder.path + "/blobs/photo_analysis/link.jpg"
        #expect(symlink("/etc/passwd", link) == 0)
        #expect(mkdir(folder.path + "/blobs/photo_analysis/folder.jpg", 0o700) == 0)
        #expect(try await storage.read("photo_analysis/link.jpg") == nil)
        #expect(try await storage.read("photo_analysis/folder.jpg") == nil)
    }

    @Test func `many stores at once all succeed`() async throws {
        try await withThrowingTaskGroup { group in
            for index in 0..<200 {
                group.addTask {
                    let source = try folder.file("content \(index)")
                    try await storage.store(fileAt: source, as: "photo_analysis/\(index).jpg")
                }
            }
            try await group.waitForAll()
        }
        for index in [0, 77, 199] {
            #expect(try await content(of: "photo_analysis/\(index).jpg") == "content \(index)")
        }
        #expect(try await allKeys().count == 200)
    }

    @Test func `all keys are listed in pages, with size and time, and nothing else`() async throws {
        let before = Int64(Date.now.timeIntervalSince1970 * 1000)
        var expected: Set<String> = []
        for index in 0..<530 {
            let key = index % 2 == 0 ? "photo_analysis/\(index).jpg" : "gallery/2026/\(index).png"
            if index < 2 {
                try await storage.store(fileAt: try folder.file("four"), as: key)
            } else {
                // Foundation's way of writing a file takes four times as long.
                let file = try #require(fopen(folder.path + "/blobs/" + key, "w"))
                fputs("four", file)
                fclose(file)
            }
            expected.insert(key)
        }
        try await storage.prepare()
        for stranger in ["top.jpg", "photo_analysis/.hidden", "photo_analysis/a b.jpg"] {
            try Data().write(to: URL(fileURLWithPath: folder.path + "/blobs/" + stranger))
        }
        #expect(symlink("/etc", folder.path + "/blobs/etc") == 0)
        var sizes: [Int] = []
        for try await page in storage.keys() { sizes.append(page.count) }
        #expect(sizes == [512, 18])
        let keys = try await allKeys()
        #expect(Set(keys.map(\.key)) == expected)
        #expect(keys.allSatisfy { $0.size == 4 })
        #expect(keys.allSatisfy { $0.modified >= before - 1000 && $0.modified < before + 60_000 })
    }

    @Test func `a storage that was never used has no keys`() async throws {
        #expect(try await allKeys().isEmpty)
        #expect(try await storage.read("photo_analysis/a.jpg") == nil)
    }
}
