import Domain
import Foundation
import HTTP
import HTTPClient
import Providers
import ScriptedServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OpenAIRetryTests {
    @Test(
        arguments: [
            (400, .rejected, 1), (401, .authentication, 1), (403, .authentication, 1),
            (404, .rejected, 1), (408, .rejected, 3), (409, .rejected, 3), (413, .rejected, 1),
            (422, .rejected, 1), (429, .rateLimited, 3), (499, .rejected, 1), (500, .server, 3),
            (502, .server, 3), (503, .server, 3), (504, .server, 3), (529, .server, 3),
            (301, .invalidResponse, 1), (0, .connection, 3),
        ] as [(Int, ProviderFailure.Reason, Int)])
    func `a status has its reason and its number of attempts; 0 hangs up`(
        status: Int, reason: ProviderFailure.Reason, attempts: Int
    ) async throws {
        let fixture = try OpenAIFixture(answers: [(status, [], "")])
        #expect(try await fixture.failure()?.reason == reason)
        #expect(fixture.server.requests.count == attempts)
        let pauses: [Duration] = [.milliseconds(500), .seconds(1)]
        #expect(fixture.pauses.all == Array(pauses.prefix(attempts - 1)))
    }

    @Test(arguments: [[500, 500], [429, 0], [0, 503], [408], [409, 429], []])
    func `a good answer ends the retries`(before: [Int]) async throws {
        let fixture = try OpenAIFixture(
            answers: before.map { ($0, [], "") } + [(200, [], OpenAIFixture.completion)])
        _ = try await fixture.ask()
        #expect(fixture.server.requests.count == before.count + 1)
        #expect(Set(fixture.server.requests.map(\.body)).count == 1)
    }

    @Test func `randomness lengthens a pause by a quarter at most`() async throws {
        let fixture = try OpenAIFixture(random: 1) { _, peer in peer.answer(500) }
        _ = try await fixture.failure()
        #expect(fixture.pauses.all == [.milliseconds(625), .milliseconds(1250)])
    }

    @Test(
        arguments: [
            (429, "1", .seconds(1)), (503, " 30 ", .seconds(30)), (429, "0", .milliseconds(500)),
            (429, "soon", .milliseconds(500)), (429, "-5", .milliseconds(500)),
            (429, "1.5", .milliseconds(500)), (429, "", .milliseconds(500)),
            (500, "Thu, 01 Jan 1970 00:00:00 GMT", .milliseconds(500)),
        ] as [(Int, String, Duration)])
    func `a requested pause is kept, without one the usual`(
        status: Int, value: String, pause: Duration
    ) async throws {
        let fixture = try OpenAIFixture(answers: [
            (status, [("Retry-After", value)], ""), (200, [], OpenAIFixture.completion),
        ])
        _ = try await fixture.ask()
        #expect(fixture.pauses.all == [pause])
    }

    @Test func `a date is a request for the time until then`() async throws {
        let start = ContinuousClock.now
        let moment = Int64(Date.now.timeIntervalSince1970 * 1000) + 29_000
        let fixture = try OpenAIFixture(answers: [
            (429, [("Retry-After", Timestamp.imfFixdate(moment))], ""),
            (200, [], OpenAIFixture.completion),
        ])
        _ = try await fixture.ask()
        let pause = try #require(fixture.pauses.all.first)
        // However long this machine took to come to it; the date has whole seconds.
        let passed = ContinuousClock.now - start
        #expect(pause <= .seconds(29) && pause >= .seconds(28) - min(passed, .seconds(28)))
    }

    @Test(arguments: [
        "31", "3600", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT",
    ])
    func `a longer requested pause fails at once`(value: String) async throws {
        let fixture = try OpenAIFixture(answers: [(429, [("Retry-After", value)], "")])
        #expect(try await fixture.failure()?.reason == .rateLimited)
        #expect(fixture.server.requests.count == 1)
        #expect(fixture.pauses.all == [])
    }

    @Test func `an attempt that takes too long is broken off and made again`() async throws {
        let fixture = try OpenAIFixture(attemptTimeout: .milliseconds(60)) { _, peer in
            peer.waitForHangUp()
        }
        #expect(try await fixture.failure()?.reason == .timedOut)
        #expect(fixture.server.requests.count == 3)
    }

    @Test func `nobody there is a failed connection`() async throws {
        let fixture = try OpenAIFixture { _, _ in }
        fixture.server.stop()
        #expect(try await fixture.failure()?.reason == .connection)
        #expect(fixture.pauses.all.count == 2)
    }

    @Test func `cancelling ends a call without a retry`() async throws {
        let arrived = Mutex(false)
        let fixture = try OpenAIFixture { _, peer in
            arrived.withLock { $0 = true }
            peer.waitForHangUp()
        }
        let task = Task { try await fixture.ask() }
        while !arrived.withLock({ $0 }) { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(fixture.server.requests.count == 1)
    }

    @Test func `cancelling ends the pause before a retry`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.answer(429, fields: [("Retry-After", "30")])
        }
        let provider = OpenAIProvider(client: HTTPClient(), baseURL: server.url, apiKey: nil)
        let task = Task {
            try await provider.embedding(of: "a", about: OpenAIFixture.photo(), model: "m")
        }
        while server.requests.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test func `calls of a pair overlap`() async throws {
        let together = Mutex(0)
        let fixture = try OpenAIFixture { _, peer in
            together.withLock { $0 += 1 }
            while together.withLock({ $0 }) < 2 { usleep(1000) }
            peer.answer(text: OpenAIFixture.completion)
        }
        async let suggestions = fixture.ask()
        async let caption = fixture.provider.caption(
            for: OpenAIFixture.photo(), asking: OpenAIFixture.question)
        #expect(try await suggestions == caption)
    }
}

@Suite(.timeLimit(.minutes(1))) struct OpenAILogTests {
    @Test(arguments: [
        ("Incorrect API key provided: sk-proj-abc_DEF-123.", "sk-proj", "provided: ***"),
        ("bad key SK-ABCDEF!", "ABCDEF", "***!"),
        ("Authorization: Bearer abc.def-123=", "abc.def", "***"),
        ("you sent secret-key-1, wrong", "secret-key-1", "you sent ***, wrong"),
        ("sk-ab***yz is invalid", "ab***yz", "*** is invalid"),
        (#"{"bearer token123"}"#, "token123", #"{"***"}"#),
        ("the task-force", "***", "the task-force"), ("a\nb\u{1B}[31m", "\n", "a b [31m"),
    ])
    func `keys and control characters are masked in the log`(
        text: String, secret: String, shown: String
    ) async throws {
        let fixture = try OpenAIFixture(answers: [(401, [], text)])
        let log = try #require(try await fixture.failure()).log
        #expect(log.hasPrefix("status 401: "))
        #expect(log.contains(shown))
        #expect(!log.contains(secret))
    }

    @Test func `a log is short and a key at its end is not cut in half`() async throws {
        let text =
            String(repeating: "x", count: 590) + " secret-key-1"
            + String(repeating: "y", count: 9000)
        let fixture = try OpenAIFixture(answers: [(400, [], text)])
        let log = try #require(try await fixture.failure()).log
        #expect(log.count < 700)
        #expect(!log.contains("secret"))
    }

    @Test func `an unreadable answer is logged, masked`() async throws {
        let fixture = try OpenAIFixture(answers: [(200, [], "<p>sk-12345</p>")])
        #expect(
            try await fixture.failure()
                == ProviderFailure(.invalidResponse, log: "unreadable answer: <p>***</p>"))
    }
}
