/// A place where pictures lie that did not come by upload.
package protocol PictureSource: Sendable {
    /// All bytes behind `place`, of at most `limit`.
    func bytes(at place: String, limit: Int) async throws(SourceFailure) -> [UInt8]
}

/// Why a source gave no bytes.
package struct SourceFailure: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// There is nothing at that place any more.
        case gone
        /// The place may not be looked at.
        case refused
        case tooLarge
        /// The source may answer another time.
        case unavailable
        /// Nobody has set the source up.
        case notConfigured
    }

    package var reason: Reason
    /// A few words for people.
    package var cause: String

    package init(_ reason: Reason, _ cause: String) {
        self.reason = reason
        self.cause = cause
    }

    package var isPermanent: Bool {
        switch reason {
        case .gone, .refused, .tooLarge: true
        case .unavailable, .notConfigured: false
        }
    }
}

/// A page of a remote folder.
package struct FolderPage: Sendable, Equatable {
    package struct File: Sendable, Equatable {
        package var name: String
        /// The path by which the file is fetched.
        package var path: String

        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    package var files: [File]
    package var hasMore: Bool
    package var cursor: String?

    package init(files: [File], hasMore: Bool = false, cursor: String? = nil) {
        self.files = files
        self.hasMore = hasMore
        self.cursor = cursor
    }
}

/// A Dropbox as far as it is needed.
package protocol RemoteFolder: PictureSource {
    /// One page of the files below `path`, or the page behind `cursor`.
    func list(
        _ path: String, recursive: Bool, cursor: String?
    ) async throws(RemoteFolderFailure) -> FolderPage
}

/// The status with which a remote folder refused to be listed; 0 where there was no answer.
package struct RemoteFolderFailure: Error, Sendable, Equatable {
    package var status: Int

    package init(status: Int) {
        self.status = status
    }
}

/// Something that turns a text into a vector, asked once.
package protocol TextEmbedder: Sendable {
    /// Throws `ProviderFailure`.
    func embedding(of text: String, model: String) async throws -> TextEmbeddingReply
}

/// A vector, and what it cost where the provider says so.
package struct TextEmbeddingReply: Sendable, Equatable {
    package var vector: [Float]
    package var tokens: Int?

    package init(vector: [Float], tokens: Int?) {
        self.vector = vector
        self.tokens = tokens
    }
}
