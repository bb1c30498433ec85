/// Bytes that are kept as they came in, once, for whichever families refer to them.
package struct Content: Sendable, Equatable {
    /// The number of the blob's row.
    package var id: Int64
    /// SHA-256 of the bytes, 32 bytes.
    package var sha256: [UInt8]
    package var size: Int
    /// `image/jpeg` and the like, by content; `application/octet-stream` for what is no picture.
    package var mediaType: String
    /// Size as stored, in pixels, before any EXIF orientation; nil for what is no picture.
    package var width: Int?
    package var height: Int?
    /// The path of the bytes as they came in, on the daemon's own disk; nil where only the copy without metadata was
    /// kept.
    package var originalKey: String?
    /// The file of the copy without metadata; nil until somebody needed one.
    package var stripped: StoredFile?

    package init(
        id: Int64, sha256: [UInt8], size: Int, mediaType: String, width: Int?, height: Int?,
        originalKey: String?, stripped: StoredFile?
    ) {
        self.id = id
        self.sha256 = sha256
        self.size = size
        self.mediaType = mediaType
        self.width = width
        self.height = height
        self.originalKey = originalKey
        self.stripped = stripped
    }
}

/// Where a file of a blob lies.
package struct StoredFile: Sendable, Hashable {
    package var storage: StorageKind
    package var key: String

    package init(_ storage: StorageKind, _ key: String) {
        self.storage = storage
        self.key = key
    }

    package static func local(_ key: String) -> StoredFile { StoredFile(.local, key) }
}

/// What content is, as far as its header tells.
package struct ContentKind: Sendable, Equatable {
    package var mediaType: String
    package var width: Int?
    package var height: Int?

    package init(mediaType: String, width: Int? = nil, height: Int? = nil) {
        self.mediaType = mediaType
        self.width = width
        self.height = height
    }

    /// Bytes that are no picture, or none that can be read.
    package static let unknown = ContentKind(mediaType: "application/octet-stream")
}

/// What nothing refers to any more after a change: to be removed once the change is durable.
package struct Leftovers: Sendable, Equatable {
    package var files: [StoredFile] = []
    package var vectors: [StoredEmbedding] = []

    package init(files: [StoredFile] = [], vectors: [StoredEmbedding] = []) {
        self.files = files
        self.vectors = vectors
    }

    package static func += (a: inout Leftovers, b: Leftovers) {
        a.files += b.files
        a.vectors += b.vectors
    }
}
