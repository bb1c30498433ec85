import Domain
import Foundation
import HTTP
import Testing

/// The gallery's records over a real socket.
@Suite(.timeLimit(.minutes(2))) struct GalleryTests {
    static let path = "/v1/gallery/"
    static let id = "8d76bd3a-053e-4bb5-a2ab-ce147e53f40c"
    static let url = "https://res.example.com/demo/8D76BD3A-053E-4bb5-a2ab-ce147e53f40c.jpg"

    @Test func `row 1: an empty list has the five keys, with and without its slash`() async throws {
        try await TestDaemon.run { daemon in
            for path in [Self.path, "/v1/gallery"] {
                let answer = try await daemon.get(path)
                #expect(answer.status == 200)
                #expect(
                    answer.text
                        == #"{"success":true,"data":[],"message":"Images retrieved successfully","code":1000,"result":[]}"#
                )
                #expect(answer[.totalCount] == "0")
            }
        }
    }

    @Test func `row 2: the id is the URL's in lower case, the metadata are what was sent`()
        async throws
    {
        try await TestDaemon.run { daemon in
            let metadata = #"{"b":[1,2.50,{"x":null}],"a":"ü","session_id":"s"}"#
            let answer = try await daemon.create(metadata: metadata)
            #expect(answer.status == 201)
            #expect(answer["message"]?.string == "Image created successfully")
            #expect(answer["data.image_id"]?.string == Self.id)
            #expect(answer.text.contains(#""metadata":\#(metadata),"created_at""#))
            #expect(answer["data"] == answer["result"])
            #expect(
                answer["data"]?.object?.map(\.key) == [
                    "image_id", "user_id", "image_url", "refined_prompt", "intent", "metadata",
                    "created_at", "updated_at", "deleted_at", "is_deleted", "tags", "view_count",
                    "last_viewed_at", "ingest",
                ])
            let list = try await daemon.get(Self.path)
            #expect(
                list["data.0"]?.object?.map(\.key) == [
                    "image_id", "user_id", "image_url", "refined_prompt", "intent", "created_at",
                    "deleted_at", "is_deleted", "tags", "view_count", "thumbnail_url",
                ])
        }
    }

    @Test func `row 3: a repeated request brings the record up to date`() async throws {
        try await TestDaemon.run { daemon in
            let first = try await daemon.create(
                #""refined_prompt":"one","intent":"i","tags":[" B ","a","b"]"#)
            #expect(first["data.tags"] == .array([.string("b"), .string("a")]))
            daemon.clock.advance(5)
            let second = try await daemon.create(#""refined_prompt":"two""#)
            #expect(second.status == 200)
            #expect(second[.replay] == "true")
            #expect(second["message"]?.string == "Image created successfully")
            #expect(second["data.image_id"]?.string == Self.id)
            #expect(second["data.created_at"] == first["data.created_at"])
            #expect(second["data.updated_at"] != first["data.updated_at"])
            #expect(second["data.refined_prompt"]?.string == "two")
            #expect(second["data.intent"]?.string == "i")
            #expect(second["data.tags"] == first["data.tags"])
            daemon.clock.advance(5)
            let third = try await daemon.create(#""refined_prompt":"two""#)
            #expect(third["data"] == second["data"])
            #expect(try await daemon.get(Self.path)["data"]?.array?.count == 1)
        }
    }

    @Test func `row 4: of twenty at once one creates`() async throws {
        try await TestDaemon.run { daemon in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await daemon.create().status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(statuses.filter { $0 == 200 }.count == 19)
            #expect(try await daemon.get(Self.path)[.totalCount] == "1")
        }
    }

    @Test func `row 5: a URL without a UUID has the id of its name`() async throws {
        try await TestDaemon.run { daemon in
            for status in [201, 200] {
                let answer = try await daemon.create(url: "https://example.com/a.jpg")
                #expect(answer.status == status)
                #expect(
                    answer["data.image_id"]?.string == "0af39f86-695f-5b4f-8503-15ef9f8ea23c")
            }
        }
    }

    @Test func `row 6: an id that another user holds is refused`() async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create(#""refined_prompt":"mine""#)
            let before = try await daemon.get(Self.path)
            let answer = try await daemon.create(user: "bob", #""refined_prompt":"stolen""#)
            #expect(answer.status == 409)
            #expect(
                answer.text
                    == #"{"success":false,"data":null,"message":"Image already exists for another user","code":9999,"result":null}"#
            )
            #expect(try await daemon.get(Self.path).body == before.body)
            #expect(try await daemon.create(user: "ADA").status == 200)
        }
    }

    @Test(arguments: [
        (#"{"image_url":"\#(url)"}"#, "user_id", "This field is required."),
        (#"{"user_id":"ada"}"#, "image_url", "This field is required."),
        (#"{"user_id":"ada","image_url":"ftp://a/b"}"#, "image_url", "Enter a valid URL."),
        (#"{"user_id":"ada","image_url":""}"#, "image_url", "This field may not be blank."),
        (#"{"user_id":"ada","image_url":7}"#, "image_url", "Not a valid string."),
        (#"{"user_id":" ","image_url":"\#(url)"}"#, "user_id", "This field may not be blank."),
        (
            #"{"user_id":"\#(String(repeating: "ü", count: 256))","image_url":"\#(url)"}"#,
            "user_id", "Ensure this field has no more than 255 characters."
        ),
        (
            #"{"user_id":"ada","image_url":"http://a/\#(String(repeating: "x", count: 1024))"}"#,
            "image_url", "Ensure this field has no more than 1024 characters."
        ),
        (
            #"{"user_id":"ada","image_url":"\#(url)","refined_prompt":5}"#, "refined_prompt",
            "Not a valid string."
        ),
        (#"{"user_id":"ada","image_url":"\#(url)","prompt":5}"#, "prompt", "Not a valid string."),
        (
            #"{"user_id":"ada","image_url":"\#(url)","intent":"\#(String(repeating: "x", count: 101))"}"#,
            "intent", "Ensure this field has no more than 100 characters."
        ),
        (
            #"{"user_id":"ada","image_url":"\#(url)","ingest":"perhaps"}"#, "ingest",
            "Must be a valid boolean."
        ),
        (
            #"{"user_id":"ada","image_url":"\#(url)","tags":"a"}"#, "tags",
            "Expected a list of items."
        ),
        (
            #"{"user_id":"ada","image_url":"\#(url)","tags":[\#(Array(repeating: "\"a\"", count: 33).joined(separator: ","))]}"#,
            "tags", "Ensure this field has no more than 32 elements."
        ),
        (
            #"{"user_id":"ada","image_url":"\#(url)","tags":[" "]}"#, "tags",
            "This field may not be blank."
        ),
        (
            #"{"user_id":"ada","image_url":"\#(url)","metadata":[],"session_id":"s"}"#, "metadata",
            "Must be an object when session_id or message_id is given."
        ),
        (
            #"{"user_id":"ada","image_url":"\#(url)","metadata":"\#(String(repeating: "x", count: 65_535))"}"#,
            "metadata", "Ensure this field has no more than 65536 bytes."
        ),
    ])
    func `row 7: what is wrong is said of its field`(
        json: String, field: String, message: String
    ) async throws {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.post(Self.path, json)
            #expect(answer.status == 400)
            #expect(answer["message"]?.string == "Validation failed")
            #expect(answer["code"]?.int == 9999)
            #expect(answer["data"]?.isNull == true)
            #expect(answer["result.\(field)"] == .array([.string(message)]), "\(answer.text)")
            #expect(try await daemon.get(Self.path)[.totalCount] == "0")
        }
    }

    @Test func `row 7: null prompt and intent are taken, and so are empty ones`() async throws {
        try await TestDaemon.run { daemon in
            let null = try await daemon.create(
                #""refined_prompt":null,"intent":null,"metadata":null"#)
            #expect(null.status == 201)
            #expect(null["data.refined_prompt"]?.isNull == true)
            #expect(null["data.metadata"] == .object([]))
            let empty = try await daemon.create(#""refined_prompt":"","intent":"""#)
            #expect(empty["data.intent"]?.string == "")
        }
    }

    @Test func `row 8: bodies of either kind, and those that are none`() async throws {
        try await TestDaemon.run { daemon in
            let broken = try await daemon.post(Self.path, #"{"user_id":"#)
            #expect(broken.status == 400)
            #expect(broken["message"]?.string == "An error occurred")
            #expect(broken["result.detail"]?.string == "JSON parse error.")
            let form = try await daemon.send(
                .post, Self.path, fields: [.contentType: "application/x-www-form-urlencoded"],
                body: Array(
                    "user_id=ada&image_url=http%3A%2F%2Fa%2Fb&prompt=p+q&tags=%5B%22X%22%5D&metadata=%7B%22a%22%3A1%7D&other=1"
                        .utf8))
            #expect(form.status == 201)
            #expect(form["data.refined_prompt"]?.string == "p q")
            #expect(form["data.tags"] == .array([.string("x")]))
            #expect(form["data.metadata.a"]?.int == 1)
            let unknown = try await daemon.create(#""prompt":"alone","colour":"red""#)
            #expect(unknown.status == 201)
            #expect(unknown["data.refined_prompt"]?.string == "alone")
            let both = try await daemon.create(#""prompt":"x","refined_prompt":"y""#)
            #expect(both["data.refined_prompt"]?.string == "y")
            let text = try await daemon.send(
                .post, Self.path, fields: [.contentType: "text/plain"], body: Array("x".utf8))
            #expect(text.status == 415)
            #expect(text["success"]?.bool == false)
            let large = try await daemon.send(
                .post, Self.path, fields: [.contentType: "application/json"],
                body: [UInt8](repeating: 0x20, count: (1 << 20) + 1))
            #expect(large.status == 413)
            #expect(large["code"]?.int == 9999)
        }
    }

    @Test func `row 9: lists by owner, intent, tag, session and message`() async throws {
        try await TestDaemon.run { daemon in
            for (number, user) in ["ada", "bob", "ada"].enumerated() {
                daemon.clock.advance(1)
                _ = try await daemon.create(
                    user: user, url: "http://a/\(number)",
                    #""intent":"i\#(number % 2)","tags":["T\#(number)"],"session_id":"s\#(number)","message_id":\#(number)"#
                )
            }
            for (query, urls) in [
                ("", [2, 1, 0]), ("?user_id=ada", [2, 0]), ("?user_id=nobody", []),
                ("?intent=i0", [2, 0]), ("?intent=i1&user_id=ada", []), ("?tag=t1", [1]),
                ("?session_id=s0", [0]), ("?message_id=2", [2]), ("?tag=t1&intent=i1", [1]),
            ] {
                let answer = try await daemon.get(Self.path + query)
                let found = answer["data"]?.array?.compactMap { $0["image_url"]?.string }
                #expect(found == urls.map { "http://a/\($0)" }, "\(query)")
                #expect(answer[.totalCount] == "\(urls.count)")
            }
        }
    }

    @Test func `row 10: pages`() async throws {
        try await TestDaemon.run { daemon in
            for number in 0..<5 {
                daemon.clock.advance(1)
                _ = try await daemon.create(url: "http://a/\(number)")
            }
            let page = try await daemon.get(Self.path + "?limit=2&offset=1")
            #expect(
                page["data"]?.array?.compactMap { $0["image_url"]?.string }
                    == ["http://a/3", "http://a/2"])
            #expect(page[.totalCount] == "5")
            for (query, field) in [
                ("limit=0", "limit"), ("limit=x", "limit"), ("limit=1001", "limit"),
                ("offset=-1", "offset"), ("offset=x", "offset"),
                ("limit=99999999999999999999", "limit"),
            ] {
                let answer = try await daemon.get(Self.path + "?" + query)
                #expect(answer.status == 400)
                #expect(answer["result.\(field).0"]?.string != nil, "\(answer.text)")
            }
        }
    }

    @Test func `row 16: what is not there, and ids in either case`() async throws {
        try await TestDaemon.run { daemon in
            for path in [UUID().uuidString, "not-a-uuid", "x/y/z", "\(Self.id)/nothing"] {
                let answer = try await daemon.get(Self.path + path + "/")
                #expect(answer.status == 404)
                #expect(
                    answer.text
                        == #"{"success":false,"data":null,"message":"Resource not found","code":1004,"result":null}"#
                )
            }
            _ = try await daemon.create()
            for slash in ["", "/"] {
                let answer = try await daemon.get(Self.path + Self.id.uppercased() + slash)
                #expect(answer.status == 200)
                #expect(answer["data.image_id"]?.string == Self.id)
            }
        }
    }

    @Test func `row 17: no record is put or patched`() async throws {
        try await TestDaemon.run { daemon in
            for (method, path, allow) in [
                (HTTP.Method.put, "", "GET, HEAD, OPTIONS, POST"),
                (.patch, Self.id + "/", "DELETE, GET, HEAD, OPTIONS"),
                (.put, Self.id, "DELETE, GET, HEAD, OPTIONS"), (.get, "batch/", "OPTIONS, POST"),
                (.post, "deleted/", "GET, HEAD, OPTIONS"),
            ] {
                let answer = try await daemon.send(method, Self.path + path)
                #expect(answer.status == 405)
                #expect(answer[.allow] == allow)
                #expect(
                    answer.text
                        == #"{"success":false,"data":null,"message":"Method not allowed","code":9999,"result":null}"#
                )
            }
        }
    }

    @Test func `row 18: session and message at the top level go into the metadata`() async throws {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.create(
                #""session_id":"s","message_id":12"#, metadata: #"{"a":1}"#)
            #expect(answer.text.contains(#""metadata":{"a":1,"session_id":"s","message_id":"12"}"#))
            let repeated = try await daemon.create(#""session_id":"t""#)
            #expect(
                repeated.text.contains(#""metadata":{"a":1,"session_id":"t","message_id":"12"}"#))
            let replaced = try await daemon.create(metadata: "[1]")
            #expect(replaced.text.contains(#""metadata":[1]"#))
            #expect(try await daemon.get(Self.path + "?session_id=t")[.totalCount] == "0")
            let refused = try await daemon.create(#""session_id":"u""#)
            #expect(refused.status == 400)
        }
    }

    @Test func `row 19: a look counts once, a glance does not`() async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create()
            for count in 1...3 {
                daemon.clock.advance(1)
                let answer = try await daemon.get(Self.path + Self.id + "/")
                #expect(answer["data.view_count"]?.int == count)
                #expect(answer["data.last_viewed_at"]?.string == "2026-03-01T12:00:0\(count).000Z")
            }
            #expect(try await daemon.send(.head, Self.path + Self.id + "/").status == 200)
            _ = try await daemon.create()
            let list = try await daemon.get(Self.path)
            #expect(list["data.0.view_count"]?.int == 3)
        }
    }

    @Test func `a key names one request`() async throws {
        try await TestDaemon.run { daemon in
            let key: Fields = ["Idempotency-Key": "k-1"]
            let json = #"{"user_id":"ada","image_url":"\#(Self.url)"}"#
            let first = try await daemon.post(Self.path, fields: key, json)
            let second = try await daemon.post(Self.path, fields: key, json)
            #expect(first.status == 201 && second.status == 201)
            #expect(first.body == second.body)
            let other = try await daemon.post(
                Self.path, fields: key, #"{"user_id":"bob","image_url":"http://b/c"}"#)
            #expect(other.status == 422)
            #expect(other["success"]?.bool == false && other["code"]?.int == 9999)
        }
    }
}

extension TestDaemon {
    /// Posts a picture of the gallery; `more` are further members of the body.
    func create(
        user: String = "ada", url: String = GalleryTests.url, _ more: String = "",
        metadata: String? = nil, as asker: Asker = .nobody
    ) async throws -> Answer {
        var members = [#""user_id":"\#(user)""#, #""image_url":"\#(url)""#]
        if !more.isEmpty { members.append(more) }
        if let metadata { members.append(#""metadata":\#(metadata)"#) }
        return try await post(
            GalleryTests.path, as: asker, "{" + members.joined(separator: ",") + "}")
    }
}

extension Fields.Name {
    static let totalCount = Fields.Name("X-Total-Count")
    static let replay = Fields.Name("Idempotent-Replay")
}
