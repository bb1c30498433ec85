/// A space in which contents of all families are compared. Photo analyses have two more of their own.
package enum EmbeddingSpace: String, Sendable, CaseIterable {
    /// Titles, descriptions, tags, prompts.
    case text
    /// How pictures look.
    case image

    /// Components of a vector.
    package var dimension: Int {
        switch self {
        case .text: 1536
        case .image: 512
        }
    }
}

/// What an embedding is of.
package struct EmbeddingOwner: Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// Content, whoever refers to it: its look.
        case blob
        /// The text of a family's record.
        case processing, gallery, inspection
    }

    package var kind: Kind
    /// The number of the owner's row.
    package var id: Int64

    package init(_ kind: Kind, _ id: Int64) {
        self.kind = kind
        self.id = id
    }
}

/// An embedding as the database names it.
package struct StoredEmbedding: Sendable, Equatable {
    /// The row's number, which the vector's record carries as its owner.
    package var id: Int64
    package var space: EmbeddingSpace
    package var owner: EmbeddingOwner
    package var model: String
    /// The place in the space's vector file.
    package var slot: Int64
    package var createdAt: Time

    package init(
        id: Int64, space: EmbeddingSpace, owner: EmbeddingOwner, model: String, slot: Int64,
        createdAt: Time
    ) {
        self.id = id
        self.space = space
        self.owner = owner
        self.model = model
        self.slot = slot
        self.createdAt = createdAt
    }
}
