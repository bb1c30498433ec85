/// What an account may do.
package enum Role: String, Sendable, CaseIterable {
    case admin, supervisor, user
}

/// An account.
package struct User: Sendable, Equatable {
    /// A lowercase UUID.
    package var id: String
    package var email: String
    package var username: String
    package var role: Role
    package var isActive: Bool
    package var createdAt: Time

    package init(
        id: String, email: String, username: String, role: Role, isActive: Bool, createdAt: Time
    ) {
        self.id = id
        self.email = email
        self.username = username
        self.role = role
        self.isActive = isActive
        self.createdAt = createdAt
    }
}

/// An API token as listed: everything but the secret, which is shown once and kept as a hash.
package struct AccessToken: Sendable, Equatable {
    package var id: String
    package var email: String
    package var name: String
    package var createdAt: Time
    package var expiresAt: Time?
    package var revokedAt: Time?

    package init(
        id: String, email: String, name: String, createdAt: Time, expiresAt: Time?,
        revokedAt: Time?
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}
