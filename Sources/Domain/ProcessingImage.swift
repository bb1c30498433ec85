/// An image of the processing family: where it comes from, how far it has come, what was found out.
package struct ProcessingImage: Sendable, Equatable {
    package enum Provider: String, Sendable, CaseIterable {
        case upload, dropbox, folder, url
    }

    package enum Status: String, Sendable, CaseIterable {
        case pending, processing, complete, error
    }

    /// How far an attempt has come; a later one goes on behind what is finished.
    package enum Stage: Int, Sendable, Comparable {
        case nothing, bytes, thumbnail, facts, look, text

        package static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
    }

    /// The row's number.
    package var number: Int64
    /// The id by which clients know it.
    package var id: String
    /// The account that created it.
    package var userID: String
    package var provider: Provider
    package var externalID: String?
    package var src: String?
    package var title: String?
    package var description: String?
    package var tags: [String]
    package var status: Status
    package var stage: Stage
    package var retryCount: Int
    package var error: String?
    package var content: Content?
    /// The blob of the thumbnail, and the secret that opens it.
    package var thumbnail: Thumbnail?
    package var facts: PictureFacts?
    package var embeddingModel: String?
    package var embeddedAt: Time?
    package var lastProcessed: Time?
    package var nextRetryAt: Time?
    package var createdAt: Time
    package var updatedAt: Time

    package struct Thumbnail: Sendable, Equatable {
        package var blob: Int64
        package var token: String

        package init(blob: Int64, token: String) {
            self.blob = blob
            self.token = token
        }
    }

    package init(
        number: Int64 = 0, id: String, userID: String, provider: Provider,
        externalID: String? = nil, src: String? = nil, title: String? = nil,
        description: String? = nil, tags: [String] = [], status: Status = .pending,
        stage: Stage = .nothing, retryCount: Int = 0, error: String? = nil,
        content: Content? = nil, thumbnail: Thumbnail? = nil, facts: PictureFacts? = nil,
        embeddingModel: String? = nil, embeddedAt: Time? = nil, lastProcessed: Time? = nil,
        nextRetryAt: Time? = nil, createdAt: Time, updatedAt: Time
    ) {
        self.number = number
        self.id = id
        self.userID = userID
        self.provider = provider
        self.externalID = externalID
        self.src = src
        self.title = title
        self.description = description
        self.tags = tags
        self.status = status
        self.stage = stage
        self.retryCount = retryCount
        self.error = error
        self.content = content
        self.thumbnail = thumbnail
        self.facts = facts
        self.embeddingModel = embeddingModel
        self.embeddedAt = embeddedAt
        self.lastProcessed = lastProcessed
        self.nextRetryAt = nextRetryAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What the bytes of a source are known by; nil for uploads, which have none.
    package var source: String? {
        switch provider {
        case .upload: nil
        case .dropbox: externalID ?? src
        case .folder: externalID
        case .url: src
        }
    }

    /// By what an account's images of one provider are told apart.
    package var sourceKey: String? {
        // Dropbox does not tell upper from lower case.
        provider == .dropbox ? source?.lowercased() : source
    }

    /// What is embedded: title, description and tags; empty where there is nothing to say.
    package var text: String {
        let parts = [title ?? "", description ?? "", tags.joined(separator: " ")]
        let text = parts.joined(separator: " ").unicodeScalars
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = text.firstIndex(where: { !isBlank($0) }),
            let last = text.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[first...last])
    }
}

/// Why an attempt at an image failed.
package struct ProcessingFailure: Error, Sendable, Equatable {
    package enum Kind: String, Sendable {
        case download = "download-fail"
        case decode = "decode-fail"
        case thumbnail = "thumbnail-fail"
        case palette = "palette-fail"
        case embedding = "embedding-fail"
        case storage = "storage-fail"

        /// The word with which an answer names the stage.
        package var stage: String {
            switch self {
            case .download: "Download"
            case .decode, .thumbnail: "Thumbnail"
            case .palette: "Palette"
            case .embedding: "Embedding"
            case .storage: "Storage"
            }
        }
    }

    package var kind: Kind
    /// A few words without any path, key or words of the other side.
    package var cause: String
    /// Whether another attempt cannot help.
    package var isPermanent: Bool

    package init(_ kind: Kind, _ cause: String, isPermanent: Bool = false) {
        self.kind = kind
        self.cause = cause
        self.isPermanent = isPermanent
    }

    /// As the row says it.
    package var text: String { "\(kind.rawValue): \(cause)" }
}
