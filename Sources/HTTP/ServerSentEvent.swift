/// One event of a `text/event-stream` (the HTML standard, section 9.2).
package struct ServerSentEvent: Hashable, Sendable {
    /// What a client that comes back sends as `Last-Event-ID`.
    package let id: String?
    package let name: String?
    package let data: String

    package init(id: String? = nil, name: String? = nil, data: String) {
        self.id = id
        self.name = name
        self.data = data
    }

    /// A comment that keeps proxies from closing a quiet stream.
    package static let heartbeat = Array(": \n\n".utf8)

    /// The event as it is sent, its data cut into lines and line breaks elsewhere removed.
    package var encoded: [UInt8] {
        var text = ""
        if let id { text += "id: \(ServerSentEvent.oneLine(id))\n" }
        if let name { text += "event: \(ServerSentEvent.oneLine(name))\n" }
        for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isLineBreak) {
            text += "data: \(line)\n"
        }
        return Array((text + "\n").utf8)
    }

    private static func oneLine(_ text: String) -> String {
        text.filter { !$0.isLineBreak && $0 != "\0" }
    }
}

extension Character {
    fileprivate var isLineBreak: Bool {
        self == "\n" || self == "\r" || self == "\r\n"
    }
}

extension Response {
    /// A stream of server-sent events that no cache or proxy holds back; `EventListener` makes those that go on.
    ///
    /// When the server stops, the task that runs the closure is cancelled: end the stream then.
    package static func events(
        _ produce: @escaping @Sendable (any ResponseWriter) async throws -> Void
    ) -> Response {
        var response = Response.stream(type: "text/event-stream", produce)
        response.fields[.cacheControl] = "no-cache"
        response.fields["X-Accel-Buffering"] = "no"
        return response
    }

    /// A stream of events that is complete.
    package static func events(_ events: [ServerSentEvent]) -> Response {
        .events { try await $0.write(events.flatMap(\.encoded)) }
    }
}
