/// A stored picture: the bytes of an upload without its metadata, and what one decode told about them.
package struct Blob: Sendable, Equatable {
    /// The row's number.
    package var id: Int64
    /// SHA-256 of the bytes as uploaded, 32 bytes.
    package var sha256: [UInt8]
    /// MD5 of the bytes as uploaded, 16 bytes.
    package var md5: [UInt8]
    /// Bytes as uploaded.
    package var size: Int
    /// `image/jpeg` and the like, by content.
    package var mediaType: String
    /// Size as stored, in pixels, before any EXIF orientation.
    package var width: Int
    package var height: Int
    package var phash: UInt64
    package var storage: StorageKind
    /// The path in the store.
    package var key: String
    /// The path of the thumbnail in the local store.
    package var thumbnailKey: String

    package init(
        id: Int64, sha256: [UInt8], md5: [UInt8], size: Int, mediaType: String, width: Int,
        height: Int, phash: UInt64, storage: StorageKind, key: String,
        thumbnailKey: String
    ) {
        self.id = id
        self.sha256 = sha256
        self.md5 = md5
        self.size = size
        self.mediaType = mediaType
        self.width = width
        self.height = height
        self.phash = phash
        self.storage = storage
        self.key = key
        self.thumbnailKey = thumbnailKey
    }
}
