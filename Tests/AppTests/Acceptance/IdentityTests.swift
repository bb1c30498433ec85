import App
import Crypto
import Domain
import HTTP
import SQLite
import Services
import Testing

/// Who somebody is, and who is not believed (§1 and §2).
@Suite struct IdentityTests {
    private struct Claims: Codable {
        var sub: String
        var exp: Int64
    }

    private static func token(
        _ subject: String, expiry: Int64 = 1_772_370_000, secret: String = TestDaemon.jwtSecret
    ) throws -> String {
        try JSONWebToken(secret: Array(secret.utf8)).sign(Claims(sub: subject, exp: expiry))
    }

    @Test func `row 17: a wrong token is refused everywhere`() async throws {
        try await TestDaemon.run { daemon in
            let id = try await daemon.record(Picture.unique(1))
            let paths = [
                "/api/photo-analysis/", "/api/photo-analysis/\(id)/",
                "/api/photo-analysis/\(id)/image/", "/api/chats/discover/fishing/",
            ]
            let form = Form(Picture.unique(2))
            for scheme in ["Bearer", "Token"] {
                let fields: Fields = [.authorization: scheme + " tok_wrong"]
                var answers = [try await daemon.upload(form, fields: fields)]
                for path in paths { answers.append(try await daemon.get(path, fields: fields)) }
                for answer in answers {
                    #expect(answer.status == 401)
                    #expect(answer.text == #"{"detail":"Invalid token."}"#)
                    #expect(answer[.wwwAuthenticate] == scheme)
                }
                let bare = try await daemon.get(paths[0], fields: [.authorization: scheme])
                #expect(bare.status == 401 && bare[.wwwAuthenticate] == scheme)
                #expect(
                    bare.text
                        == #"{"detail":"Invalid token header. No credentials provided."}"#)
            }
            #expect(daemon.files().count == 2 && daemon.provider.calls(.suggestions).count == 1)
        }
    }

    @Test func `tokens and signed tokens stand for their account`() async throws {
        try await TestDaemon.run { daemon in
            let text = try await daemon.account("ann@example.org")
            let users = try await daemon.installation.identity.users()
            let user = try #require(users.first)
            let id = try await daemon.record(Picture.unique(1), as: .token(text))
            let path = "/api/photo-analysis/\(id)/"
            let good = [
                "Bearer " + text, "Token " + text, "bearer " + text,
                "Bearer " + (try Self.token(user.id)), "Token " + (try Self.token(user.email)),
            ]
            for credentials in good {
                let answer = try await daemon.get(path, fields: [.authorization: credentials])
                #expect(answer["username"]?.string == "ann", "\(credentials)")
            }
            let bad = [
                try Self.token(user.id, expiry: 1_772_360_000),
                try Self.token(user.id, secret: "another secret of thirty-two bytes"),
                try Self.token("nobody@example.org"), "a.b.c", text + "x",
            ]
            for credentials in bad {
                let answer = try await daemon.get(path, as: .token(credentials))
                #expect(answer.status == 401 && answer.text == #"{"detail":"Invalid token."}"#)
            }
            let other = try await daemon.get(path, fields: [.authorization: "Basic YTpi"])
            #expect(other.status == 404)
            let tokens = try await daemon.installation.identity.tokens()
            try await daemon.installation.identity.revokeToken(tokens[0].id)
            #expect(try await daemon.get(path, as: .token(text)).status == 401)
        }
    }

    @Test func `a disabled account is told so`() async throws {
        let folder = try TemporaryFolder()
        var token = ""
        try await TestDaemon.run(folder: folder) { daemon in
            token = try await daemon.account("ann@example.org")
        }
        do {
            let database = try Connection(path: folder.path + "/tintype.db")
            try database.execute("UPDATE users SET is_active = 0")
        }
        try await TestDaemon.run(folder: folder) { daemon in
            let answer = try await daemon.upload(Picture.unique(1), as: .token(token))
            #expect(answer.status == 401)
            #expect(answer.text == #"{"detail":"User inactive or deleted."}"#)
        }
    }

    @Test func `a fingerprint is in no answer and in no log`() async throws {
        try await TestDaemon.run(settings: ["ENABLE_RATE_LIMITING": "true"]) { daemon in
            let secret = "fp-9f86d081884c7d65"
            let asker = Asker.fingerprint(secret)
            let upload = try await daemon.upload(Picture.unique(1), as: asker)
            let id = upload["analysis.id"]?.string ?? ""
            let answers = [
                upload, try await daemon.get("/api/photo-analysis/?fingerprint=" + secret),
                try await daemon.get("/api/photo-analysis/\(id)/", as: asker),
                try await daemon.choose("fishing", from: id, as: asker),
                try await daemon.get("/api/chats/discover/fishing/", as: asker),
            ]
            for answer in answers {
                #expect([200, 201].contains(answer.status) && !answer.text.contains(secret))
                for field in answer.fields { #expect(!field.value.contains(secret)) }
            }
            #expect(!daemon.log.contains(secret))
        }
    }

    @Test func `a faulty fingerprint is refused wherever it is`() async throws {
        try await TestDaemon.run { daemon in
            let long = String(repeating: "x", count: 256)
            let message =
                #"{"fingerprint":["Ensure this field has no more than 255 characters."]}"#
            let answers = [
                try await daemon.get("/api/photo-analysis/?fingerprint=" + long),
                try await daemon.get("/api/photo-analysis/recent/", as: .fingerprint(long)),
                try await daemon.post(
                    "/api/chats/create-from-photo/",
                    #"{"photo_analysis_id":"00000000-0000-4000-8000-000000000000","#
                        + #""room_code":"x","fingerprint":"\#(long)"}"#),
            ]
            for answer in answers { #expect(answer.status == 400 && answer.text == message) }
            // A blank header is no header.
            let blank = try await daemon.get(
                "/api/photo-analysis/recent/?fingerprint=F1", fields: ["X-Fingerprint": "  "])
            #expect(blank.status == 200)
        }
    }
}
