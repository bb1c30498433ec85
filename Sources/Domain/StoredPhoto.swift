/// A photo that its owner keeps apart from any family: content and whose it is.
package struct StoredPhoto: Sendable, Equatable {
    /// A lowercase UUID.
    package var id: String
    package var userID: String
    package var content: Content
    package var createdAt: Time

    package init(id: String, userID: String, content: Content, createdAt: Time) {
        self.id = id
        self.userID = userID
        self.content = content
        self.createdAt = createdAt
    }
}

/// A family's record of a photo.
package struct Facet: Sendable, Equatable {
    package enum Family: String, Sendable, CaseIterable {
        case discovery, gallery, inspection, processing
    }

    package var family: Family
    package var id: String
    package var createdAt: Time

    package init(family: Family, id: String, createdAt: Time) {
        self.family = family
        self.id = id
        self.createdAt = createdAt
    }
}
