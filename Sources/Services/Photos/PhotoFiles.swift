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
    let storage: StorageKind
    let key: String
    let thumbnailKey: String
}

/// The files of photos: stripped, placed, found again and removed.
package struct PhotoFiles: Sendable {
    private static let queue = SerialQueue("tintype.files")

    private let spool: Spool
    /// The daemon's own disk: thumbnails always, pictures unless they go elsewhere.
    private let local: any BlobStorage
    private let log: Logger

    package init(spool: Spool, local: any BlobStorage, log: Logger) {
        self.spool = spool
        self.local = local
        self.log = log
    }

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
    func place(_ picture: StrippedPicture, thumbnail: [UInt8]) async throws -> PlacedFiles {
        let placed = PlacedFiles(
            storage: local.kind,
            key: "photo_analysis/\(UUIDValue.random().description).\(picture.format.fileExtension)",
            thumbnailKey: "thumbnails/\(UUIDValue.random().description).jpg")
        do {
            async let small: Void = store(thumbnail, as: placed.thumbnailKey)
            if let upload = picture.upload {
                try await local.store(fileAt: upload.path, as: placed.key)
            } else {
                try await store(picture.bytes, as: placed.key)
            }
            try await small
            return placed
        } catch {
            await discard(placed)
            throw error
        }
    }

    private func store(_ bytes: [UInt8], as key: String) async throws {
        let file = try await spool.write(bytes)
        try await local.store(fileAt: file.path, as: key)
    }

    /// The stored picture, or nil where its file is gone.
    func picture(of blob: Blob) async throws -> StoredBlob? {
        try await local.read(blob.key)
    }

    func thumbnail(of blob: Blob) async throws -> StoredBlob? {
        try await local.read(blob.thumbnailKey)
    }

    /// Removes the files of a picture; one that is gone already counts as removed.
    func remove(_ blob: Blob) async throws {
        _ = try await local.delete(blob.key)
        _ = try await local.delete(blob.thumbnailKey)
    }

    /// Removes files that no record came to name.
    func discard(_ placed: PlacedFiles) async {
        for key in [placed.key, placed.thumbnailKey] {
            do {
                _ = try await local.delete(key)
            } catch {
                // The collector takes what cannot be removed now.
                log.warning("a file is left for the collector", ["error": "\(error)"])
            }
        }
    }
}
