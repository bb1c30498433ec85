import Domain
import HTTP
import Testing

/// The page of a room (§10.5).
@Suite struct RoomPageTests {
    private static let name = "<script>alert(1)</script>{x}"

    @Test func `row 59: a room's page shows names and descriptions as plain text`() async throws {
        let provider = try RecordingProvider()
        provider.on(.suggestions) { _, _ in
            .content(
                #"{"suggestions":[{"name":"\#(Self.name)","key":"odd","#
                    + #""description":"\"><img src=x onerror=alert(1)>"}]}"#)
        }
        try await TestDaemon.run(provider: provider) { daemon in
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            let chosen = try await daemon.post(
                "/api/chats/create-from-photo/", as: "F1",
                #"{"photo_analysis_id":"\#(id)","room_code":"odd","display_name":"<b>Ann</b>"}"#)
            #expect(chosen.status == 201 && chosen["chat_room.name"]?.string == Self.name)
            for path in ["/chat/discover/odd", "/chat/discover/odd/"] {
                let page = try await daemon.get(path)
                #expect(page.status == 200)
                #expect(page[.contentType] == "text/html; charset=utf-8")
                #expect(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;{x}</h1>"))
                #expect(page.text.contains("&lt;b&gt;Ann&lt;/b&gt;"))
                #expect(!page.text.contains("<script>alert"))
                #expect(!page.text.contains("<img") && !page.text.contains("<b>Ann"))
                #expect(!page.text.contains("F1"))
                let policy = page[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self';"))
                #expect(!policy.contains("unsafe"))
            }
        }
    }

    @Test func `a room that is not there, or not for everybody, has a page of 404`() async throws {
        try await MessageTests.withRoom { daemon in
            let unknown = try await daemon.get("/chat/discover/no%22%3E%3Cscript%3E")
            #expect(unknown.status == 404 && unknown.text.contains("There is no such room"))
            #expect(unknown.text.contains(#"data-code="no&quot;&gt;&lt;script&gt;""#))
            let admin = Asker.token(try await daemon.account("a@example.org", role: .admin))
            for change in [#"{"access_mode":"private"}"#, #"{"is_active":false}"#] {
                _ = try await daemon.send(
                    .patch, "/api/chats/discover/fishing/", as: admin,
                    fields: [.contentType: "application/json"], body: Array(change.utf8))
                let page = try await daemon.get("/chat/discover/fishing")
                #expect(page.status == 404)
                #expect(!page.text.contains("Fishing") && !page.text.contains("Ann"))
            }
        }
    }

    @Test func `what the page loads is here`() async throws {
        try await MessageTests.withRoom { daemon in
            let page = try await daemon.get("/chat/discover/fishing")
            for path in ["/assets/tintype.css", "/assets/room.js", "/assets/visitor.js"] {
                let asset = try await daemon.get(path)
                #expect(asset.status == 200 && asset[.xContentTypeOptions] == "nosniff")
            }
            #expect(page.text.contains(#"src="/assets/room.js""#))
            #expect(!page.text.contains("http:") && !page.text.contains("https:"))
        }
    }
}
