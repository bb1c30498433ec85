import Services
import Store
import Testing

@Suite struct IdempotencyServiceTests {
    @Test func `a key runs once, repeats its answer for a day and knows another body`()
        async throws
    {
        let temporary = try TemporaryStore()
        let clock = ManualClock()
        let service = IdempotencyService(store: temporary.store, clock: clock.source)
        func begin(_ body: [UInt8]) async throws -> IdempotencyService.Start {
            try await service.begin(scope: "me /path/", key: "k", digest: service.digest(of: body))
        }
        guard case .fresh(let ticket) = try await begin([1]) else {
            Issue.record("the first request must run")
            return
        }
        guard case .running = try await begin([1]) else {
            Issue.record("the second must hear that the first is running")
            return
        }
        let answer = KeptAnswer(
            digest: service.digest(of: [1]), status: 201, location: "/x", body: [7])
        try await service.finish(ticket, answer)
        guard case .replay(let kept) = try await begin([1]) else {
            Issue.record("the answer must be repeated")
            return
        }
        #expect(kept == answer)
        guard case .mismatch = try await begin([2]) else {
            Issue.record("another body must be refused")
            return
        }
        clock.advance(seconds: 86_401)
        guard case .fresh(let next) = try await begin([2]) else {
            Issue.record("after a day the key is free again")
            return
        }
        try await service.finish(next, nil)
        guard case .fresh = try await begin([3]) else {
            Issue.record("a failure is not kept")
            return
        }
    }
}
