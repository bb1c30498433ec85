import Domain
import Telemetry

/// Where files of blobs lie: the daemon's own disk, and an object store where one is configured.
package struct FileStores: Sendable {
    /// Thumbnails and bytes as they came in always, pictures unless they go elsewhere.
    package let local: any BlobStorage
    /// Where pictures go when they are asked to go elsewhere; nil where nothing is configured.
    package let remote: (any BlobStorage)?

    package init(local: any BlobStorage, remote: (any BlobStorage)? = nil) {
        self.local = local
        self.remote = remote
    }

    func storage(of kind: StorageKind) throws -> any BlobStorage {
        if kind == local.kind { return local }
        guard let remote, remote.kind == kind else {
            throw Failure(
                .unavailable,
                "The picture lies in an object store that is not configured. Set the AWS_ settings again."
            )
        }
        return remote
    }

    func read(_ file: StoredFile) async throws -> StoredBlob? {
        try await storage(of: file.storage).read(file.key)
    }

    /// Removes a file; one that is gone already counts as removed.
    func remove(_ file: StoredFile) async throws {
        _ = try await storage(of: file.storage).delete(file.key)
    }
}
