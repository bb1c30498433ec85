import Crypto
import Testing

@Suite struct `Passwords` {
    private let hasher = PasswordHasher(cost: .minimal)

    @Test(arguments: ["correct horse", "", "päss\0wörd 🔑", String(repeating: "x", count: 1024)])
    func `are known again by their hash`(password: String) async throws {
        let hash = try await hasher.hash(password)
        #expect(hash.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
        #expect(try await hasher.verify(password, against: hash))
        #expect(try await !hasher.verify(password + "x", against: hash))
        #expect(try await hash != hasher.hash(password))
    }

    @Test(arguments: [
        nil, "", "$argon2id$", "plain", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA",
        String(repeating: "$argon2id", count: 100),
    ])
    func `match no hash that is missing or malformed`(hash: String?) async throws {
        #expect(try await !hasher.verify("", against: hash))
    }

    @Test func `that are too long are refused before they cost anything`() async throws {
        let long = String(repeating: "x", count: 1025)
        await #expect(throws: PasswordHasher.Refusal.passwordTooLong) {
            try await hasher.hash(long)
        }
        #expect(try await !hasher.verify(long, against: hasher.hash("x")))
    }

    @Test func `are hashed anew when the cost has changed`() async throws {
        let hash = try await hasher.hash("x")
        #expect(!hasher.needsRehash(hash))
        #expect(PasswordHasher().needsRehash(hash))
        #expect(hasher.needsRehash("plain"))
    }

    @Test func `at the default cost take tens of milliseconds`() async throws {
        let clock = ContinuousClock()
        let hasher = PasswordHasher()
        let taken = try await clock.measure { _ = try await hasher.hash("x") }
        #expect(taken > .milliseconds(10))
    }

    @Test func `are refused when too many wait`() async throws {
        let small = PasswordHasher(maximumWaiting: 2)
        let answers = await withTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await small.hash("x")
                        return true
                    } catch {
                        #expect(error as? PasswordHasher.Refusal == .tooManyWaiting)
                        return false
                    }
                }
            }
            return await group.reduce(into: [true: 0, false: 0]) { $0[$1, default: 0] += 1 }
        }
        #expect(answers[true, default: 0] >= 2 && answers[false, default: 0] >= 1)
        _ = try await small.hash("there is room again")
    }
}
