import Crypto
import Domain
import Store
import Synchronization

/// Answers a repeated request from the first one's answer (the `Idempotency-Key` of the contract).
///
/// Successes are kept for a day. What failed is not: a client that tries again with the same key wants it done.
package final class IdempotencyService: Sendable {
    private let store: DataStore
    private let clock: TimeSource
    private let running = Mutex<Set<Ticket>>([])

    private static let lifetime = 24.0 * 3600

    package init(store: DataStore, clock: TimeSource) {
        self.store = store
        self.clock = clock
    }

    /// The right to carry out a request under its key; to be given back with `finish`.
    package struct Ticket: Hashable, Sendable {
        let scope: String
        let key: String
    }

    package enum Start: Sendable {
        case fresh(Ticket)
        case replay(KeptAnswer)
        /// The key was used with another body.
        case mismatch
        /// The first request is not answered yet.
        case running
    }

    /// - Parameters:
    ///   - scope: caller and path.
    ///   - digest: what the request says, boundaries and the like left aside.
    package func begin(scope: String, key: String, digest: [UInt8]) async throws -> Start {
        let ticket = Ticket(scope: scope, key: key)
        guard running.withLock({ $0.insert(ticket).inserted }) else { return .running }
        do {
            let since = clock.now().advanced(bySeconds: -Self.lifetime)
            let kept = try await store.read { tables in
                try tables.idempotency.find(scope: scope, key: key, since: since)
            }
            guard let kept else { return .fresh(ticket) }
            _ = running.withLock { $0.remove(ticket) }
            return kept.digest == digest ? .replay(kept) : .mismatch
        } catch {
            _ = running.withLock { $0.remove(ticket) }
            throw error
        }
    }

    /// Ends a request; `answer` is what to repeat, nil if it failed.
    package func finish(_ ticket: Ticket, _ answer: KeptAnswer?) async throws {
        defer { _ = running.withLock { $0.remove(ticket) } }
        guard let answer else { return }
        let now = clock.now()
        try await store.write { tables in
            try tables.idempotency.insert(answer, scope: ticket.scope, key: ticket.key, at: now)
        }
    }

    /// What two requests are compared by.
    package func digest(of content: [UInt8]) -> [UInt8] { sha256(content) }

    /// Forgets answers older than a day.
    package func sweep() async throws {
        let since = clock.now().advanced(bySeconds: -Self.lifetime)
        try await store.write { try $0.idempotency.sweep(before: since) }
    }
}
