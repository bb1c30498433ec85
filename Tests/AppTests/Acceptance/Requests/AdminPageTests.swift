import App
import Crypto
import Domain
import HTTP
import Services
import Testing

@Suite struct AdminPageTests {
    private static let list = "/admin/usage/requestimage/"
    private static let password = "correct horse"
    private static let picture = Picture.scene(4, width: 120, height: 80).png

    private func run(_ body: (TestDaemon, String) async throws -> Void) async throws {
        try await TestDaemon.solving(["SAVE_REQUEST_IMAGES": "true"]) { daemon in
            let admin = try await daemon.account("admin@example.org", role: .admin)
            _ = try await daemon.account("ada@example.org")
            for email in ["admin@example.org", "ada@example.org"] {
                try await daemon.installation.identity.setPassword(of: email, to: Self.password)
            }
            try await body(daemon, admin)
        }
    }

    @Test func `row 24: an admin finds the kept image`() async throws {
        try await run { daemon, token in
            let solved = try await daemon.solve(Self.picture, as: token)
            let id = try #require(solved["request_id"]?.string)
            let session = try #require(try await daemon.signIn("admin@example.org", Self.password))
            let list = try await daemon.get(Self.list, fields: session)
            #expect(list.status == 200)
            #expect(list.text.contains(id))
            #expect(list.text.contains("120x80"))
            #expect(list.text.contains("image/png"))
            let hash = sha256(Self.picture).hexadecimal
            for query in ["q=\(hash)", "q=\(id)", "mime_type=image/png", "date=2026-03-01"] {
                let page = try await daemon.get("\(Self.list)?\(query)", fields: session)
                #expect(page.text.contains(id), "\(query)")
            }
            for query in ["q=\(sha256("x").hexadecimal)", "mime_type=image/gif", "date=2026-02-01"]
            {
                let page = try await daemon.get("\(Self.list)?\(query)", fields: session)
                #expect(!page.text.contains(id))
            }
            let image = try #require(
                try await daemon.keptImages(as: token).first?["id"]?.string)
            let detail = try await daemon.get("\(Self.list)\(image)/change/", fields: session)
            #expect(detail.status == 200)
            #expect(detail.text.contains(hash))
            let shown = try await daemon.get("\(Self.list)\(image)/picture/", fields: session)
            #expect(shown.body == Self.picture)
            let charts = try await daemon.get("/admin/usage/performance/", fields: session)
            #expect(charts.status == 200)
            #expect(charts.text.contains("120x80"))
        }
    }

    @Test func `row 24: others are sent to sign in or refused, and nothing can be changed`()
        async throws
    {
        try await run { daemon, token in
            let nobody = try await daemon.get(Self.list)
            #expect(nobody.status == 302)
            #expect(nobody[.location]?.hasPrefix("/admin/login/?next=") == true)
            let user = try #require(try await daemon.signIn("ada@example.org", Self.password))
            #expect(try await daemon.get(Self.list, fields: user).status == 403)
            let session = try #require(try await daemon.signIn("admin@example.org", Self.password))
            #expect(try await daemon.send(.post, Self.list, fields: session).status == 405)
            #expect(try await daemon.get(Self.list + "add/", fields: session).status == 403)
            #expect(try await daemon.get("/api/usage/requests", fields: session).status == 200)
            let solve = try await daemon.send(
                .post, TestDaemon.solvePath, fields: session, body: Self.picture)
            #expect(solve.status == 403)
        }
    }

    @Test func `only the right password and the form's own token sign in`() async throws {
        try await run { daemon, _ in
            #expect(try await daemon.signIn("admin@example.org", "wrong password") == nil)
            #expect(try await daemon.signIn("nobody@example.org", Self.password) == nil)
            #expect(
                try await daemon.signIn("admin@example.org", Self.password, formToken: "x") == nil)
            let session = try #require(try await daemon.signIn("admin@example.org", Self.password))
            let foreign = try await daemon.send(
                .post, "/admin/logout/",
                fields: session.merging(
                    [.contentType: "application/x-www-form-urlencoded"]), body: Array("form=x".utf8)
            )
            #expect(foreign.status == 403)
            #expect(try await daemon.get(Self.list, fields: session).status == 200)
            try await daemon.installation.identity.setPassword(
                of: "admin@example.org", to: "another horse")
            #expect(try await daemon.get(Self.list, fields: session).status == 302)
        }
    }
}

extension TestDaemon {
    /// Signs in as a browser does; the cookie of the session, or nil where that is refused.
    func signIn(_ email: String, _ password: String, formToken: String? = nil) async throws
        -> Fields?
    {
        let page = try await get("/admin/login/")
        let cookie = page[.setCookie].map { String($0.prefix { $0 != ";" }) } ?? ""
        let token = formToken ?? String(cookie.drop { $0 != "=" }.dropFirst())
        let body =
            "form=\(token)&email=\(PercentCoding.encode(email))"
            + "&password=\(PercentCoding.encode(password))"
        let answer = try await send(
            .post, "/admin/login/",
            fields: [.contentType: "application/x-www-form-urlencoded", .cookie: cookie],
            body: Array(body.utf8))
        guard answer.status == 303, let set = answer[.setCookie] else { return nil }
        return [.cookie: String(set.prefix { $0 != ";" })]
    }
}

extension Fields {
    fileprivate func merging(_ other: Fields) -> Fields {
        var all = self
        for field in other { all[field.name] = field.value }
        return all
    }
}
