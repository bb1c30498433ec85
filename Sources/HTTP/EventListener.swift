import Synchronization

/// One place among the listeners of a topic. It is given up with the stream, or with a listener that nobody uses.
package final class EventListener: Sendable {
    private let hub: EventHub
    private let queue: EventQueue
    /// What was published since the event that the client named; nil when it named none, or one that is not kept any
    /// more: then only the state as a whole can bring it up to date.
    package let missed: [ServerSentEvent]?

    init(hub: EventHub, queue: EventQueue, missed: [ServerSentEvent]?) {
        self.hub = hub
        self.queue = queue
        self.missed = missed
    }

    deinit { hub.leave(queue) }

    /// The stream: the given events, then what is published. What is in both, by its id, is sent once.
    ///
    /// It ends when the topic is finished, and when its task is cancelled, as the server does when it stops or the
    /// client goes away. To be asked for once.
    package func response(first: [ServerSentEvent] = []) -> Response {
        let milliseconds = Int(hub.limits.retry / .milliseconds(1))
        let opening = Array("retry: \(milliseconds)\n\n".utf8) + first.flatMap(\.encoded)
        queue.skip(Set(first.compactMap(\.id)))
        return .events { [self] writer in
            defer { hub.leave(queue) }
            try await writer.write(opening)
            while let bytes = try await queue.next() { try await writer.write(bytes) }
        }
    }
}

/// What waits for one listener.
final class EventQueue: Sendable {
    private struct State {
        /// From `sent` on; those before it are out.
        var events: [EncodedEvent] = []
        var sent = 0
        /// The ids of events that the listener has already.
        var known: Set<String> = []
        var needsBeat = false
        var isDropped = false
        /// Nothing more will come.
        var isFinished = false
        var waiter: CheckedContinuation<Void, Never>?

        var isIdle: Bool { events.isEmpty && !needsBeat && !isDropped && !isFinished }
    }

    private enum Step {
        case send([UInt8])
        case wait, end, drop
    }

    /// What leaves in one piece at most: more would only wait in the listener's socket.
    private static let pieceBytes = 64 * 1024

    let topic: String
    let name: String?
    private let limit: Int
    private let state = Mutex(State())

    init(topic: String, name: String?, limit: Int) {
        self.topic = topic
        self.name = name
        self.limit = limit
    }

    func append(_ event: EncodedEvent) {
        wake { state in
            if let id = event.id, state.known.remove(id) != nil { return }
            guard !state.isDropped, !state.isFinished else { return }
            if state.events.count - state.sent == limit {
                state.isDropped = true
                state.events = []
                state.sent = 0
            } else {
                state.events.append(event)
            }
        }
    }

    /// Keeps events from being sent that the listener gets otherwise, whether they wait already or are still to come.
    func skip(_ ids: Set<String>) {
        state.withLock { state in
            state.known = ids
            state.events.removeAll { event in
                event.id.map { state.known.remove($0) != nil } ?? false
            }
        }
    }

    func beat() {
        wake { state in
            if state.isIdle { state.needsBeat = true }
        }
    }

    /// The stream ends behind what waits.
    func finish() {
        wake { $0.isFinished = true }
    }

    /// What waits, in one piece; nil once the stream is to end. Throws when the listener was too slow.
    func next() async throws -> [UInt8]? {
        while true {
            switch state.withLock({ Self.step(&$0) }) {
            case .send(let bytes): return bytes
            case .end: return nil
            case .drop: throw EventHub.Dropped()
            case .wait: await wait()
            }
        }
    }

    private static func step(_ state: inout State) -> Step {
        if state.isDropped { return .drop }
        guard !state.events.isEmpty else {
            if state.isFinished || Task.isCancelled { return .end }
            guard state.needsBeat else { return .wait }
            state.needsBeat = false
            return .send(ServerSentEvent.heartbeat)
        }
        var piece = state.events[state.sent].bytes
        state.sent += 1
        while state.sent < state.events.count, piece.count < pieceBytes {
            piece += state.events[state.sent].bytes
            state.sent += 1
        }
        if state.sent == state.events.count {
            state.events.removeAll(keepingCapacity: true)
            state.sent = 0
        }
        return .send(piece)
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isLate = state.withLock { state in
                    guard state.isIdle && !Task.isCancelled else { return true }
                    state.waiter = waiter
                    return false
                }
                if isLate { waiter.resume() }
            }
        } onCancel: {
            wake { _ in }
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
