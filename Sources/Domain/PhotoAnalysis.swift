/// The stored result of looking at one upload: what was suggested, what was described, who may see it.
package struct PhotoAnalysis: Sendable, Equatable {
    /// The row's number; the owner of its vectors.
    package var id: Int64
    /// The public id, a UUID v4 in lowercase; knowing it opens the picture.
    package var uuid: String
    package var blob: Blob

    package var suggestions: StoredSuggestions
    package var visionModel: String
    package var usage: TokenUsage
    /// Nil where captions are off or the caption failed.
    package var caption: Caption?

    package var embeddingModel: String
    package var captionEmbedding: StoredEmbedding?
    package var suggestionsEmbedding: StoredEmbedding?

    package var owner: Identity?
    /// The owning account's name, where an account owns the record.
    package var ownerName: String?
    /// The client's address at upload.
    package var address: String
    /// Created by, or served as a duplicate to, a caller who holds nothing but the id.
    package var isOpen: Bool

    package var createdAt: Time
    package var updatedAt: Time
    /// Nil when the record never expires.
    package var expiresAt: Time?

    package var timesUsed: Int
    package var selectedCode: String?
    package var selectedAt: Time?
    /// The record that a perceptual duplicate was copied from.
    package var reusedFrom: String?

    /// A caption as stored.
    package struct Caption: Sendable, Equatable {
        package var text: CaptionText
        package var model: String
        package var generatedAt: Time
        /// Zeros where the caption was copied from a perceptual duplicate.
        package var usage: TokenUsage

        package init(text: CaptionText, model: String, generatedAt: Time, usage: TokenUsage) {
            self.text = text
            self.model = model
            self.generatedAt = generatedAt
            self.usage = usage
        }
    }

    /// Where an embedding stands in the file of its space, and since when.
    package struct StoredEmbedding: Sendable, Equatable {
        package var slot: Int64
        package var generatedAt: Time

        package init(slot: Int64, generatedAt: Time) {
            self.slot = slot
            self.generatedAt = generatedAt
        }
    }

    package init(
        id: Int64, uuid: String, blob: Blob, suggestions: StoredSuggestions, visionModel: String,
        usage: TokenUsage, caption: Caption?, embeddingModel: String,
        captionEmbedding: StoredEmbedding?, suggestionsEmbedding: StoredEmbedding?,
        owner: Identity?, ownerName: String?, address: String, isOpen: Bool, createdAt: Time,
        updatedAt: Time, expiresAt: Time?, timesUsed: Int, selectedCode: String?,
        selectedAt: Time?, reusedFrom: String?
    ) {
        self.id = id
        self.uuid = uuid
        self.blob = blob
        self.suggestions = suggestions
        self.visionModel = visionModel
        self.usage = usage
        self.caption = caption
        self.embeddingModel = embeddingModel
        self.captionEmbedding = captionEmbedding
        self.suggestionsEmbedding = suggestionsEmbedding
        self.owner = owner
        self.ownerName = ownerName
        self.address = address
        self.isOpen = isOpen
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.expiresAt = expiresAt
        self.timesUsed = timesUsed
        self.selectedCode = selectedCode
        self.selectedAt = selectedAt
        self.reusedFrom = reusedFrom
    }

    /// Whether the record's time has passed.
    package func isExpired(at now: Time) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt < now
    }
}

/// A record as it stands in a list.
package struct PhotoAnalysisSummary: Sendable, Equatable {
    package var uuid: String
    package var suggestionCount: Int
    package var visionModel: String
    package var timesUsed: Int
    package var owner: Identity?
    package var ownerName: String?
    package var createdAt: Time

    package init(
        uuid: String, suggestionCount: Int, visionModel: String, timesUsed: Int,
        owner: Identity?, ownerName: String?, createdAt: Time
    ) {
        self.uuid = uuid
        self.suggestionCount = suggestionCount
        self.visionModel = visionModel
        self.timesUsed = timesUsed
        self.owner = owner
        self.ownerName = ownerName
        self.createdAt = createdAt
    }
}
