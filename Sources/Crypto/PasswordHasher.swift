import CSodium
import Dispatch
import Synchronization

/// Hashes and checks passwords with Argon2id on a thread of its own, one after the other.
///
/// Each takes tens of milliseconds and as much memory as `Cost` says, on purpose. One at a time
/// bounds that memory, however many people sign in at once.
package final class PasswordHasher: Sendable {
    /// What one hash costs whoever computes it.
    package struct Cost: Sendable {
        package var passes: UInt64
        package var memoryBytes: Int

        package init(passes: UInt64, memoryBytes: Int) {
            self.passes = passes
            self.memoryBytes = memoryBytes
        }

        /// libsodium's cost for interactive use: 2 passes over 64 MiB.
        package static let interactive = Cost(passes: 2, memoryBytes: 64 << 20)
        /// The least there is, for programs that test something else.
        package static let minimal = Cost(passes: 1, memoryBytes: 8 << 10)
    }

    /// Why no hash was computed.
    package enum Refusal: Error, Sendable, Equatable {
        /// More bytes than `maximumPasswordBytes`.
        case passwordTooLong
        /// Too many wait already; try again in a few seconds.
        case tooManyWaiting
        /// The system has not got the memory for it.
        case outOfMemory
    }

    package static let maximumPasswordBytes = 1024

    private let cost: Cost
    private let maximumWaiting: Int
    private let waiting = Mutex(0)
    private let queue = DispatchQueue(label: "passwords")

    package init(cost: Cost = .interactive, maximumWaiting: Int = 32) {
        self.cost = cost
        self.maximumWaiting = maximumWaiting
        precondition(sodiumIsReady, "libsodium cannot be initialised")
    }

    /// The text to store: algorithm, cost, salt and hash.
    package func hash(_ password: String) async throws(Refusal) -> String {
        guard password.utf8.count <= Self.maximumPasswordBytes else { throw .passwordTooLong }
        let hash = try await onThread { [cost] in Self.hash(password, cost) }
        guard let hash else { throw .outOfMemory }
        return hash
    }

    /// Whether `hash` was made from `password`.
    ///
    /// Without a hash, for a user who does not exist, it is false after the same time.
    package func verify(_ password: String, against hash: String?) async throws(Refusal) -> Bool {
        guard password.utf8.count <= Self.maximumPasswordBytes else { return false }
        return try await onThread { [cost] in
            guard let hash else {
                _ = Self.hash(password, cost)
                return false
            }
            return Self.verify(password, hash)
        }
    }

    /// Whether `hash` was made at another cost than this one; it is renewed at the next sign-in.
    package func needsRehash(_ hash: String) -> Bool {
        crypto_pwhash_str_needs_rehash(hash, cost.passes, cost.memoryBytes) != 0
    }

    private func onThread<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value
    ) async throws(Refusal) -> Value {
        let isAccepted = waiting.withLock { waiting in
            guard waiting < maximumWaiting else { return false }
            waiting += 1
            return true
        }
        guard isAccepted else { throw .tooManyWaiting }
        return await withCheckedContinuation { continuation in
            queue.async {
                let value = work()
                self.waiting.withLock { $0 -= 1 }
                continuation.resume(returning: value)
            }
        }
    }

    private static func hash(_ password: String, _ cost: Cost) -> String? {
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let result = crypto_pwhash_str_alg(
            &text, password, UInt64(password.utf8.count), cost.passes, cost.memoryBytes,
            crypto_pwhash_ALG_ARGON2ID13)
        guard result == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func verify(_ password: String, _ hash: String) -> Bool {
        crypto_pwhash_str_verify(hash, password, UInt64(password.utf8.count)) == 0
    }
}
