import Synchronization

/// One stream of server-sent events for any number of listeners, none of whom can hold up the others.
///
/// ```swift
/// let hub = EventHub()
/// Route(.get, "/events/") { request in hub.response(to: request) }
/// hub.publish(ServerSentEvent(id: "7", data: "…"))   // from anywhere; never waits
/// try await hub.run()                                // heartbeats, until cancelled
/// ```
/// Each listener has a bounded queue. One that reads too slowly to keep it from overflowing is dropped: its stream
/// breaks off, and it comes back with `Last-Event-ID` for what it missed.
package final class EventHub: Sendable {
    package struct Limits: Sendable {
        /// Events that wait for one listener before it is dropped.
        package var queue = 256
        /// Events kept for those who come back with `Last-Event-ID`.
        package var history = 256
        package var listeners = 10_000
        /// The pause between comments that keep a quiet stream open.
        package var heartbeat = Duration.seconds(15)

        package init() {}
    }

    private struct State {
        var listeners: [ObjectIdentifier: EventQueue] = [:]
        var history = EventHistory()
    }

    private let state = Mutex(State())
    package let limits: Limits

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    package var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// Hands an event to every listener's queue. It is encoded once.
    package func publish(_ event: ServerSentEvent) {
        let bytes = event.encoded
        // Listeners are woken under the lock, so that all of them see all events in one order.
        state.withLock { state in
            state.history.append(event.id, bytes, limit: limits.history)
            for queue in state.listeners.values { queue.append(bytes) }
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
            for queue in state.listeners.values { queue.beat() }
        }
    }

    /// A stream of all events from now on, preceded by those after the request's `Last-Event-ID`; 503 when there are
    /// too many listeners.
    ///
    /// An id that is no longer kept replays nothing. The stream ends when its task is cancelled, as the server does
    /// when it stops.
    package func response(to request: Request) -> Response {
        guard let queue = join(after: request.fields[.lastEventID]) else {
            var response = Response.text("There are too many listeners.\n")
            response.status = .serviceUnavailable
            response.fields[.retryAfter] = "5"
            return response
        }
        let membership = Membership(hub: self, queue: queue)
        return .events { writer in
            defer { membership.end() }
            while let bytes = try await queue.next() { try await writer.write(bytes) }
        }
    }

    private func join(after id: String?) -> EventQueue? {
        state.withLock { state in
            guard state.listeners.count < limits.listeners else { return nil }
            let missed = id.map { state.history.after($0) } ?? []
            let queue = EventQueue(limit: limits.queue, missed: missed)
            state.listeners[ObjectIdentifier(queue)] = queue
            return queue
        }
    }

    private func leave(_ queue: EventQueue) {
        state.withLock { state in
            _ = state.listeners.removeValue(forKey: ObjectIdentifier(queue))
        }
    }

    /// Ends with the stream, or with a response that was never sent.
    private final class Membership: Sendable {
        private let hub: EventHub
        private let queue: EventQueue

        init(hub: EventHub, queue: EventQueue) {
            self.hub = hub
            self.queue = queue
        }

        deinit { end() }

        func end() { hub.leave(queue) }
    }
}

/// The last events of a stream.
private struct EventHistory {
    private var kept: [(id: String, bytes: [UInt8])] = []
    private var oldest = 0

    /// Only events with an id can be asked for again.
    mutating func append(_ id: String?, _ bytes: [UInt8], limit: Int) {
        guard let id, limit > 0 else { return }
        if kept.count < limit {
            kept.append((id, bytes))
        } else {
            kept[oldest] = (id, bytes)
            oldest = (oldest + 1) % limit
        }
    }

    func after(_ id: String) -> [[UInt8]] {
        let ordered = kept[oldest...] + kept[..<oldest]
        guard let index = ordered.lastIndex(where: { $0.id == id }) else { return [] }
        return ordered[(index + 1)...].map(\.bytes)
    }
}

/// What waits for one listener.
private final class EventQueue: Sendable {
    private struct State {
        var bytes: [UInt8]
        var count: Int
        var isDropped = false
        var isCancelled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let limit: Int

    /// What was missed goes out first and does not count against the limit.
    init(limit: Int, missed: [[UInt8]]) {
        self.limit = limit
        state = Mutex(State(bytes: Array(missed.joined()), count: 0))
    }

    func append(_ bytes: [UInt8]) {
        wake { state in
            guard !state.isDropped else { return }
            if state.count == limit {
                state.isDropped = true
                state.bytes = []
            } else {
                state.count += 1
                if state.bytes.isEmpty { state.bytes = bytes } else { state.bytes += bytes }
            }
        }
    }

    func beat() {
        wake { state in
            if state.bytes.isEmpty && !state.isDropped { state.bytes = ServerSentEvent.heartbeat }
        }
    }

    /// Everything that waits, in one piece; nil once the stream is to end. Throws when the listener was too slow.
    func next() async throws -> [UInt8]? {
        while true {
            let ready = state.withLock { state -> [UInt8]? in
                defer {
                    state.bytes = []
                    state.count = 0
                }
                return state.bytes.isEmpty ? nil : state.bytes
            }
            if let ready { return ready }
            if state.withLock({ $0.isDropped }) { throw EventHub.Dropped() }
            if state.withLock({ $0.isCancelled }) || Task.isCancelled { return nil }
            await wait()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isLate = state.withLock { state in
                    let isLate = state.isDropped || state.isCancelled || !state.bytes.isEmpty
                    if !isLate { state.waiter = waiter }
                    return isLate
                }
                if isLate { waiter.resume() }
            }
        } onCancel: {
            wake { $0.isCancelled = true }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension EventHub {
    /// Breaks the stream of a listener that was too slow off.
    struct Dropped: Error {}
}
