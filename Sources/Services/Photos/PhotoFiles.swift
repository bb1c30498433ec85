import Crypto
import Domain
import Imaging
import Telemetry

/// The bytes that will be stored for an upload.
struct StrippedPicture: Sendable {
    /// Pixels, colour profile and orientation of the upload, without its metadata.
    let bytes: [UInt8]
    let format: ImageFormat
    /// The upload itself where there was nothing to strip, so that its file can be moved into the store.
    let upload: SpooledUpload?
}

/// Where the files of a picture were put.
struct PlacedFiles: Sendable {
    var storage: StorageKind
    let key: String
    let thumbnailKey: String
}

/// The files of photos: stripped, placed, found again and removed.
package struct PhotoFiles: Sendable {
    private static let queue = SerialQueue("tintype.files")

    private let spool: Spool
    private let stores: FileStores
    private let log: Logger

    package init(spool: Spool, stores: FileStores, log: Logger) {
        self.spool = spool
        self.stores = stores
        self.log = log
    }

    private var local: any BlobStorage { stores.local }

    /// Takes the metadata off an upload.
    func strip(_ upload: SpooledUpload, format: ImageFormat) async throws -> StrippedPicture {
        try await Self.queue.run {
            let bytes = try upload.bytes()
            do {
                guard let stripped = try MetadataStripper.strip(bytes, format: format) else {
                    return StrippedPicture(bytes: bytes, format: format, upload: upload)
                }
                return StrippedPicture(bytes: stripped, format: format, upload: nil)
            } catch {
                // What cannot be taken apart could not be served without its metadata.
                throw UploadFailure.notAPicture
            }
        }
    }

    /// Makes picture and thumbnail durable under fresh names; on failure neither is left.
    ///
    /// A picture that the remote store does not take stays on the daemon's own disk.
    func place(
        _ picture: StrippedPicture, thumbnail: [UInt8], remotely: Bool
    ) async throws -> PlacedFiles {
        var placed = PlacedFiles(
            storage: local.kind,
            key: "photo_analysis/\(UUIDValue.random().description).\(picture.format.fileExtension)",
            thumbnailKey: "thumbnails/\(UUIDValue.random().description).jpg")
        do {
            let thumbnailKey = placed.thumbnailKey
            async let small: Void = store(thumbnail, as: thumbnailKey)
            let file = try await file(of: picture)
            if remotely, let remote = stores.remote, await move(file, to: remote, as: placed.key) {
                placed.storage = remote.kind
            } else {
                try await local.store(fileAt: file.path, as: placed.key)
            }
            try await small
            return placed
        } catch {
            await discard(placed)
            throw error
        }
    }

    private func file(of picture: StrippedPicture) async throws -> SpooledUpload {
        if let upload = picture.upload { return upload }
        return try await spool.write(picture.bytes)
    }

    private func move(
        _ file: SpooledUpload, to remote: any BlobStorage, as key: String
    ) async -> Bool {
        do {
            try await remote.store(fileAt: file.path, as: key)
            return true
        } catch {
            log.warning(
                "a picture stays on this disk, the object store did not take it",
                ["error": "\(error)"])
            return false
        }
    }

    private func store(_ bytes: [UInt8], as key: String) async throws {
        let file = try await spool.write(bytes)
        try await local.store(fileAt: file.path, as: key)
    }

    /// The stored picture, or nil where its file is gone.
    func picture(of blob: Blob) async throws -> StoredBlob? {
        try await stores.read(StoredFile(blob.storage, blob.key))
    }

    func thumbnail(of blob: Blob) async throws -> StoredBlob? {
        try await local.read(blob.thumbnailKey)
    }

    /// Removes the files of a picture; one that is gone already counts as removed.
    func remove(_ blob: Blob) async throws {
        try await stores.remove(StoredFile(blob.storage, blob.key))
        try await stores.remove(.local(blob.thumbnailKey))
    }

    /// Removes files that no record came to name.
    func discard(_ placed: PlacedFiles) async {
        for file in [StoredFile(placed.storage, placed.key), .local(placed.thumbnailKey)] {
            do {
                try await stores.remove(file)
            } catch {
                // The collector takes what cannot be removed now.
                log.warning("a file is left for the collector", ["error": "\(error)"])
            }
        }
    }
}
