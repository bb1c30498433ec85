import Domain
import HTTP
import Testing

/// Records as they are listed, read and removed (§2 and §4.2).
@Suite struct ReadingTests {
    private static let list = "/api/photo-analysis/"
    private static let recent = "/api/photo-analysis/recent/"

    @Test func `row 49: recent records, and what may not be asked`() async throws {
        try await TestDaemon.run { daemon in
            let anonymous =
                #"{"fingerprint":["This field is required for anonymous users."]}"#
            for path in [Self.list, Self.recent, Self.recent + "?fingerprint="] {
                let answer = try await daemon.get(path)
                #expect(answer.status == 400 && answer.text == anonymous)
            }
            let number = #"{"limit":["A valid integer is required."]}"#
            let positive = #"{"limit":["Ensure this value is greater than or equal to 1."]}"#
            for (limit, text) in [
                ("abc", number), ("", number), ("1.5", number), ("0", positive),
                ("-1", positive), ("-99999999999999999999", positive),
            ] {
                let answer = try await daemon.get(Self.recent + "?limit=\(limit)", as: "F1")
                #expect(answer.status == 400 && answer.text == text, "\(limit)")
            }
            for number in 0..<52 {
                _ = try await daemon.record(Picture.unique(number), as: "F1")
                daemon.clock.advance(1)
            }
            for (query, count) in [
                ("", 10), ("?limit=3", 3), ("?limit=500", 50), ("?limit=99999999999999999999", 50),
            ] {
                let answer = try await daemon.get(Self.recent + query, as: "F1")
                #expect(answer.json.array?.count == count)
            }
            let first = try await daemon.get(Self.recent + "?limit=1&fingerprint=F1")
            #expect(
                first["0"]?.object?.map(\.key) == [
                    "id", "suggestion_count", "ai_vision_model", "times_used", "username",
                    "created_at",
                ])
            #expect(first["0.suggestion_count"]?.int == 10)
            #expect(first["0.created_at"]?.string == "2026-03-01T12:00:51.000Z")
        }
    }

    @Test func `a record is new when it became the caller's, once`() async throws {
        try await TestDaemon.run { daemon in
            let first = try await daemon.record(Picture.unique(1), as: "F1")
            daemon.clock.advance(1)
            let second = try await daemon.record(Picture.unique(2), as: "F2")
            daemon.clock.advance(1)
            _ = try await daemon.record(Picture.unique(1), as: "F2")
            daemon.clock.advance(1)
            for _ in 0..<2 { _ = try await daemon.record(Picture.unique(2), as: "F2") }
            let recent = try await daemon.get(Self.recent, as: "F2")
            #expect(recent.json.array?.map { $0["id"]?.string } == [first, second])
        }
    }

    @Test func `row 50: pages of fifty`() async throws {
        try await TestDaemon.run { daemon in
            let empty = try await daemon.get(Self.list, as: "F9")
            #expect(empty.text == #"{"count":0,"next":null,"previous":null,"results":[]}"#)
            for number in 0..<51 { _ = try await daemon.record(Picture.unique(number), as: "F1") }
            let first = try await daemon.get(Self.list, as: "F1")
            #expect(
                first.json.object?.map(\.key) == ["count", "next", "previous", "results"])
            #expect(first["count"]?.int == 51 && first["results"]?.array?.count == 50)
            #expect(first["next"]?.string == "\(daemon.url)/api/photo-analysis/?page=2")
            #expect(first["previous"] == .null)
            let second = try await daemon.get(first["next"]?.string ?? "", as: "F1")
            #expect(second["results"]?.array?.count == 1 && second["next"] == .null)
            #expect(second["previous"]?.string == "\(daemon.url)/api/photo-analysis/?page=1")
            for page in ["9", "0", "-1", "x", ""] {
                let none = try await daemon.get(Self.list + "?page=\(page)", as: "F1")
                #expect(none.status == 404 && none.text == #"{"detail":"Invalid page."}"#)
            }
        }
    }

    @Test func `row 51: strangers, viewers and owners remove what is theirs`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            _ = try await daemon.upload(Picture.unique(1), as: "F2")
            let path = Self.list + id + "/"
            for stranger in [Asker("F3"), .nobody] {
                let answer = try await daemon.send(.delete, path, as: stranger)
                #expect(answer.status == 404 && answer.text == #"{"detail":"Not found."}"#)
            }
            let viewer = try await daemon.send(.delete, path, as: "F2")
            #expect(viewer.status == 204 && viewer.body.isEmpty)
            #expect(try await daemon.get(path, as: "F2").status == 404)
            #expect(try await daemon.get(path, as: "F1").status == 200)
            #expect(daemon.files().count == 2)
            let owner = try await daemon.send(.delete, path + "?fingerprint=F1")
            #expect(owner.status == 204)
            for gone in [path, path + "image/", path + "image/?size=thumb"] {
                #expect(try await daemon.get(gone, as: "F1").status == 404)
            }
            #expect(daemon.files().isEmpty)
            #expect(try await daemon.send(.delete, path, as: "F1").status == 404)
            let again = try await daemon.upload(Picture.unique(1), as: "F1")
            #expect(again.status == 201 && again["analysis.id"]?.string != id)
        }
    }

    @Test func `copies have files of their own`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_PERCEPTUAL_REUSE": "true"]) { daemon in
            let scene = Picture.scene(3)
            let first = try await daemon.record(scene.jpeg(), as: "F1")
            let copy = try await daemon.record(scene.jpeg(quality: 70), as: "F1")
            _ = try await daemon.send(.delete, Self.list + first + "/", as: "F1")
            let detail = try await daemon.get(Self.list + copy + "/", as: "F1")
            #expect(detail.status == 200)
            #expect(detail["reused_from"]?.string != first)
            #expect(try await daemon.get(Self.list + copy + "/image/").status == 200)
            // What is gone is copied no more.
            _ = try await daemon.send(.delete, Self.list + copy + "/", as: "F1")
            let third = try await daemon.upload(scene.jpeg(quality: 71), as: "F1")
            #expect(third["analysis.reused_from"] == .null)
        }
    }

    @Test func `an account's name is for the account and for admins`() async throws {
        try await TestDaemon.run { daemon in
            let ann = Asker.token(try await daemon.account("ann@example.org"))
            let admin = Asker.token(try await daemon.account("root@example.org", role: .admin))
            let bob = Asker.token(try await daemon.account("bob@example.org"))
            let upload = try await daemon.upload(Picture.unique(1), as: ann)
            #expect(upload["analysis.username"]?.string == "ann")
            let path = Self.list + (upload["analysis.id"]?.string ?? "") + "/"
            #expect(try await daemon.get(path, as: ann)["username"]?.string == "ann")
            #expect(try await daemon.get(path, as: admin)["username"]?.string == "ann")
            #expect(try await daemon.get(path, as: bob).status == 404)
            let viewer = try await daemon.upload(Picture.unique(1), as: bob)
            #expect(viewer.status == 200 && viewer["analysis.username"] == .null)
            #expect(try await daemon.get(Self.recent, as: bob)["0.username"] == .null)
            #expect(try await daemon.get(Self.recent, as: ann)["0.username"]?.string == "ann")
            // What an account uploaded is never reached by a fingerprint that came along.
            let form = Form(Picture.unique(2), as: "F1")
            let own = try await daemon.upload(form, as: ann)
            let ownPath = Self.list + (own["analysis.id"]?.string ?? "") + "/"
            #expect(try await daemon.get(ownPath, as: "F1").status == 404)
            #expect(try await daemon.get(Self.recent, as: "F1").text == "[]")
            #expect(try await daemon.send(.delete, ownPath, as: admin).status == 204)
        }
    }

    @Test func `every path has HEAD, and every answer a request id`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            for path in [Self.list, Self.recent, Self.list + id + "/", "/healthz"] {
                let get = try await daemon.get(path, as: "F1")
                let head = try await daemon.send(.head, path, as: "F1")
                #expect(head.status == 200 && head.body.isEmpty)
                #expect(head[.contentLength] == "\(get.body.count)")
                #expect(get[.xRequestID]?.isEmpty == false)
            }
            for (sent, isKept) in [
                ("a.B_9-", true), (String(repeating: "x", count: 64), true),
                (String(repeating: "x", count: 65), false), ("with space", false), ("é", false),
            ] {
                let answer = try await daemon.get("/api/chats/none/", fields: [.xRequestID: sent])
                #expect((answer[.xRequestID] == sent) == isKept, "\(sent)")
            }
        }
    }
}
