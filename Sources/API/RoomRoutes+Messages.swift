import Domain
import HTTP
import Services

/// Messages, and the stream of what happens in a room.
extension RoomRoutes {
    private static let contentLimit = 2000
    private static let pageLimit = (usual: 50, most: 100)

    func messages(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        var errors: [(field: String, message: String)] = []
        let limit = request.limit(
            usual: Self.pageLimit.usual, most: Self.pageLimit.most, &errors)
        let cursors = ["before", "after"].filter { request.query[$0] != nil }
        var place = MessagePage.Place.latest
        if cursors.count > 1 {
            errors.append(("non_field_errors", "Use before or after, not both."))
        } else if let name = cursors.first {
            if let cursor = request.query[name].flatMap(Self.cursor) {
                place = name == "before" ? .before(cursor) : .after(cursor)
            } else {
                errors.append((name, "Invalid cursor."))
            }
        }
        guard errors.isEmpty else { throw Refused(.fieldErrors(errors)) }
        do {
            let page = try await rooms.messages(
                in: request.code, place, limit: limit, for: caller)
            return .json(Self.json(page, for: caller))
        } catch RoomService.Refusal.invalidCursor {
            return .fieldErrors([(cursors.first ?? "before", "Invalid cursor.")])
        }
    }

    /// A cursor is a message's place in its room; clients are told that it is opaque.
    private static func cursor(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return Int(text)
    }

    private static func json(_ page: MessagePage, for caller: Caller) -> [UInt8] {
        JSONWriter.object { json in
            json.array("results") { json in
                for message in page.results {
                    let isOwn = message.author.identity == caller.identity
                    json.object { RoomEncoder.message(message, isOwn: isOwn, into: &$0) }
                }
            }
            json.field("older", page.older.map { String($0) })
            json.field("newer", page.newer.map { String($0) })
        }
    }

    func write(_ request: Request) async throws -> Response {
        var (caller, body) = try await read(request)
        let content = body.requiredText("content", limit: Self.contentLimit) { text in
            String(String.UnicodeScalarView(text.unicodeScalars.filter(Self.isKept)))
        }
        try body.check()
        guard let content else { return .notFoundDetail }
        let asked = caller
        return try await idempotent.run(request, by: caller, content: body.encoded) {
            let written = try await rooms.post(content, in: request.code, by: asked)
            var response = Response.json(
                JSONWriter.object { json in
                    RoomEncoder.message(written.message, isOwn: true, into: &json)
                }, status: .created)
            response.add([written.standing], window: RoomService.messageWindow)
            return response
        }
    }

    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || scalar == "\n" || scalar.properties.generalCategory != .control
    }

    func events(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        let listener: EventListener
        do throws(EventHub.Refused) {
            listener = try streams.hub.listen(
                to: request.code, as: caller.identity?.key ?? "a:" + caller.network)
        } catch {
            return .refusing(error)
        }
        let last = request.fields[.lastEventID] ?? request.query["last_event_id"]
        let snapshot = try await rooms.snapshot(
            request.code, after: last?.lowercased(), for: caller)
        return listener.response(first: RoomStreams.opening(snapshot, for: caller))
    }
}

extension Response {
    /// 429 for a member who writes too much.
    static func tooFast(retryAfter wait: Int) -> Response {
        limited("You are sending messages too quickly.", retryAfter: wait)
    }

    fileprivate static func refusing(_ refusal: EventHub.Refused) -> Response {
        switch refusal {
        case .tooManyStreams(let limit):
            return limited("At most \(limit) streams may be open at a time.", retryAfter: 5)
        case .tooManyListeners:
            var response = Response.detail(.serviceUnavailable, "There are too many listeners.")
            response.fields[.retryAfter] = "5"
            return response
        }
    }
}
