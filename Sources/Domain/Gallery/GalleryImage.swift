/// The record of a picture somebody made elsewhere: its URL, its owner, what it was meant to show.
package struct GalleryImage: Sendable, Equatable {
    /// The row's number.
    package var id: Int64
    /// A lowercase UUID, from the URL.
    package var uuid: String
    /// As it was sent: an account's id or e-mail, or whatever an open gallery's user calls themself.
    package var userID: String
    package var url: String
    package var refinedPrompt: String?
    package var intent: String?
    package var metadata: GalleryMetadata
    /// Lower-case, each once.
    package var tags: [String]
    package var createdAt: Time
    package var updatedAt: Time
    package var deletedAt: Time?
    package var viewCount: Int
    package var lastViewedAt: Time?
    /// The local copy; nil where nobody asked for one.
    package var ingest: GalleryIngest?

    package init(
        id: Int64, uuid: String, userID: String, url: String, refinedPrompt: String?,
        intent: String?, metadata: GalleryMetadata, tags: [String], createdAt: Time,
        updatedAt: Time, deletedAt: Time?, viewCount: Int, lastViewedAt: Time?
    ) {
        self.id = id
        self.uuid = uuid
        self.userID = userID
        self.url = url
        self.refinedPrompt = refinedPrompt
        self.intent = intent
        self.metadata = metadata
        self.tags = tags
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
        self.viewCount = viewCount
        self.lastViewedAt = lastViewedAt
    }

    package var isDeleted: Bool { deletedAt != nil }
    /// By which owners are compared: ids and e-mails mean the same in either case.
    package var ownerKey: String { userID.lowercased() }
}

/// What a record carries along without anybody here looking at it, two members aside.
package struct GalleryMetadata: Sendable, Equatable {
    /// Any JSON value, compact.
    package var json: String
    /// The members of that name, for finding records by them.
    package var sessionID: String?
    package var messageID: String?

    package init(json: String, sessionID: String? = nil, messageID: String? = nil) {
        self.json = json
        self.sessionID = sessionID
        self.messageID = messageID
    }

    package static let empty = GalleryMetadata(json: "{}")
}

/// A change to one part of a record.
package enum Edit<Value: Sendable>: Sendable {
    case keep
    case set(Value)

    package func applied(to value: Value) -> Value {
        if case .set(let new) = self { new } else { value }
    }
}

/// Which records a list shows.
package struct GalleryFilter: Sendable, Equatable {
    package var isDeleted = false
    /// Owners' keys; none for the records of everybody.
    package var owners: [String] = []
    package var intent: String?
    package var tag: String?
    package var sessionID: String?
    package var messageID: String?

    package init() {}
}

/// Who looks at the gallery.
package enum GalleryViewer: Sendable, Equatable {
    /// Somebody without identity in an open gallery: sees and changes everything.
    case anybody
    case user(User)

    /// Whether every record is theirs to see.
    package var seesAll: Bool {
        switch self {
        case .anybody: true
        case .user(let user): user.role == .admin
        }
    }

    /// The keys under which records are this account's: its id and its e-mail.
    package var ownerKeys: [String] {
        switch self {
        case .anybody: []
        case .user(let user): [user.id.lowercased(), user.email.lowercased()]
        }
    }

    /// The account's id.
    package var userID: String? {
        if case .user(let user) = self { user.id } else { nil }
    }

    /// As whom this account has jobs done.
    package var identity: Identity? {
        switch self {
        case .anybody: nil
        case .user(let user): .user(user.id)
        }
    }

    /// Whether a record of that owner may be seen and changed.
    package func mayUse(ownerKey: String) -> Bool { seesAll || ownerKeys.contains(ownerKey) }
}
