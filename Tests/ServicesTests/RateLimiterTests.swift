import Domain
import Foundation
import Services
import Store
import Synchronization
import Testing

/// A clock that stands until it is moved.
final class ManualClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_000)

    var source: TimeSource {
        TimeSource { [self] in Time(milliseconds: milliseconds.withLock { $0 }) }
    }

    var now: Time { source.now() }

    func advance(seconds: Double) {
        milliseconds.withLock { $0 += Int64(seconds * 1000) }
    }

    func set(seconds: Int64) {
        milliseconds.withLock { $0 = seconds * 1000 }
    }
}

/// A store in a folder of its own that goes with the test.
final class TemporaryStore: Sendable {
    let folder: String
    let store: DataStore

    init() throws {
        folder = NSTemporaryDirectory() + "tintype-services-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        store = try DataStore(path: folder + "/test.db", readers: 2)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }
}

@Suite struct RateLimiterTests {
    private func rule(_ limit: Int, key: String = "f:x") -> RateLimiter.Rule {
        .init(name: "identity", key: key, limit: limit)
    }

    private func refusal(_ body: () async throws -> Void) async throws -> RateLimiter.Refusal? {
        do {
            try await body()
            return nil
        } catch let refusal as RateLimiter.Refusal {
            return refusal
        }
    }

    @Test func `the sixth of five an hour waits for a token`() async throws {
        let temporary = try TemporaryStore()
        let clock = ManualClock()
        let limiter = try await RateLimiter(store: temporary.store, clock: clock.source)
        for left in [4, 3, 2, 1, 0] {
            try await limiter.take([rule(5)])
            #expect(limiter.standing([rule(5)]).map(\.remaining) == [left])
        }
        let first = try await refusal { try await limiter.take([rule(5)]) }
        #expect(first == .init(requests: 6, limit: 5, retryAfter: 720))
        clock.advance(seconds: 719)
        let second = try await refusal { try await limiter.take([rule(5)]) }
        #expect(second == .init(requests: 6, limit: 5, retryAfter: 1))
        clock.advance(seconds: 1)
        try await limiter.take([rule(5)])
    }

    @Test func `a restart changes nothing and a changed limit holds at once`() async throws {
        let temporary = try TemporaryStore()
        let clock = ManualClock()
        let before = try await RateLimiter(store: temporary.store, clock: clock.source)
        for _ in 1...5 { try await before.take([rule(5)]) }
        let after = try await RateLimiter(store: temporary.store, clock: clock.source)
        #expect(try await refusal { try await after.take([rule(5)]) }?.requests == 6)
        #expect(after.standing([rule(60)]).map(\.remaining) == [55])
        try await after.take([rule(60)])
    }

    @Test func `a refusal by one bucket takes nothing from the other`() async throws {
        let temporary = try TemporaryStore()
        let limiter = try await RateLimiter(
            store: temporary.store, clock: ManualClock().source)
        let address = RateLimiter.Rule(name: "address", key: "n:1", limit: 2)
        try await limiter.take([rule(1, key: "f:a"), address])
        let refused = try await refusal {
            try await limiter.take([rule(1, key: "f:a"), address])
        }
        #expect(refused?.limit == 1)
        #expect(limiter.standing([address]).map(\.remaining) == [1])
        try await limiter.take([rule(1, key: "f:b"), address])
        let full = try await refusal { try await limiter.take([rule(1, key: "f:c"), address]) }
        #expect(full == .init(requests: 3, limit: 2, retryAfter: 1800))
    }

    @Test func `limit zero refuses everybody for an hour and clocks set back give nothing`()
        async throws
    {
        let temporary = try TemporaryStore()
        let clock = ManualClock()
        let limiter = try await RateLimiter(store: temporary.store, clock: clock.source)
        let blocked = try await refusal { try await limiter.take([rule(0)]) }
        #expect(blocked == .init(requests: 1, limit: 0, retryAfter: 3600))
        try await limiter.take([rule(1)])
        clock.advance(seconds: -7200)
        #expect(try await refusal { try await limiter.take([rule(1)]) }?.retryAfter == 3600)
    }

    @Test func `a thousand takers get exactly what there is`() async throws {
        let temporary = try TemporaryStore()
        let limiter = try await RateLimiter(
            store: temporary.store, clock: ManualClock().source)
        let taken = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 {
                group.addTask { [rule = rule(100)] in
                    (try? await limiter.take([rule])) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 100)
    }
}
