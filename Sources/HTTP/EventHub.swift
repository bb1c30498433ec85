import Synchronization

/// Server-sent events for any number of listeners, none of whom can hold up the others.
///
/// Events are published to a topic, such as a job's id or a room's code; a hub for one stream alone leaves it out.
/// ```swift
/// let hub = EventHub()                              // one for each family of streams
/// try await hub.run()                               // heartbeats, until cancelled
///
/// hub.publish(ServerSentEvent(id: "7", name: "progress", data: json), to: job.id)   // from anywhere; never waits
/// hub.finish(job.id)                                // the streams end behind what was published
///
/// Route(.get, "/api/jobs/{id}/events/") { request in
///     let listener = try hub.listen(to: id, after: request.fields[.lastEventID])
///     // Whatever is published from here on waits for the listener, so nothing is lost while the state is read.
///     let job = try await jobs.find(id)
///     if job.isFinished { return .events([event(of: job)]) }
///     return listener.response(first: listener.missed ?? [event(of: job)])
/// }
/// ```
/// Each listener has a bounded queue. One that reads too slowly to keep it from overflowing is dropped: its stream
/// breaks off, and it comes back with `Last-Event-ID` for what it missed. Publish the events of a topic in the order of
/// their ids.
package final class EventHub: Sendable {
    package struct Limits: Sendable {
        /// Events that wait for one listener before it is dropped.
        package var queue = 256
        /// Events of a topic kept for those who come back with `Last-Event-ID`.
        package var history = 256
        /// Topics that nobody listens to whose events are kept; the longest unused are forgotten first.
        package var quietTopics = 1000
        package var listeners = 10_000
        /// Streams of listeners under one name; zero sets no such cap.
        package var streamsPerName = 0
        /// The pause between comments that keep a quiet stream open.
        package var heartbeat = Duration.seconds(15)
        /// How long a client is asked to wait before it comes back.
        package var retry = Duration.seconds(3)

        package init() {}
    }

    /// Why somebody cannot listen.
    package enum Refused: Error, Hashable {
        /// As many listen as may; to be told with 503.
        case tooManyListeners
        /// This one listens as often as it may; to be told with 429.
        case tooManyStreams(limit: Int)
    }

    private struct Topic {
        var queues: [ObjectIdentifier: EventQueue] = [:]
        var history = EventHistory()
        /// When it was last published to or listened to, counted in such uses.
        var lastUse = 0
    }

    private struct State {
        var topics: [String: Topic] = [:]
        var listeners = 0
        var streamsByName: [String: Int] = [:]
        var uses = 0
    }

    private let state = Mutex(State())
    package let limits: Limits

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// All listeners of all topics.
    package var listenerCount: Int { state.withLock { $0.listeners } }

    // MARK: - Publishing

    /// Hands an event to the queue of each of the topic's listeners. It is encoded once.
    ///
    /// Those named `sender` get `echo` in its place, or nothing.
    package func publish(
        _ event: ServerSentEvent, to topic: String = "", except sender: String? = nil,
        echo: ServerSentEvent? = nil
    ) {
        let encoded = EncodedEvent(event)
        let own = echo.map(EncodedEvent.init)
        // Listeners are woken under the lock, so that all of them see all events in one order.
        state.withLock { state in
            use(topic, &state) { topic in
                topic.history.append(encoded, limit: limits.history)
                for queue in topic.queues.values {
                    if sender == nil || queue.name != sender {
                        queue.append(encoded)
                    } else if let own {
                        queue.append(own)
                    }
                }
            }
        }
    }

    /// Ends the topic's streams behind what was published, and forgets its events.
    package func finish(_ topic: String = "") {
        state.withLock { state in
            guard let ended = state.topics.removeValue(forKey: topic) else { return }
            for queue in ended.queues.values {
                queue.finish()
                uncount(queue, &state)
            }
        }
    }

    /// Ends the streams of those named `name`, behind what was published.
    package func finish(_ topic: String, as name: String) {
        state.withLock { state in
            for queue in (state.topics[topic]?.queues ?? [:]).values where queue.name == name {
                queue.finish()
            }
        }
    }

    /// Who listens to each topic.
    package var audience: [(topic: String, names: Set<String>)] {
        state.withLock { state in
            state.topics.map { topic, value in
                (topic, Set(value.queues.values.compactMap(\.name)))
            }
        }
    }

    /// Sends every heartbeat until cancelled.
    package func run() async throws {
        while true {
            try await Task.sleep(for: limits.heartbeat)
            beat()
        }
    }

    /// Sends a comment to everyone whose queue is empty.
    package func beat() {
        state.withLock { state in
            for topic in state.topics.values {
                for queue in topic.queues.values { queue.beat() }
            }
        }
    }

    // MARK: - Listening

    /// Joins a topic's listeners: every event published from now on will come.
    ///
    /// - Parameters:
    ///   - id: the last event that the client has, as its `Last-Event-ID` says.
    ///   - name: who listens, for `except` and for the cap on streams.
    package func listen(
        to topic: String = "", after id: String? = nil, as name: String? = nil
    ) throws(Refused) -> EventListener {
        let joined = state.withLock { state -> Result<EventListener, Refused> in
            guard state.listeners < limits.listeners else { return .failure(.tooManyListeners) }
            if let name {
                let limit = limits.streamsPerName
                guard limit == 0 || state.streamsByName[name, default: 0] < limit else {
                    return .failure(.tooManyStreams(limit: limit))
                }
                state.streamsByName[name, default: 0] += 1
            }
            state.listeners += 1
            let queue = EventQueue(topic: topic, name: name, limit: limits.queue)
            let missed = use(topic, &state) { topic in
                topic.queues[ObjectIdentifier(queue)] = queue
                return id.flatMap { topic.history.after($0) }
            }
            return .success(EventListener(hub: self, queue: queue, missed: missed))
        }
        return try joined.get()
    }

    /// A stream of a topic that has no state but its events: those after the request's `Last-Event-ID`, as far as they
    /// are kept, and all from now on; 503 when there are too many listeners.
    package func response(to request: Request, topic: String = "") -> Response {
        do {
            let listener = try listen(to: topic, after: request.fields[.lastEventID])
            return listener.response(first: listener.missed ?? [])
        } catch {
            var response = Response.text("There are too many listeners.\n")
            response.status = .serviceUnavailable
            response.fields[.retryAfter] = "5"
            return response
        }
    }

    func leave(_ queue: EventQueue) {
        state.withLock { state in
            let queues = state.topics[queue.topic]?.queues
            // A finished topic has let its listeners go; a new one of its name is not theirs.
            guard queues?[ObjectIdentifier(queue)] != nil else { return }
            uncount(queue, &state)
            use(queue.topic, &state) { $0.queues[ObjectIdentifier(queue)] = nil }
        }
    }

    private func uncount(_ queue: EventQueue, _ state: inout State) {
        state.listeners -= 1
        guard let name = queue.name else { return }
        let left = state.streamsByName[name, default: 1] - 1
        state.streamsByName[name] = left == 0 ? nil : left
    }

    private func use<Result>(
        _ name: String, _ state: inout State, _ body: (inout Topic) -> Result
    ) -> Result {
        state.uses += 1
        let result = body(&state.topics[name, default: Topic()])
        state.topics[name]?.lastUse = state.uses
        if let topic = state.topics[name], topic.queues.isEmpty {
            if topic.history.isEmpty { state.topics[name] = nil } else { forget(&state) }
        }
        return result
    }

    /// Forgets the older half of what nobody listens to, once there is twice as much as is to be kept.
    private func forget(_ state: inout State) {
        guard state.topics.count > 2 * limits.quietTopics else { return }
        let quiet = state.topics.filter { $0.value.queues.isEmpty }
            .sorted { $0.value.lastUse < $1.value.lastUse }
        for (name, _) in quiet.dropLast(limits.quietTopics) { state.topics[name] = nil }
    }
}

/// An event as it is sent; listeners share its bytes.
struct EncodedEvent: Sendable {
    let event: ServerSentEvent
    let bytes: [UInt8]
    var id: String? { event.id }

    init(_ event: ServerSentEvent) {
        self.event = event
        bytes = event.encoded
    }
}

/// The last events of a topic.
private struct EventHistory {
    private var kept: [ServerSentEvent] = []
    private var oldest = 0

    var isEmpty: Bool { kept.isEmpty }

    /// Only events with an id can be asked for again.
    mutating func append(_ event: EncodedEvent, limit: Int) {
        guard event.id != nil, limit > 0 else { return }
        if kept.count < limit {
            kept.append(event.event)
        } else {
            kept[oldest] = event.event
            oldest = (oldest + 1) % limit
        }
    }

    /// Nil for an id that is not kept (any more).
    func after(_ id: String) -> [ServerSentEvent]? {
        let ordered = kept[oldest...] + kept[..<oldest]
        guard let index = ordered.lastIndex(where: { $0.id == id }) else { return nil }
        return Array(ordered[(index + 1)...])
    }
}
