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

/// What every stream begins with.
private let opening = "retry: 3000\n\n"

@Suite struct EventHubTests {
    private func follow(_ response: Response, _ reader: Reader) -> Task<Void, any Error> {
        guard case .stream(_, let produce) = response.body else {
            Issue.record("no stream but \(response.status)")
            return Task {}
        }
        #expect(response.fields[.contentType] == "text/event-stream")
        return Task { try await produce(reader) }
    }

    private func listen(
        _ hub: EventHub, after id: String? = nil, _ reader: Reader
    ) throws -> Task<Void, any Error> {
        var fields = Fields()
        fields[.lastEventID] = id
        return follow(hub.response(to: try Request(.get, "/events/", fields: fields)), reader)
    }

    private func wait(until isTrue: () -> Bool) async {
        while !isTrue() { await Task.yield() }
    }

    private func events(_ ids: some Sequence<Int>) -> String {
        ids.map { "id: \($0)\ndata: x\n\n" }.joined()
    }

    private func event(_ id: Int) -> ServerSentEvent { ServerSentEvent(id: "\(id)", data: "x") }

    @Test func `every listener gets every event in order`() async throws {
        let hub = EventHub()
        let readers = [Reader(), Reader(), Reader()]
        let streams = try readers.map { try listen(hub, $0) }
        for number in 1...100 { hub.publish(event(number)) }
        let expected = opening + events(1...100)
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

    @Test(
        arguments: [
            ("8", [9, 10]), ("10", []), ("2", []), ("none", []), (nil, []),
        ] as [(String?, [Int])])
    func `who comes back gets what was missed, as far as it is kept`(
        id: String?, missed: [Int]
    ) async throws {
        var limits = EventHub.Limits()
        limits.history = 4
        let hub = EventHub(limits: limits)
        for number in 1...10 { hub.publish(event(number)) }
        let reader = Reader()
        let stream = try listen(hub, after: id, reader)
        hub.publish(event(11))
        let expected = opening + events(missed + [11])
        await wait { reader.text.withLock { $0.count >= expected.count } }
        #expect(reader.text.withLock { $0 } == expected)
        stream.cancel()
        try await stream.value
    }

    @Test func `a listener is told what it missed, or that nobody knows`() throws {
        let hub = EventHub()
        for number in 1...3 { hub.publish(event(number), to: "a") }
        #expect(try hub.listen(to: "a", after: "2").missed == [event(3)])
        #expect(try hub.listen(to: "a", after: "3").missed == [])
        #expect(try hub.listen(to: "a", after: "7").missed == nil)
        #expect(try hub.listen(to: "a").missed == nil)
        #expect(try hub.listen(to: "b", after: "2").missed == nil)
        #expect(hub.listenerCount == 0)
    }

    @Test func `what a stream begins with is not sent again`() async throws {
        let hub = EventHub()
        let listener = try hub.listen(to: "a")
        // One of these was published before the state was read, one after it.
        hub.publish(event(1), to: "a")
        let response = listener.response(first: [event(1), event(2)])
        hub.publish(event(2), to: "a")
        hub.publish(event(3), to: "a")
        hub.finish("a")
        let reader = Reader()
        try await follow(response, reader).value
        #expect(reader.text.withLock { $0 } == opening + events(1...3))
    }

    @Test func `the sender gets its own form of an event, and can be sent away alone`() async throws
    {
        let hub = EventHub()
        let (one, other) = (Reader(), Reader())
        let own = follow(try hub.listen(to: "a", as: "one").response(), one)
        let others = follow(try hub.listen(to: "a", as: "other").response(), other)
        _ = try hub.listen(to: "a")
        #expect(hub.audience.map(\.topic) == ["a"] && hub.audience[0].names == ["one", "other"])
        hub.publish(event(1), to: "a", except: "one", echo: event(2))
        hub.finish("a", as: "one")
        try await own.value
        hub.publish(event(3), to: "a")
        hub.finish("a")
        try await others.value
        #expect(one.text.withLock { $0 } == opening + events([2]))
        #expect(other.text.withLock { $0 } == opening + events([1, 3]))
        #expect(hub.audience.isEmpty && hub.listenerCount == 0)
    }

    @Test func `a finished topic ends its streams and no other`() async throws {
        let hub = EventHub()
        let (one, other) = (Reader(), Reader())
        let ending = follow(try hub.listen(to: "a").response(), one)
        let staying = follow(try hub.listen(to: "b").response(), other)
        for topic in ["a", "b"] { hub.publish(event(1), to: topic) }
        hub.finish("a")
        try await ending.value
        #expect(one.text.withLock { $0 } == opening + events([1]))
        #expect(hub.listenerCount == 1)
        // A topic of the same name begins anew.
        #expect(try hub.listen(to: "a", after: "1").missed == nil)
        hub.publish(event(2), to: "b")
        await wait { other.text.withLock { $0 == opening + events([1, 2]) } }
        staying.cancel()
        try await staying.value
        #expect(hub.listenerCount == 0)
    }

    @Test func `an event can leave its sender out`() async throws {
        let hub = EventHub()
        let (ada, bob) = (Reader(), Reader())
        let streams = [
            follow(try hub.listen(to: "a", as: "ada").response(), ada),
            follow(try hub.listen(to: "a", as: "bob").response(), bob),
        ]
        hub.publish(event(1), to: "a", except: "ada")
        hub.publish(event(2), to: "a")
        hub.finish("a")
        for stream in streams { try await stream.value }
        #expect(ada.text.withLock { $0 } == opening + events([2]))
        #expect(bob.text.withLock { $0 } == opening + events([1, 2]))
    }

    @Test func `one name has so many streams, and gets them back`() throws {
        var limits = EventHub.Limits()
        limits.streamsPerName = 2
        let hub = EventHub(limits: limits)
        var streams = [try hub.listen(to: "a", as: "ada"), try hub.listen(to: "b", as: "ada")]
        #expect(throws: EventHub.Refused.tooManyStreams(limit: 2)) {
            try hub.listen(to: "a", as: "ada")
        }
        streams.append(try hub.listen(to: "a", as: "bob"))
        streams.append(try hub.listen(to: "a"))
        #expect(hub.listenerCount == 4)
        hub.finish("a")
        #expect(hub.listenerCount == 1)
        streams.append(try hub.listen(to: "a", as: "ada"))
        #expect(throws: EventHub.Refused.self) { try hub.listen(to: "a", as: "ada") }
        streams = []
        #expect(hub.listenerCount == 0)
    }

    @Test func `of topics that nobody listens to the latest are kept`() throws {
        var limits = EventHub.Limits()
        limits.quietTopics = 3
        let hub = EventHub(limits: limits)
        let listener = try hub.listen(to: "0")
        for topic in 0..<20 { hub.publish(event(topic), to: "\(topic)") }
        let kept = try (0..<20).filter { topic in
            try hub.listen(to: "\(topic)", after: "\(topic)").missed != nil
        }
        #expect(kept.first == 0 && kept.last == 19)
        #expect((4...7).contains(kept.count))
        withExtendedLifetime(listener) {}
    }

    @Test func `a quiet stream gets a comment, a busy one none`() async throws {
        let hub = EventHub()
        let reader = Reader()
        let stream = try listen(hub, reader)
        hub.beat()
        await wait { reader.text.withLock { $0 == opening + ": \n\n" } }
        hub.publish(ServerSentEvent(data: "a"))
        hub.beat()
        await wait { reader.text.withLock { $0.hasPrefix(opening + ": \n\ndata: a\n\n") } }
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
            #expect(throws: EventHub.Refused.tooManyListeners) { try hub.listen() }
            #expect(hub.response(to: request).status == .serviceUnavailable)
            #expect(hub.response(to: request).fields[.retryAfter] != nil)
            withExtendedLifetime(first) {}
        }
        // A response that nobody sent leaves its place.
        #expect(hub.listenerCount == 0)
    }
}
