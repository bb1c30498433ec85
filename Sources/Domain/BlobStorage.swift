/// Where the bytes of a blob live.
package enum StorageKind: String, Sendable, Codable, CaseIterable {
    case local, s3
}

/// A place that keeps immutable files under keys such as `photo_analysis/{uuid}.jpg`.
package protocol BlobStorage: Sendable {
    var kind: StorageKind { get }

    /// Copies or moves a local file in; when this returns the bytes are durable under `key`.
    func store(fileAt path: String, as key: String) async throws
    /// The bytes under `key`, or nil if there are none.
    func read(_ key: String) async throws -> StoredBlob?
    /// Forgets the bytes under `key`; false if there were none.
    func delete(_ key: String) async throws -> Bool
}

/// An error of a storage that can tell whether it is merely full, so that trying again later may help.
package protocol StorageFault: Error {
    var isStorageFull: Bool { get }
}

/// Stored bytes on their way out.
package enum StoredBlob: Sendable {
    /// A local file, to be sent without reading it into memory.
    case file(path: String, size: Int)
    case bytes([UInt8])
}
