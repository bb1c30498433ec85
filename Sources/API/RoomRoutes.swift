import Domain
import HTTP
import Services

/// `/api/chats/`: rooms that photos lead to.
package struct RoomRoutes: Sendable {
    let rooms: RoomService
    let streams: RoomStreams
    let frontend: Frontend
    let idempotent: Idempotent
    let bodyLimit: Int

    package init(
        rooms: RoomService, streams: RoomStreams, frontend: Frontend,
        idempotency: IdempotencyService, bodyLimit: Int
    ) {
        self.rooms = rooms
        self.streams = streams
        self.frontend = frontend
        self.bodyLimit = bodyLimit
        idempotent = Idempotent(service: idempotency)
    }

    package var routes: [Route] {
        [
            Route(.post, "/api/chats/create-from-photo/", answering(choose)),
            Route(.get, "/api/chats/discover/{code}/", answering(room)),
            Route(.patch, "/api/chats/discover/{code}/", answering(change)),
            Route(.post, "/api/chats/discover/{code}/join/", answering(join)),
            Route(.post, "/api/chats/discover/{code}/heartbeat/", answering(heartbeat)),
            Route(.post, "/api/chats/discover/{code}/leave/", answering(leave)),
            Route(.get, "/api/chats/discover/{code}/messages/", answering(messages)),
            Route(.post, "/api/chats/discover/{code}/messages/", answering(write)),
            Route(.get, "/api/chats/discover/{code}/events/", answering(events)),
        ]
    }

    // MARK: - Choosing

    private func choose(_ request: Request) async throws -> Response {
        var (caller, body) = try await read(request)
        let photo = body.requiredUUID("photo_analysis_id")
        let code = body.requiredText("room_code", limit: 100)
        let name = Self.displayName(&body)
        try body.check()
        guard let photo, let code else { return .notFoundDetail }
        let asked = caller
        return try await idempotent.run(request, by: caller, content: body.encoded) {
            let chosen: (isNew: Bool, view: RoomService.RoomView)
            do {
                chosen = try await rooms.choose(
                    code: code, from: photo, displayName: name, by: asked)
            } catch let refusal as RoomService.Refusal {
                throw Self.choosing(refusal, code: code)
            }
            let json = JSONWriter.object { json in
                json.field("created", chosen.isNew)
                json.object("chat_room") { RoomEncoder.room(chosen.view, into: &$0) }
                json.field(
                    "message",
                    chosen.isNew
                        ? "Chat room created successfully" : "Joined existing chat room")
                RoomEncoder.member(chosen.view.member, into: &json)
            }
            return .json(json, status: chosen.isNew ? .created : .ok)
        }
    }

    private static func choosing(_ refusal: RoomService.Refusal, code: String) -> any Error {
        switch refusal {
        case .photoNotFound:
            Refused(.fieldErrors([("photo_analysis_id", "Photo analysis not found")]))
        case .notSelectable:
            Refused(
                .fieldErrors([
                    (
                        "non_field_errors",
                        "Invalid room selection. Room code '\(code)' is not in the list of "
                            + "suggestions or similar rooms for this photo analysis."
                    )
                ]))
        case .notAvailable:
            Refused(
                .fieldErrors([("non_field_errors", "Chat room '\(code)' is not available.")]))
        default: refusal
        }
    }

    // MARK: - Rooms and members

    private func room(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        let view = try await rooms.room(request.code, for: caller)
        return .json(
            JSONWriter.object { json in
                RoomEncoder.room(view, into: &json)
                RoomEncoder.member(view.member, into: &json)
            })
    }

    private func change(_ request: Request) async throws -> Response {
        let caller = try frontend.authenticate(request)
        guard caller.user != nil else { throw Refused(.accountNeeded) }
        guard caller.isAdmin else { throw Refused(.permissionDenied) }
        var body = try await JSONBody(request, limit: bodyLimit)
        let access = body.optionalChoice(
            "access_mode", of: Room.Access.allCases.map(\.rawValue))
        let isActive = body.optionalBool("is_active")
        try body.check()
        _ = try await rooms.change(
            request.code, access: access.flatMap(Room.Access.init(rawValue:)),
            isActive: isActive, by: caller)
        let view = try await rooms.room(request.code, for: caller)
        return .json(JSONWriter.object { RoomEncoder.room(view, into: &$0) })
    }

    private func join(_ request: Request) async throws -> Response {
        var (caller, body) = try await read(request)
        let name = Self.displayName(&body)
        try body.check()
        let asked = caller
        return try await idempotent.run(request, by: caller, content: body.encoded) {
            let joined = try await rooms.join(request.code, displayName: name, as: asked)
            let json = JSONWriter.object { json in
                RoomEncoder.member(joined.view.member, into: &json)
                json.object("chat_room") { RoomEncoder.room(joined.view, into: &$0) }
            }
            return .json(json, status: joined.isNew ? .created : .ok)
        }
    }

    private func heartbeat(_ request: Request) async throws -> Response {
        var (caller, body) = try await read(request)
        let isTyping = body.optionalBool("typing") ?? false
        try body.check()
        let view = try await rooms.heartbeat(request.code, isTyping: isTyping, from: caller)
        return .json(
            JSONWriter.object { json in
                json.field("last_seen_at", view.member?.lastSeenAt)
                json.field("active_users", view.presence.activeUsers)
                json.field("online", view.presence.online)
            })
    }

    private func leave(_ request: Request) async throws -> Response {
        let (caller, body) = try await read(request)
        try body.check()
        try await rooms.leave(request.code, as: caller)
        return Response(.noContent)
    }

    // MARK: - Parts of requests and answers

    /// The caller, with the fingerprint of the body before that of the header, and the body.
    func read(_ request: Request) async throws -> (caller: Caller, body: JSONBody) {
        var caller = try frontend.authenticate(request)
        var body = try await JSONBody(request, limit: bodyLimit)
        caller.fingerprint = body.optionalText("fingerprint", limit: Fingerprint.maximumLength)
        if caller.fingerprint == nil, body.errors.isEmpty {
            caller = try frontend.addingFingerprint(to: caller, request)
        }
        return (caller, body)
    }

    private static func displayName(_ body: inout JSONBody) -> String? {
        guard let name = body.optionalText("display_name", limit: 40) else { return nil }
        let isPrintable = name.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control
        }
        if !isPrintable {
            body.complain("display_name", "Control characters are not allowed.")
        }
        return name
    }

    /// Turns the refusals of rooms into the family's answers.
    private func answering(_ handler: @escaping Handler) -> Handler {
        { request in
            do {
                return try await handler(request)
            } catch let refusal as RoomService.Refusal {
                return switch refusal {
                case .notFound: .notFoundDetail
                case .notAMember:
                    .detail(.forbidden, "You are not a member of this room.")
                case .fingerprintNeeded: .fingerprintNeeded
                case .nameTaken:
                    .fieldErrors([("display_name", "This name is taken in this room.")])
                case .tooFast(let wait): .tooFast(retryAfter: wait)
                case .photoNotFound, .notSelectable, .notAvailable, .invalidCursor:
                    .notFoundDetail
                }
            }
        }
    }
}

extension Request {
    /// The room's code in the path.
    var code: String { parameters["code"] ?? "" }
}
