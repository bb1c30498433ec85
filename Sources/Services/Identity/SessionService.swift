import Crypto
import Domain
import Store

/// Sessions of people in a browser: signing in with a password, and what proves a form to be the session's own.
package final class SessionService: Sendable {
    private let store: DataStore
    private let clock: TimeSource
    private let identity: IdentityService
    private let limiter: RateLimiter

    package static let cookieName = "tintype_session"
    /// How long a session lasts, in seconds.
    package static let lifetime = 12 * 3600
    /// Wrong passwords that one network may send in an hour.
    private static let attempts = 20

    package init(
        store: DataStore, clock: TimeSource, identity: IdentityService, limiter: RateLimiter
    ) {
        self.store = store
        self.clock = clock
        self.identity = identity
        self.limiter = limiter
    }

    /// Why nobody was signed in.
    package enum Refusal: Error, Sendable {
        case wrongCredentials
        case tooManyAttempts
    }

    /// The secret of a fresh session.
    package func signIn(
        email: String, password: String, from address: String
    ) async throws -> String {
        let rule = RateLimiter.Rule(
            name: "sign-in", key: "s:" + ClientNetwork.key(of: address), limit: Self.attempts)
        do {
            try limiter.verify([rule])
        } catch {
            throw Refusal.tooManyAttempts
        }
        let email = email.trimmingBlanks().lowercased()
        let isRight = try await identity.verify(email: email, password: password)
        let user = try await store.read { try $0.users.find(email: email) }
        guard isRight, let user, user.isActive else {
            try? await limiter.take([rule])
            throw Refusal.wrongCredentials
        }
        let secret = randomBytes(32).base64URL
        let now = clock.now()
        try await store.write { tables in
            try tables.sessions.deleteExpired(at: now)
            try tables.sessions.insert(
                hash: sha256(secret), user: user.id, at: now,
                until: now.advanced(bySeconds: Double(Self.lifetime)))
            try tables.audit.append(
                at: now, actor: email, action: "sessions.create", subject: email, detail: address)
        }
        return secret
    }

    /// The account of a session in force. A point read on the calling thread.
    package func user(session secret: String) throws -> User? {
        let now = clock.now()
        let user = try store.readNow { try $0.sessions.user(hash: sha256(secret), at: now) }
        return user.flatMap { $0.isActive ? $0 : nil }
    }

    package func signOut(session secret: String) async throws {
        try await store.write { try $0.sessions.delete(hash: sha256(secret)) }
    }

    /// What a form of this session carries to show that it comes from the session's own page.
    package func formToken(of secret: String) -> String {
        sha256("form:" + secret).base64URL
    }

    /// A fresh secret for a form of somebody who has no session yet.
    package func freshFormToken() -> String {
        randomBytes(32).base64URL
    }
}
