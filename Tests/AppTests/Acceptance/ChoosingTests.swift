import Domain
import HTTP
import Testing

/// Choosing a suggestion and so opening or joining its room (§10.2).
@Suite struct ChoosingTests {
    private static let roomKeys = [
        "id", "code", "name", "description", "host", "url", "access_mode", "voice_enabled",
        "video_enabled", "photo_enabled", "theme", "theme_locked", "message_count", "is_active",
        "created_at", "active_users", "online",
    ]

    @Test func `row 36: a suggestion is chosen, again, and another one`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            daemon.clock.advance(5)
            let first = try await daemon.choose("old-boats", from: id, as: "F1")
            #expect(first.status == 201)
            let json = first.json
            #expect(json.object?.map(\.key) == ["created", "chat_room", "message", "member"])
            #expect(json["created"] == .bool(true))
            #expect(json["message"]?.string == "Chat room created successfully")
            #expect(json["chat_room"]?.object?.map(\.key) == Self.roomKeys)
            #expect(first["chat_room.code"]?.string == "old-boats")
            #expect(first["chat_room.name"]?.string == "Old Boats")
            #expect(first["chat_room.description"]?.string == "About Old Boats.")
            #expect(first["chat_room.url"]?.string == "/chat/discover/old-boats")
            #expect(first["chat_room.host.username"]?.string == "Tintype")
            #expect(first["chat_room.active_users"]?.int == 1)
            #expect(
                json["member"]?.object?.map(\.key)
                    == ["id", "display_name", "is_anonymous", "joined_at", "last_seen_at"])
            #expect(first["member.display_name"]?.string?.hasPrefix("Guest-") == true)
            daemon.clock.advance(5)
            let again = try await daemon.choose("old-boats", from: id, as: "F1")
            #expect(again.status == 200 && again.json["created"] == .bool(false))
            #expect(again["message"]?.string == "Joined existing chat room")
            #expect(again["member.id"] == first["member.id"])
            daemon.clock.advance(5)
            _ = try await daemon.choose("fishing", from: id, as: "F1")
            let detail = try await daemon.get("/api/photo-analysis/\(id)/", as: "F1")
            #expect(detail["times_used"]?.int == 3)
            #expect(detail["selected_suggestion_code"]?.string == "fishing")
            #expect(detail["selected_at"]?.string == "2026-03-01T12:00:15.000Z")
            #expect(detail["updated_at"]?.string == "2026-03-01T12:00:15.000Z")
        }
    }

    @Test func `row 37: ten choosers at once open one room`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1))
            let answers = try await DuplicateTests.atOnce(10) { number in
                try await daemon.choose("fishing", from: id, as: .fingerprint("F\(number)"))
            }
            #expect(answers.count { $0.status == 201 } == 1)
            #expect(answers.count { $0.status == 200 } == 9)
            #expect(Set(answers.compactMap { $0["chat_room.id"]?.string }).count == 1)
            #expect(Set(answers.compactMap { $0["member.id"]?.string }).count == 10)
            let room = try await daemon.get("/api/chats/discover/fishing/")
            #expect(room["active_users"]?.int == 10)
            let detail = try await daemon.get("/api/photo-analysis/\(id)/")
            #expect(detail["times_used"]?.int == 10)
        }
    }

    @Test func `row 38: what cannot be chosen is said, and nothing is recorded`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            let unknown = "00000000-0000-4000-8000-000000000000"
            let cases = [
                (
                    "{}",
                    #"{"photo_analysis_id":["This field is required."],"#
                        + #""room_code":["This field is required."]}"#
                ),
                (
                    #"{"photo_analysis_id":"7","room_code":" "}"#,
                    #"{"photo_analysis_id":["Must be a valid UUID."],"#
                        + #""room_code":["This field may not be blank."]}"#
                ),
                (
                    #"{"photo_analysis_id":"","room_code":"fishing"}"#,
                    #"{"photo_analysis_id":["Must be a valid UUID."]}"#
                ),
                (
                    #"{"photo_analysis_id":12,"room_code":"fishing"}"#,
                    #"{"photo_analysis_id":["Must be a valid UUID."]}"#
                ),
                (
                    #"{"photo_analysis_id":"\#(unknown)","room_code":"fishing"}"#,
                    #"{"photo_analysis_id":["Photo analysis not found"]}"#
                ),
                (
                    #"{"photo_analysis_id":"\#(id)","room_code":"\#(String(repeating: "x", count: 101))"}"#,
                    #"{"room_code":["Ensure this field has no more than 100 characters."]}"#
                ),
                (
                    #"{"photo_analysis_id":"\#(id)","room_code":"nope"}"#,
                    #"{"non_field_errors":["Invalid room selection. Room code 'nope' is not in the "#
                        + #"list of suggestions or similar rooms for this photo analysis."]}"#
                ),
                ("[1]", nil), ("{", #"{"detail":"JSON parse error."}"#),
            ]
            for (body, expected) in cases {
                let answer = try await daemon.post(
                    "/api/chats/create-from-photo/", as: "F1", body)
                #expect(answer.status == 400, "\(body)")
                if let expected { #expect(answer.text == expected) }
            }
            let foreign = try await daemon.choose("fishing", from: id, as: "F2")
            #expect(foreign.text == #"{"photo_analysis_id":["Photo analysis not found"]}"#)
            let blank = try await daemon.post(
                "/api/chats/create-from-photo/", as: "F1",
                #"{"photo_analysis_id":"\#(id)","room_code":"fishing","fingerprint":" "}"#)
            #expect(blank.text == #"{"fingerprint":["This field may not be blank."]}"#)
            let detail = try await daemon.get("/api/photo-analysis/\(id)/", as: "F1")
            #expect(detail["times_used"]?.int == 0 && detail["selected_at"] == .null)
            #expect(try await daemon.get("/api/chats/discover/fishing/").status == 404)
        }
    }

    @Test func `a room that is closed, or private and not joined, is not available`() async throws {
        try await TestDaemon.run { daemon in
            let admin = Asker.token(try await daemon.account("a@example.org", role: .admin))
            let id = try await daemon.record(Picture.unique(1))
            for (code, change) in [
                ("fishing", #"{"is_active":false}"#), ("old-boats", #"{"access_mode":"private"}"#),
            ] {
                _ = try await daemon.choose(code, from: id, as: "F1")
                let changed = try await daemon.send(
                    .patch, "/api/chats/discover/\(code)/", as: admin,
                    fields: [.contentType: "application/json"], body: Array(change.utf8))
                #expect(changed.status == 200)
                let refused = try await daemon.choose(code, from: id, as: "F2")
                #expect(
                    refused.text
                        == #"{"non_field_errors":["Chat room '\#(code)' is not available."]}"#)
            }
            #expect(try await daemon.choose("old-boats", from: id, as: "F1").status == 200)
            #expect(try await daemon.choose("fishing", from: id, as: "F1").status == 400)
            let detail = try await daemon.get("/api/photo-analysis/\(id)/")
            #expect(detail["times_used"]?.int == 3)
        }
    }

    @Test func `who has neither account nor fingerprint opens a room without being in it`()
        async throws
    {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1))
            let answer = try await daemon.choose("fishing", from: id, as: .nobody)
            #expect(answer.status == 201 && answer["member"] == .null)
            #expect(answer["chat_room.active_users"]?.int == 0)
        }
    }

    @Test func `the fingerprint of the body goes before the header's`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            let answer = try await daemon.post(
                "/api/chats/create-from-photo", as: "F2",
                #"{"photo_analysis_id":"\#(id.uppercased())","room_code":"fishing","#
                    + #""fingerprint":"F1","display_name":" Ann "}"#)
            #expect(answer.status == 201 && answer["member.display_name"]?.string == "Ann")
        }
    }
}
