import HTTP
import Synchronization
import Testing

/// Takes what a stream writes, and can be slow about it.
private final class Reader: ResponseWriter {
    let text = Mutex("")
    private let gate: AsyncStream<Void>?

    init(waitingFor gate: AsyncStream<Void>? = nil) {
        self.gate = gate
    }

    func write(_ bytes: [UInt8]) async throws(BodyError) {
        if let gate { for await _ in gate { break } }
        text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }
}

@Suite struct EventHubTests {
    private func listen(
        _ hub: EventHub, after id: String? = nil, _ reader: Reader
    ) throws -> Task<Void, any Error> {
        var fields = Fields()
        fields[.lastEventID] = id
        let response = hub.response(to: try Request(.get, "/events/", fields: fields))
        guard case .stream(_, let produce) = response.body else {
            Issue.record("no stream but \(response.status)")
            return Task {}
        }
        #expect(response.fields[.contentType] == "text/event-stream")
        return Task { try await produce(reader) }
    }

    private func wait(until isTrue: () -> Bool) async {
        while !isTrue() { await Task.yield() }
    }

    @Test func `every listener gets every event in order`() async throws {
        let hub = EventHub()
        let readers = [Reader(), Reader(), Reader()]
        let streams = try readers.map { try listen(hub, $0) }
        for number in 1...100 { hub.publish(ServerSentEvent(id: "\(number)", data: "x")) }
        let expected = (1...100).map { "id: \($0)\ndata: x\n\n" }.joined()
        for reader in readers { await wait { reader.text.withLock { $0 == expected } } }
        #expect(hub.listenerCount == 3)
        for stream in streams { stream.cancel() }
        for stream in streams { try await stream.value }
        #expect(hub.listenerCount == 0)
    }

    @Test func `a slow listener is dropped and the others are not`() async throws {
        var limits = EventHub.Limits()
        limits.queue = 4
        let hub = EventHub(limits: limits)
        let (gate, source) = AsyncStream.makeStream(of: Void.self)
        let slow = Reader(waitingFor: gate)
        let slowStream = try listen(hub, slow)
        let quick = Reader()
        let quickStream = try listen(hub, quick)
        for number in 1...50 {
            hub.publish(ServerSentEvent(data: "\(number);"))
            await wait { quick.text.withLock { $0.contains("\(number);") } }
        }
        source.finish()
        await #expect(throws: (any Error).self) { try await slowStream.value }
        #expect(!slow.text.withLock { $0.contains("50;") })
        #expect(hub.listenerCount == 1)
        quickStream.cancel()
        try await quickStream.value
    }

    @Test(arguments: [
        ("8", "id: 9\ndata: \n\nid: 10\ndata: \n\n"), ("10", ""), ("2", ""), ("none", ""),
        (nil, ""),
    ])
    func `who comes back gets what was missed, as far as it is kept`(
        id: String?, missed: String
    ) async throws {
        var limits = EventHub.Limits()
        limits.history = 4
        let hub = EventHub(limits: limits)
        for number in 1...10 { hub.publish(ServerSentEvent(id: "\(number)", data: "")) }
        let reader = Reader()
        let stream = try listen(hub, after: id, reader)
        hub.publish(ServerSentEvent(id: "11", data: ""))
        let expected = missed + "id: 11\ndata: \n\n"
        await wait { reader.text.withLock { $0.count >= expected.count } }
        #expect(reader.text.withLock { $0 } == expected)
        stream.cancel()
        try await stream.value
    }

    @Test func `a quiet stream gets a comment, a busy one none`() async throws {
        let hub = EventHub()
        let reader = Reader()
        let stream = try listen(hub, reader)
        hub.beat()
        await wait { reader.text.withLock { $0 == ": \n\n" } }
        hub.publish(ServerSentEvent(data: "a"))
        hub.beat()
        await wait { reader.text.withLock { $0.hasPrefix(": \n\ndata: a\n\n") } }
        stream.cancel()
        try await stream.value
    }

    @Test func `listeners over the limit are told to come back later`() async throws {
        var limits = EventHub.Limits()
        limits.listeners = 1
        let hub = EventHub(limits: limits)
        let request = try Request(.get, "/")
        do {
            let first = hub.response(to: request)
            #expect(hub.response(to: request).status == .serviceUnavailable)
            #expect(hub.response(to: request).fields[.retryAfter] != nil)
            withExtendedLifetime(first) {}
        }
        // A response that nobody sent leaves its place.
        #expect(hub.listenerCount == 0)
    }
}
