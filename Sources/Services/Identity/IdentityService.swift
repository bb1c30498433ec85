import Crypto
import Domain
import Store

/// Accounts and their tokens: who somebody is, and the commands that manage it.
package final class IdentityService: Sendable {
    private let store: DataStore
    private let clock: TimeSource
    private let hasher = PasswordHasher()
    private let sessions: JSONWebToken

    private static let tokenPrefix = "tok_"
    private static let tokenBytes = 32

    /// - Parameter secret: signs and checks HS256 tokens.
    package init(store: DataStore, clock: TimeSource, secret: [UInt8]) {
        self.store = store
        self.clock = clock
        sessions = JSONWebToken(secret: secret)
    }

    /// Why credentials were refused.
    package enum Refusal: Error, Sendable, Equatable {
        case invalidToken
        case inactive
    }

    /// Whether a bearer is an API token rather than a JWT.
    package static func isAPIToken(_ bearer: String) -> Bool { bearer.hasPrefix(tokenPrefix) }

    /// The account behind a bearer: an API token, or a JWT whose subject is an account's id or e-mail.
    ///
    /// A point read on the calling thread.
    package func user(bearing token: String) throws -> User {
        let now = clock.now()
        let user: User?
        if token.hasPrefix(Self.tokenPrefix) {
            user = try store.readNow { try $0.tokens.user(hash: sha256(token), at: now) }
        } else {
            user = try sessionUser(token, now)
        }
        guard let user else { throw Refusal.invalidToken }
        guard user.isActive else { throw Refusal.inactive }
        return user
    }

    private struct Claims: Codable {
        var sub: String
    }

    private func sessionUser(_ token: String, _ now: Time) throws -> User? {
        guard token.contains("."),
            let claims = try? sessions.verify(
                token, as: Claims.self, now: now.milliseconds / 1000)
        else { return nil }
        return try store.readNow { tables in
            try tables.users.find(id: claims.sub) ?? tables.users.find(email: claims.sub)
        }
    }

    // MARK: - Accounts

    package func createUser(email: String, role: Role, password: String?) async throws -> User {
        let email = try Self.checked(email)
        let hash = try await hash(password)
        let user = User(
            id: UUIDValue.timeOrdered(milliseconds: clock.now().milliseconds).description,
            email: email, username: String(email.prefix { $0 != "@" }), role: role,
            isActive: true, createdAt: clock.now())
        try await store.write { tables in
            try tables.users.insert(user, passwordHash: hash)
            try tables.audit.append(
                at: user.createdAt, actor: "command line", action: "users.create",
                subject: email, detail: role.rawValue)
        }
        return user
    }

    package func users() async throws -> [User] {
        try await store.read { try $0.users.all() }
    }

    package func setPassword(of email: String, to password: String) async throws {
        guard let hash = try await hash(password) else { return }
        let now = clock.now()
        let isKnown = try await store.write { tables in
            guard try tables.users.setPasswordHash(hash, email: email) else { return false }
            try tables.sessions.deleteAll(email: email)
            try tables.audit.append(
                at: now, actor: "command line", action: "users.passwd", subject: email, detail: "")
            return true
        }
        guard isKnown else { throw Self.unknown(email) }
    }

    /// Whether that is the account's password; takes as long for an unknown account.
    package func verify(email: String, password: String) async throws -> Bool {
        let hash = try await store.read { try $0.users.passwordHash(email: email) }
        return try await hasher.verify(password, against: hash)
    }

    private func hash(_ password: String?) async throws -> String? {
        guard let password else { return nil }
        guard password.unicodeScalars.count >= 8 else {
            throw Failure(.invalid, "A password has at least 8 characters.", field: "password")
        }
        guard password.utf8.count <= PasswordHasher.maximumPasswordBytes else {
            throw Failure(
                .invalid,
                "A password has at most \(PasswordHasher.maximumPasswordBytes) bytes.",
                field: "password")
        }
        return try await hasher.hash(password)
    }

    private static func checked(_ email: String) throws(Failure) -> String {
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = email.unicodeScalars.allSatisfy { $0.value > 32 && $0.value != 127 }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), isPlain,
            email.utf8.count <= 254
        else {
            throw Failure(.invalid, "\"\(email)\" is not an e-mail address.", field: "email")
        }
        return email.lowercased()
    }

    private static func unknown(_ email: String) -> Failure {
        Failure(.notFound, "There is no account with the e-mail \(email). See `users list`.")
    }

    // MARK: - Tokens

    /// Makes a token; the text is shown this once and never again.
    package func createToken(
        email: String, name: String, lifetime: Duration?
    ) async throws -> (text: String, token: AccessToken) {
        let text = Self.tokenPrefix + randomBytes(Self.tokenBytes).base64URL
        let now = clock.now()
        let token = AccessToken(
            id: UUIDValue.timeOrdered(milliseconds: now.milliseconds).description,
            email: email.lowercased(), name: name, createdAt: now,
            expiresAt: lifetime.map { now.advanced(bySeconds: Double($0.components.seconds)) },
            revokedAt: nil)
        try await store.write { tables in
            try tables.tokens.insert(token, hash: sha256(text))
            try tables.audit.append(
                at: now, actor: "command line", action: "tokens.create", subject: token.email,
                detail: token.id)
        }
        return (text, token)
    }

    package func tokens() async throws -> [AccessToken] {
        try await store.read { try $0.tokens.all() }
    }

    package func revokeToken(_ id: String) async throws {
        let now = clock.now()
        let isKnown = try await store.write { tables in
            guard try tables.tokens.revoke(id: id, at: now) else { return false }
            try tables.audit.append(
                at: now, actor: "command line", action: "tokens.revoke", subject: id, detail: "")
            return true
        }
        guard isKnown else {
            throw Failure(.notFound, "There is no token \(id). See `tokens list`.")
        }
    }
}
