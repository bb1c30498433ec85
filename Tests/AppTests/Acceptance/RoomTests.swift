import Domain
import HTTP
import Testing

/// Rooms, and being in them (§10.1 and §10.3).
@Suite struct RoomTests {
    /// A daemon with the room `fishing`, which F1 has opened.
    private static func withRoom(
        _ body: (TestDaemon, _ admin: Asker) async throws -> Void
    ) async throws {
        try await TestDaemon.run { daemon in
            let admin = Asker.token(try await daemon.account("a@example.org", role: .admin))
            let id = try await daemon.record(Picture.unique(1))
            _ = try await daemon.choose("fishing", from: id, as: "F1")
            try await body(daemon, admin)
        }
    }

    private static let path = "/api/chats/discover/fishing/"

    private static func patch(
        _ json: String, _ daemon: TestDaemon, as asker: Asker
    ) async throws -> Answer {
        try await daemon.send(
            .patch, path, as: asker, fields: [.contentType: "application/json"],
            body: Array(json.utf8))
    }

    @Test func `a room is read by anybody, and tells the caller's place`() async throws {
        try await Self.withRoom { daemon, _ in
            let stranger = try await daemon.get(Self.path)
            #expect(stranger.status == 200 && stranger["member"] == .null)
            #expect(stranger["online"]?.int == 1)
            daemon.clock.advance(100)
            let later = try await daemon.get(Self.path)
            #expect(later["online"]?.int == 0 && later["active_users"]?.int == 1)
            let member = try await daemon.get(Self.path + "?fingerprint=F1")
            #expect(member["online"]?.int == 1)
            #expect(member["member.last_seen_at"]?.string == "2026-03-01T12:01:40.000Z")
            daemon.clock.advance(25 * 3600)
            #expect(try await daemon.get(Self.path)["active_users"]?.int == 0)
            let head = try await daemon.send(.head, Self.path)
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test func `joining is new once, and again after leaving`() async throws {
        try await Self.withRoom { daemon, _ in
            let joined = try await daemon.post(Self.path + "join/", as: "F2", "{}")
            #expect(joined.status == 201)
            #expect(joined.json.object?.map(\.key) == ["member", "chat_room"])
            #expect(joined["chat_room.active_users"]?.int == 2)
            #expect(joined["member.is_anonymous"] == .bool(true))
            let named = try await daemon.post(
                Self.path + "join/", as: "F2", #"{"display_name":" Zoë "}"#)
            #expect(named.status == 200 && named["member.display_name"]?.string == "Zoë")
            #expect(named["member.id"] == joined["member.id"])
            let left = try await daemon.send(.post, Self.path + "leave/", as: "F2")
            #expect(left.status == 204 && left.body.isEmpty)
            #expect(try await daemon.send(.post, Self.path + "leave", as: "F2").status == 204)
            #expect(try await daemon.send(.post, Self.path + "leave/", as: "F9").status == 204)
            #expect(try await daemon.get(Self.path)["active_users"]?.int == 1)
            let back = try await daemon.post(Self.path + "join/", as: "F2", "")
            #expect(back.status == 201 && back["member.display_name"]?.string == "Zoë")
        }
    }

    @Test func `names have rules`() async throws {
        try await Self.withRoom { daemon, _ in
            let forty = String(repeating: "é", count: 40)
            _ = try await daemon.post(
                Self.path + "join/", as: "F2", #"{"display_name":"Ann"}"#)
            let cases = [
                (#""  ""#, "This field may not be blank."),
                (#""\#(forty)x""#, "Ensure this field has no more than 40 characters."),
                (#""aNN""#, "This name is taken in this room."), ("7", "Not a valid string."),
            ]
            for (name, message) in cases {
                let answer = try await daemon.post(
                    Self.path + "join/", as: "F3", #"{"display_name":\#(name)}"#)
                #expect(answer.status == 400)
                #expect(answer.text == #"{"display_name":["\#(message)"]}"#)
            }
            let control = try await daemon.post(
                Self.path + "join/", as: "F3", #"{"display_name":"a\u0007b"}"#)
            #expect(control.status == 400 && control["display_name"] != nil)
            let long = try await daemon.post(
                Self.path + "join/", as: "F3", #"{"display_name":"\#(forty)"}"#)
            #expect(long.status == 201)
            // Who has left gives the name free, and gets another one on coming back.
            _ = try await daemon.send(.post, Self.path + "leave/", as: "F2")
            let heir = try await daemon.post(
                Self.path + "join/", as: "F4", #"{"display_name":"Ann"}"#)
            #expect(heir.status == 201)
            let back = try await daemon.post(Self.path + "join/", as: "F2", "{}")
            #expect(back["member.display_name"]?.string?.hasPrefix("Guest-") == true)
        }
    }

    @Test func `an account is never shown by its name`() async throws {
        try await Self.withRoom { daemon, _ in
            let bob = Asker.token(try await daemon.account("bob@example.org"))
            let joined = try await daemon.post(Self.path + "join/", as: bob, "{}")
            #expect(joined["member.display_name"]?.string?.hasPrefix("Guest-") == true)
            #expect(joined["member.is_anonymous"] == .bool(false))
            #expect(!joined.text.contains("bob"))
        }
    }

    @Test func `membership needs somebody`() async throws {
        try await Self.withRoom { daemon, _ in
            let message = #"{"fingerprint":["This field is required for anonymous users."]}"#
            for verb in ["join", "heartbeat", "leave"] {
                let answer = try await daemon.post(Self.path + verb + "/", "{}")
                #expect(answer.status == 400 && answer.text == message)
            }
            let stranger = try await daemon.post(Self.path + "heartbeat/", as: "F2", "{}")
            #expect(stranger.status == 403)
            #expect(stranger.text == #"{"detail":"You are not a member of this room."}"#)
            daemon.clock.advance(60)
            let beat = try await daemon.post(
                Self.path + "heartbeat/", as: "F1", #"{"typing":true}"#)
            #expect(
                beat.text == #"{"last_seen_at":"2026-03-01T12:01:00.000Z","active_users":1,"#
                    + #""online":1}"#)
            let wrong = try await daemon.post(
                Self.path + "heartbeat/", as: "F1", #"{"typing":"yes"}"#)
            #expect(wrong.status == 400)
            let media = try await daemon.send(
                .post, Self.path + "join/", as: "F1", fields: [.contentType: "text/plain"],
                body: [65])
            #expect(
                media.text == #"{"detail":"Unsupported media type \"text/plain\" in request."}"#)
        }
    }

    @Test func `only admins change a room`() async throws {
        try await Self.withRoom { daemon, admin in
            let anonymous = try await Self.patch("{}", daemon, as: "F1")
            #expect(anonymous.status == 401)
            #expect(
                anonymous.text == #"{"detail":"Authentication credentials were not provided."}"#)
            let user = Asker.token(try await daemon.account("u@example.org", role: .supervisor))
            let refused = try await Self.patch("{}", daemon, as: user)
            #expect(refused.status == 403)
            #expect(
                refused.text
                    == #"{"detail":"You do not have permission to perform this action."}"#)
            let wrong = try await Self.patch(#"{"access_mode":"secret"}"#, daemon, as: admin)
            #expect(wrong.text == #"{"access_mode":["\"secret\" is not a valid choice."]}"#)
            let hidden = try await Self.patch(#"{"access_mode":"private"}"#, daemon, as: admin)
            #expect(hidden.status == 200 && hidden["access_mode"]?.string == "private")
            #expect(hidden["member"] == nil)
            for (asker, status) in [(Asker("F1"), 200), ("F2", 404), (admin, 200), (user, 404)] {
                #expect(try await daemon.get(Self.path, as: asker).status == status)
            }
            #expect(try await daemon.post(Self.path + "join/", as: "F2", "{}").status == 404)
            _ = try await Self.patch(#"{"is_active":false}"#, daemon, as: admin)
            for (asker, status) in [(Asker("F1"), 404), (admin, 200)] {
                #expect(try await daemon.get(Self.path, as: asker).status == status)
            }
            let beat = try await daemon.post(Self.path + "heartbeat/", as: "F1", "{}")
            #expect(beat.status == 404 && beat.text == #"{"detail":"Not found."}"#)
        }
    }

    @Test func `a body of more than a mebibyte is too much`() async throws {
        try await Self.withRoom { daemon, _ in
            let long = #"{"display_name":"\#(String(repeating: "x", count: 1 << 20))"}"#
            let answer = try await daemon.post(Self.path + "join/", as: "F1", long)
            #expect(answer.status == 413 && answer.json.object?.map(\.key) == ["detail"])
            let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
            let nested = try await daemon.post(
                Self.path + "join/", as: "F1", #"{"x":\#(deep)}"#)
            #expect(nested.status == 400)
        }
    }
}
