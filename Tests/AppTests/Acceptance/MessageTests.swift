import Domain
import HTTP
import Testing

/// Writing and reading messages (§10.4).
@Suite struct MessageTests {
    static let path = "/api/chats/discover/fishing/messages/"

    /// A daemon with the room `fishing`, which F1 has opened as Ann.
    static func withRoom(_ body: (TestDaemon) async throws -> Void) async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1))
            _ = try await daemon.post(
                "/api/chats/create-from-photo/", as: "F1",
                #"{"photo_analysis_id":"\#(id)","room_code":"fishing","display_name":"Ann"}"#)
            try await body(daemon)
        }
    }

    /// Writes as F1, a minute's worth at a time.
    static func write(_ numbers: ClosedRange<Int>, _ daemon: TestDaemon) async throws {
        for number in numbers {
            let answer = try await daemon.post(path, as: "F1", #"{"content":"\#(number)"}"#)
            #expect(answer.status == 201)
            if number % 30 == 0 { daemon.clock.advance(60) }
        }
    }

    private static func contents(_ page: Answer) -> [String] {
        page["results"]?.array?.compactMap { $0["content"]?.string } ?? []
    }

    @Test func `row 54: messages are written and read in pages without overlap`() async throws {
        try await Self.withRoom { daemon in
            let empty = try await daemon.get(Self.path)
            #expect(empty.text == #"{"results":[],"older":null,"newer":null}"#)
            let first = try await daemon.post(Self.path, as: "F1", #"{"content":" Hi,\tall\n"}"#)
            #expect(first.status == 201)
            #expect(
                first.json.object?.map(\.key)
                    == ["id", "room_code", "member", "content", "created_at", "is_own"])
            #expect(first["content"]?.string == "Hi,\tall")
            #expect(first["room_code"]?.string == "fishing" && first["is_own"] == .bool(true))
            #expect(
                first["member"]?.object?.map(\.key) == ["id", "display_name", "is_anonymous"])
            #expect(first["member.display_name"]?.string == "Ann")
            #expect(first["created_at"]?.string == "2026-03-01T12:00:00.000Z")
            #expect(!first.text.contains("F1"))
            try await Self.write(2...25, daemon)
            let expected = ["Hi,\tall"] + (2...25).map(String.init)

            var backward: [String] = []
            var page = try await daemon.get(Self.path + "?limit=7")
            #expect(page.json.object?.map(\.key) == ["results", "older", "newer"])
            let newest = page["newer"]?.string
            while true {
                backward = Self.contents(page) + backward
                guard let older = page["older"]?.string else { break }
                // A message that comes in between shifts nothing.
                daemon.clock.advance(61)
                _ = try await daemon.post(Self.path, as: "F1", #"{"content":"later"}"#)
                page = try await daemon.get(Self.path + "?limit=7&before=\(older)")
            }
            #expect(backward == expected)

            var forward = backward.count
            var cursor = newest ?? ""
            for _ in 0..<5 {
                let page = try await daemon.get(Self.path + "?limit=2&after=\(cursor)", as: "F1")
                forward += Self.contents(page).count
                cursor = page["newer"]?.string ?? ""
            }
            #expect(forward == 28)
            #expect(
                try await daemon.get("/api/chats/discover/fishing/")["message_count"]?.int == 28)

            let long = String(repeating: "é", count: 2001)
            let refused = try await daemon.post(Self.path, as: "F1", #"{"content":"\#(long)"}"#)
            #expect(refused.status == 400)
            #expect(
                refused.text
                    == #"{"content":["Ensure this field has no more than 2000 characters."]}"#)
            let stranger = try await daemon.post(Self.path, as: "F2", #"{"content":"x"}"#)
            #expect(stranger.status == 403)
            #expect(stranger.text == #"{"detail":"You are not a member of this room."}"#)
        }
    }

    @Test func `a page at either end leads back to the others`() async throws {
        try await Self.withRoom { daemon in
            try await Self.write(1...5, daemon)
            let latest = try await daemon.get(Self.path + "?limit=2")
            let older = latest["older"]?.string ?? ""
            let middle = try await daemon.get(Self.path + "?limit=2&before=\(older)")
            #expect(Self.contents(middle) == ["2", "3"])
            let back = try await daemon.get(
                Self.path + "?after=\(middle["newer"]?.string ?? "")")
            #expect(Self.contents(back) == ["4", "5"])
            let end = try await daemon.get(Self.path + "?after=\(back["newer"]?.string ?? "")")
            #expect(Self.contents(end).isEmpty && end["newer"] == back["newer"])
            let again = try await daemon.get(
                Self.path + "?limit=1&before=\(end["older"]?.string ?? "")")
            #expect(Self.contents(again) == ["5"])
            let all = try await daemon.get(Self.path + "?limit=1000")
            #expect(Self.contents(all) == ["1", "2", "3", "4", "5"] && all["older"] == .null)
        }
    }

    @Test(arguments: [
        ("limit=abc", #"{"limit":["A valid integer is required."]}"#),
        ("limit=", #"{"limit":["A valid integer is required."]}"#),
        ("limit=0", #"{"limit":["Ensure this value is greater than or equal to 1."]}"#),
        ("before=x", #"{"before":["Invalid cursor."]}"#),
        ("before=", #"{"before":["Invalid cursor."]}"#),
        ("after=-1", #"{"after":["Invalid cursor."]}"#),
        ("after=99999999999999999999", #"{"after":["Invalid cursor."]}"#),
        ("after=9", #"{"after":["Invalid cursor."]}"#),
        ("before=1&after=1", #"{"non_field_errors":["Use before or after, not both."]}"#),
        (
            "limit=x&before=y",
            #"{"limit":["A valid integer is required."],"before":["Invalid cursor."]}"#
        ),
    ])
    func `a page that cannot be is refused`(query: String, body: String) async throws {
        try await Self.withRoom { daemon in
            let answer = try await daemon.get(Self.path + "?" + query)
            #expect(answer.status == 400 && answer.text == body)
        }
    }

    @Test func `what is no message is refused, and what is invisible is left out`() async throws {
        try await Self.withRoom { daemon in
            let cases = [
                ("{}", "This field is required."),
                (#"{"content":" \n\t"}"#, "This field may not be blank."),
                (#"{"content":"\u0000\u0007\u0085"}"#, "This field may not be blank."),
                (#"{"content":null}"#, "This field may not be null."),
                (#"{"content":7}"#, "Not a valid string."),
            ]
            for (body, message) in cases {
                let answer = try await daemon.post(Self.path, as: "F1", body)
                #expect(answer.text == #"{"content":["\#(message)"]}"#)
            }
            let limit = String(repeating: "😀", count: 2000)
            #expect(
                try await daemon.post(Self.path, as: "F1", #"{"content":"\u001b\#(limit)\r"}"#)
                    .status == 201)
            let plain = try await daemon.post(
                Self.path, as: "F1", #"{"content":"a\u0000\r\nb\u007f\t<b>c\u009b</b>"}"#)
            #expect(plain["content"]?.string == "a\nb\t<b>c</b>")
            let nobody = try await daemon.post(Self.path, #"{"content":"x"}"#)
            #expect(
                nobody.text == #"{"fingerprint":["This field is required for anonymous users."]}"#)
            for verb in [HTTP.Method.get, .post] {
                let unknown = try await daemon.send(
                    verb, "/api/chats/discover/nope/messages/", as: "F1",
                    fields: [.contentType: "application/json"],
                    body: verb == .post ? Array(#"{"content":"x"}"#.utf8) : [])
                #expect(unknown.status == 404 && unknown.text == #"{"detail":"Not found."}"#)
            }
        }
    }

    @Test func `thirty messages a minute, and the next when the first is a minute old`()
        async throws
    {
        try await Self.withRoom { daemon in
            for number in 1...30 {
                daemon.clock.advance(1)
                let answer = try await daemon.post(Self.path, as: "F1", #"{"content":"x"}"#)
                #expect(answer.status == 201)
                #expect(answer[.xRateLimitRemaining] == String(30 - number))
                #expect(answer[.rateLimitPolicy] == #""member";q=30;w=60"#)
            }
            let refused = try await daemon.post(Self.path, as: "F1", #"{"content":"x"}"#)
            #expect(refused.status == 429 && refused[.retryAfter] == "31")
            #expect(
                refused.text == #"{"error":"Rate limit exceeded","#
                    + #""detail":"You are sending messages too quickly.","retry_after":31}"#)
            _ = try await daemon.send(
                .post, "/api/chats/discover/fishing/join/", as: "F2",
                fields: [.contentType: "application/json"], body: Array("{}".utf8))
            #expect(try await daemon.post(Self.path, as: "F2", #"{"content":"x"}"#).status == 201)
            daemon.clock.advance(30.9)
            #expect(try await daemon.post(Self.path, as: "F1", #"{"content":"x"}"#).status == 429)
            daemon.clock.advance(0.1)
            #expect(try await daemon.post(Self.path, as: "F1", #"{"content":"x"}"#).status == 201)
            #expect(try await daemon.post(Self.path, as: "F1", #"{"content":"x"}"#).status == 429)
        }
    }

    @Test func `messages written at once get places of their own`() async throws {
        try await Self.withRoom { daemon in
            let answers = try await DuplicateTests.atOnce(20) { number in
                try await daemon.post(Self.path, as: "F1", #"{"content":"\#(number)"}"#)
            }
            #expect(answers.allSatisfy { $0.status == 201 })
            let page = try await daemon.get(Self.path)
            #expect(Set(Self.contents(page)).count == 20)
            let one = try await daemon.post(
                Self.path, as: "F1", fields: [.idempotencyKey: "k"], #"{"content":"once"}"#)
            let two = try await daemon.post(
                Self.path, as: "F1", fields: [.idempotencyKey: "k"], #"{"content":"once"}"#)
            #expect(one.text == two.text && two.status == 201)
            let room = try await daemon.get("/api/chats/discover/fishing/")
            #expect(room["message_count"]?.int == 21)
        }
    }
}
