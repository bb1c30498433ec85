import Domain
import Foundation
import ScriptedServer
import Storage
import Testing

/// Pictures in an object store that checks every signature.
struct S3StorageTests {
    private let bucket: ObjectStore
    private let storage: S3Storage
    private let key = "photo_analysis/8d76bd3a-053e-4bb5-a2ab-ce147e53f40c.jpg"

    init() throws {
        bucket = try ObjectStore()
        storage = S3Storage(
            .init(
                accessKeyID: ObjectStore.accessKeyID,
                secretAccessKey: ObjectStore.secretAccessKey, bucket: "photos",
                region: ObjectStore.region, endpoint: bucket.url + "/"))
    }

    private func file(_ bytes: [UInt8]) throws -> String {
        let path = NSTemporaryDirectory() + "tintype-s3-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    @Test(arguments: [0, 1, 70_000, 3_000_000])
    func `what is stored is read back, and its source is gone`(size: Int) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = try file(bytes)
        try await storage.store(fileAt: path, as: key)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(bucket.objects == ["/photos/\(key)": bytes])
        #expect(bucket.mediaTypes == ["/photos/\(key)": "image/jpeg"])
        guard case .bytes(let read)? = try await storage.read(key) else {
            Issue.record("nothing was read")
            return
        }
        #expect(read == bytes)
    }

    @Test func `a deleted object is nothing`() async throws {
        try await storage.store(fileAt: try file([1, 2, 3]), as: key)
        #expect(try await storage.delete(key))
        #expect(bucket.objects.isEmpty)
        guard case .none = try await storage.read(key) else {
            Issue.record("a deleted object was read")
            return
        }
    }

    @Test func `a store that is down is an error and costs nothing`() async throws {
        bucket.setDown(true)
        let path = try file([1, 2, 3])
        await #expect(throws: StorageError.refused(status: 503)) {
            try await storage.store(fileAt: path, as: key)
        }
        #expect(FileManager.default.fileExists(atPath: path))
        await #expect(throws: StorageError.refused(status: 503)) { try await storage.read(key) }
        await #expect(throws: StorageError.refused(status: 503)) { try await storage.delete(key) }
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func `a wrong key is refused`() async throws {
        let stranger = S3Storage(
            .init(
                accessKeyID: ObjectStore.accessKeyID, secretAccessKey: "not it",
                bucket: "photos", region: ObjectStore.region, endpoint: bucket.url))
        await #expect(throws: StorageError.refused(status: 403)) { try await stranger.read(key) }
    }

    @Test(arguments: ["../x", "photo_analysis", "/a/b", "a/b c.jpg"])
    func `what is no key is never asked for`(key: String) async throws {
        await #expect(throws: StorageError.invalidKey) { try await storage.read(key) }
        #expect(bucket.requests.isEmpty)
    }
}
