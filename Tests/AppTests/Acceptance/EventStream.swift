import HTTP
import HTTPClient
import Synchronization

/// A client that listens to a stream of server-sent events.
final class EventStream: Sendable {
    /// One event as it came.
    struct Event: Equatable, CustomStringConvertible {
        var id: String?
        var name: String?
        var data: String

        var json: JSONValue { (try? JSONValue(parsing: Array(data.utf8))) ?? .null }
        /// The event's name, with the type of a change of presence.
        var kind: String { (name ?? "") + (json["type"]?.string.map { ":" + $0 } ?? "") }
        var description: String { "\(kind) \(data)" }
    }

    private struct State {
        var text = ""
        var status: Int?
        var isOver = false
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())
    private let client = HTTPClient()

    init(_ url: String, fields: Fields = [:]) {
        var request = ClientRequest(.get, url, fields: fields)
        request.timeout = nil
        let task = Task { [self] in
            let answer = try? await client.send(request) { [weak self] response, bytes in
                guard let self else { return false }
                state.withLock { state in
                    state.status = response.status.code
                    state.text += String(decoding: bytes, as: UTF8.self)
                }
                return true
            }
            state.withLock { state in
                state.status = state.status ?? answer?.status.code
                state.isOver = true
            }
        }
        state.withLock { $0.task = task }
    }

    /// Hangs up.
    func close() {
        state.withLock { $0.task }?.cancel()
    }

    var text: String { state.withLock { $0.text } }
    var status: Int? { state.withLock { $0.status } }
    var isOver: Bool { state.withLock { $0.isOver } }

    /// The complete events so far.
    var events: [Event] {
        let blocks = text.split(separator: "\n\n", omittingEmptySubsequences: false).dropLast()
        return blocks.compactMap { block in
            var event = Event(data: "")
            var hasData = false
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { continue }
                switch parts[0] {
                case "id": event.id = parts[1]
                case "event": event.name = parts[1]
                case "data":
                    event.data += parts[1]
                    hasData = true
                default: break
                }
            }
            return hasData ? event : nil
        }
    }

    var kinds: [String] { events.map(\.kind) }

    /// Waits until so many events have come; false after five seconds.
    func has(_ count: Int) async throws -> Bool {
        try await eventually { events.count >= count }
    }

    func ends() async throws -> Bool {
        try await eventually { isOver }
    }
}

extension TestDaemon {
    /// Listens to a room and returns once its first event is there, or the answer that was given instead.
    func listen(
        _ room: String = "fishing", as asker: Asker = .nobody, query: String = "",
        fields: Fields = [:]
    ) async throws -> EventStream {
        var all = asker.fields
        for field in fields { all[field.name] = field.value }
        let stream = EventStream(
            "\(url)/api/chats/discover/\(room)/events/\(query)", fields: all)
        _ = try await eventually { !stream.events.isEmpty || stream.isOver }
        return stream
    }
}
