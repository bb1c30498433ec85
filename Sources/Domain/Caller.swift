/// Who is asking: an account, else a fingerprint, else nobody but an address.
package struct Caller: Sendable, Equatable {
    package var user: User?
    /// A secret of the client's own choosing, 1–255 characters; it counts only without an account.
    package var fingerprint: String?
    /// The client's address as text.
    package var address: String

    package init(user: User?, fingerprint: String?, address: String) {
        self.user = user
        self.fingerprint = fingerprint
        self.address = address
    }

    package var isAdmin: Bool { user?.role == .admin }

    /// Names the account or the fingerprint; nil for a caller who has neither.
    package var identity: Identity? {
        if let user { return .user(user.id) }
        if let fingerprint { return .fingerprint(fingerprint) }
        return nil
    }
}

/// Whom a record or a membership belongs to.
package enum Identity: Hashable, Sendable {
    case user(String)
    case fingerprint(String)

    /// The stored form: `u:` and a user id, or `f:` and a fingerprint.
    package var key: String {
        switch self {
        case .user(let id): "u:" + id
        case .fingerprint(let text): "f:" + text
        }
    }

    /// Whether no account stands behind it.
    package var isAnonymous: Bool {
        if case .fingerprint = self { true } else { false }
    }

    package init?(key: String) {
        if key.hasPrefix("u:") {
            self = .user(String(key.dropFirst(2)))
        } else if key.hasPrefix("f:") {
            self = .fingerprint(String(key.dropFirst(2)))
        } else {
            return nil
        }
    }
}
