import App
import Crypto
import Domain
import Foundation
import HTTP
import Services
import Testing

@Suite struct SolveTests {
    private static let sum = Picture.scene(5).png

    private struct Claims: Encodable {
        let sub: String
        let exp: Int
    }

    @Test func `row 1: only an API token in force solves`() async throws {
        let clock = TestClock()
        try await TestDaemon.solving(clock: clock) { daemon in
            let token = try await daemon.account("ada@example.org")
            let identity = daemon.installation.identity
            let revoked = try await identity.createToken(
                email: "ada@example.org", name: "r", lifetime: nil)
            let expired = try await identity.createToken(
                email: "ada@example.org", name: "e", lifetime: .seconds(60))
            clock.advance(61)
            try await identity.revokeToken(revoked.token.id)
            let jwt = try JSONWebToken(secret: Array(TestDaemon.jwtSecret.utf8)).sign(
                Claims(sub: "ada@example.org", exp: 9_999_999_999))
            for asker: Asker in [
                .nobody, .token("tok_unknown"), .token(revoked.text), .token(expired.text),
                .token(jwt),
            ] {
                let answer = try await daemon.send(
                    .post, TestDaemon.solvePath, as: asker,
                    fields: [.contentType: "image/png"], body: Self.sum)
                #expect(answer.status == 403)
                let members = answer.json.object?.map(\.key)
                #expect(
                    members == ["type", "status", "title", "detail", "instance", "code"])
                #expect(answer["code"]?.string == "not_authenticated")
                #expect(answer[.contentType] == "application/problem+json")
                #expect(answer["instance"]?.string == "/requests/\(answer[.xRequestID] ?? "")")
            }
            #expect(try await daemon.solve(Self.sum, as: token).status == 200)
        }
    }

    @Test(arguments: ["bearer T", "BEARER T", "Bearer  T", "Basic T", "T", "Bearer", "Bearer T x"])
    func `row 2: the header is spelled in one way`(form: String) async throws {
        try await TestDaemon.solving { daemon in
            let token = try await daemon.account("ada@example.org")
            let value = form.replacingOccurrences(of: "T", with: token)
            let answer = try await daemon.send(
                .post, TestDaemon.solvePath,
                fields: [.authorization: value, .contentType: "image/png"], body: Self.sum)
            #expect(answer.status == 403)
            #expect(answer["code"]?.string == "not_authenticated")
        }
    }

    @Test func `row 3: a picture in a form is answered with four keys`() async throws {
        try await TestDaemon.solving { daemon in
            let token = try await daemon.account("ada@example.org")
            for path in ["", "/"] {
                var form = Form()
                form.text("note", "ignored")
                form.file("file", Self.sum)
                let answer = try await daemon.send(
                    .post, TestDaemon.solvePath + path, as: .token(token),
                    fields: [.contentType: form.contentType], body: form.body)
                #expect(answer.status == 200)
                #expect(
                    answer.json.object?.map(\.key)
                        == ["request_id", "result", "model", "duration_ms"])
                #expect(answer["request_id"]?.string == answer[.xRequestID])
                #expect(answer["model"]?.string == "tintype-solver-1")
            }
        }
    }

    @Test func `row 4: a form without a file is no image`() async throws {
        try await TestDaemon.solving { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            var form = Form()
            form.text("file", "text")
            let answer = try await daemon.solve(form, as: admin)
            #expect(answer.status == 400)
            #expect(answer["code"]?.string == "no_image")
            #expect(answer["detail"]?.string == "No image provided")
            #expect(try await daemon.requestLog(as: admin).isEmpty)
        }
    }

    @Test func `row 5: the format is decided by content`() async throws {
        try await TestDaemon.solving(["SAVE_REQUEST_IMAGES": "true"]) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let answer = try await daemon.solve(
                raw: Self.sum, type: "application/octet-stream", as: admin)
            #expect(answer.status == 200)
            let images = try await daemon.keptImages(as: admin)
            #expect(images.first?["mime_type"]?.string == "image/png")
        }
    }

    @Test func `row 6: what is no image is refused and logged`() async throws {
        try await TestDaemon.solving(["SAVE_REQUEST_IMAGES": "true"]) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let whole = Picture.scene(1).jpeg()
            for bytes in [[], Array("hello".utf8), Array(whole.prefix(whole.count / 2))] {
                let answer = try await daemon.solve(bytes, as: admin)
                #expect(answer.status == 400)
                #expect(answer["code"]?.string == "invalid_image")
                #expect(answer["detail"]?.string?.hasPrefix("[invalid_image] ") == true)
            }
            let log = try await daemon.requestLog(as: admin)
            #expect(log.map { $0["status"]?.string } == ["error", "error", "error"])
            #expect(log.allSatisfy { $0["error_code"]?.string == "invalid_image" })
            let images = try await daemon.keptImages(as: admin)
            #expect(images.map { $0["width"]?.isNull } == [true, true, true])
            #expect(
                images.map { $0["mime_type"]?.string }
                    == ["image/jpeg", "application/octet-stream", "application/octet-stream"])
        }
    }

    @Test func `row 7: too much is refused before it is sent`() async throws {
        try await TestDaemon.solving { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let answer = try await onThread { [port = daemon.port] in
                let connection = try RawConnection(port: port)
                connection.send(
                    "POST /api/core/solve HTTP/1.1\r\nHost: x\r\n"
                        + "Authorization: Bearer \(admin)\r\nContent-Type: image/png\r\n"
                        + "Content-Length: 23068672\r\n\r\nabc")
                return try connection.answer()
            }
            #expect(answer.status == 413)
            #expect(answer.body.contains("[invalid_image] Image exceeds the maximum of 20 MB"))
            let log = try await daemon.requestLog(as: admin)
            #expect(log.first?["error_code"]?.string == "invalid_image")
            #expect(log.first?["has_image"]?.bool == false)
        }
    }

    @Test func `row 8: other methods, types and paths are problems`() async throws {
        try await TestDaemon.solving { daemon in
            let token = try await daemon.account("ada@example.org")
            let wrong = try await daemon.get(TestDaemon.solvePath, as: .token(token))
            #expect(wrong.status == 405)
            #expect(wrong[.allow] == "POST")
            #expect(wrong["detail"]?.string == "Method \"GET\" not allowed.")
            let json = try await daemon.post(TestDaemon.solvePath, as: .token(token), "{}")
            #expect(json.status == 415)
            #expect(json["code"]?.string == "unsupported_media_type")
            let unknown = try await daemon.get("/api/core/nothing", as: .token(token))
            #expect(unknown.status == 404)
            #expect(unknown["code"]?.string == "not_found")
        }
    }

    @Test func `rows 9 to 11: printed problems are solved`() async throws {
        try await TestDaemon.solving { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            let table = String(decoding: try Picture.fixture("sums/expected.tsv"), as: UTF8.self)
            for row in table.split(separator: "\n") {
                let parts = row.split(separator: "\t").map(String.init)
                let answer = try await daemon.solve(
                    try Picture.fixture("sums/" + parts[0]), as: admin)
                #expect(answer.status == 200, "\(parts)")
                #expect(answer["result"]?.string == parts[1], "\(parts)")
            }
            let log = try await daemon.requestLog(as: admin)
            #expect(log.allSatisfy { $0["status"]?.string == "success" })
            let id = try #require(log.first?["id"]?.string)
            let detail = try await daemon.get("/api/usage/requests/\(id)", as: .token(admin))
            #expect(detail["result"]?.string?.hasPrefix("ERROR:") == true)
        }
    }

    // MARK: - Remote

    private func remote(
        _ replies: [FakeSolver.Reply], _ environment: [String: String] = [:],
        _ body: (TestDaemon, FakeSolver, String) async throws -> Void
    ) async throws {
        let fake = try FakeSolver(replies)
        var all = [
            "OPENAI_BASE_URL": fake.url, "OPENAI_API_KEY": "sk-secret", "SOLVER_PROVIDER": "openai",
        ]
        all.merge(environment) { $1 }
        try await TestDaemon.run(environment: all) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            try await body(daemon, fake, admin)
        }
    }

    @Test func `row 12: a remote solver is shown the picture as it is`() async throws {
        try await remote([.content(" 42 ")]) { daemon, fake, admin in
            let answer = try await daemon.solve(Self.sum, as: admin)
            #expect(answer["result"]?.string == "42")
            #expect(answer["model"]?.string == "gpt-4o")
            let image = fake.asked["messages"]?[0]?["content"]?[1]?["image_url"]
            #expect(image?["detail"]?.string == "high")
            let data = Data(Self.sum).base64EncodedString()
            #expect(image?["url"]?.string == "data:image/png;base64,\(data)")
            #expect(fake.asked["temperature"]?.int == 0)
        }
    }

    @Test func `row 12: what is too large or sideways goes out as an upright JPEG`() async throws {
        try await remote([.content("1")]) { daemon, fake, admin in
            _ = try await daemon.solve(Picture.scene(2, width: 2200, height: 300).png, as: admin)
            let url = fake.asked["messages"]?[0]?["content"]?[1]?["image_url"]?["url"]?.string
            #expect(url?.hasPrefix("data:image/jpeg;base64,") == true)
        }
    }

    @Test func `row 13: what may pass is tried again`() async throws {
        try await remote([.status(429, ""), .status(429, ""), .content("7")]) {
            daemon, fake, admin in
            let answer = try await daemon.solve(Self.sum, as: admin)
            #expect(answer["result"]?.string == "7")
            #expect(fake.calls == 3)
            #expect(daemon.pauses.all == [.seconds(1), .seconds(2)])
        }
    }

    @Test(arguments: [
        (401, "bad sk-secret", 1, 502, "openai_authentication"),
        (402, "", 1, 502, "openai_insufficient_quota"),
        (429, #"{"error":{"code":"insufficient_quota"}}"#, 1, 502, "openai_insufficient_quota"),
        (404, "The model gpt-4o does not exist", 1, 502, "openai_model_not_found"),
        (429, "", 3, 502, "openai_rate_limit"), (500, "sk-secret", 3, 502, "openai_api_error"),
        (418, "", 1, 502, "openai_api_error"), (200, "garbage", 1, 502, "openai_invalid_response"),
    ])
    func `rows 13 and 14: each failure has its code`(
        status: Int, text: String, calls: Int, answered: Int, code: String
    ) async throws {
        try await remote([.status(status, text)]) { daemon, fake, admin in
            let answer = try await daemon.solve(Self.sum, as: admin)
            #expect(answer.status == answered)
            #expect(answer["code"]?.string == code)
            #expect(answer["detail"]?.string?.hasPrefix("[\(code)] ") == true)
            #expect(!answer.text.contains("sk-secret"))
            #expect(fake.calls == calls)
            let log = try await daemon.requestLog(as: admin)
            #expect(log.first?["error_code"]?.string == code)
            #expect(log.first?["model"]?.string == "gpt-4o")
        }
    }

    @Test func `row 14: silence ends in a timeout, a closed port in a network error`() async throws
    {
        try await remote([.silence], ["OPENAI_TIMEOUT_S": "0.3"]) { daemon, fake, admin in
            let answer = try await daemon.solve(Self.sum, as: admin)
            #expect(answer.status == 504)
            #expect(answer["code"]?.string == "openai_timeout")
            #expect(fake.calls == 1)
        }
        try await remote([.silence], ["OPENAI_BASE_URL": "http://127.0.0.1:1/v1"]) {
            daemon, _, admin in
            let answer = try await daemon.solve(Self.sum, as: admin)
            #expect(answer.status == 502)
            #expect(answer["code"]?.string == "openai_network_error")
        }
    }

    @Test func `a remote solver without its key is not asked`() async throws {
        let environment = [
            "SOLVER_PROVIDER": "openai", "OPENAI_BASE_URL": "", "OPENAI_API_KEY": "",
        ]
        try await TestDaemon.run(environment: environment) { daemon in
            let token = try await daemon.account("ada@example.org")
            let answer = try await daemon.solve(Self.sum, as: token)
            #expect(answer.status == 503)
            #expect(answer["code"]?.string == "openai_authentication")
        }
    }
}
