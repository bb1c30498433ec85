import App
import Domain
import HTTP
import Services
import Testing

/// Who may use the gallery, over a real socket.
@Suite(.timeLimit(.minutes(2))) struct GalleryAccessTests {
    private let path = GalleryTests.path

    @Test func `row 21: with tokens everybody has their own`() async throws {
        try await TestDaemon.run(environment: ["GALLERY_ACCESS": "token"]) { daemon in
            let ada = Asker.token(try await daemon.account("ada@example.org"))
            let bob = Asker.token(try await daemon.account("bob@example.org"))
            let admin = Asker.token(try await daemon.account("root@example.org", role: .admin))
            let users = try await daemon.installation.identity.users()
            let bobID = try #require(users.first { $0.email == "bob@example.org" }?.id)
            for answer in [
                try await daemon.get(path), try await daemon.post(path, "{}"),
                try await daemon.get(path + GalleryTests.id),
            ] {
                #expect(answer.status == 401)
                #expect(
                    answer.text
                        == #"{"success":false,"data":null,"message":"Authentication required","code":1001,"result":null}"#
                )
            }
            // Without a user_id the caller's own id is stored.
            let mine = try await daemon.post(
                path, as: bob, #"{"image_url":"\#(GalleryTests.url)"}"#)
            #expect(mine.status == 201)
            #expect(mine["data.user_id"]?.string == bobID)
            let byMail = try await daemon.create(
                user: "BOB@example.org", url: "http://a/b", as: bob)
            #expect(byMail.status == 201)

            #expect(try await daemon.get(path, as: ada)[.totalCount] == "0")
            #expect(try await daemon.get(path, as: bob)[.totalCount] == "2")
            #expect(try await daemon.get(path, as: admin)[.totalCount] == "2")
            let one = path + GalleryTests.id + "/"
            for (method, target) in [
                (HTTP.Method.get, one), (.delete, one), (.post, one + "restore/"),
                (.delete, one + "permanent/"),
            ] {
                let answer = try await daemon.send(method, target, as: ada)
                #expect(answer.status == 404)
                #expect(answer["code"]?.int == 1004)
            }
            for answer in [
                try await daemon.get(path + "?user_id=" + bobID, as: ada),
                try await daemon.get(path + "deleted/?user_id=bob@example.org", as: ada),
                try await daemon.create(user: bobID, as: ada),
            ] {
                #expect(answer.status == 403)
                #expect(answer["code"]?.int == 1003)
            }
            let batch = try await daemon.post(
                path + "batch/", as: ada,
                #"{"action":"delete","image_ids":["\#(GalleryTests.id)"]}"#)
            #expect(batch["data.results.0.status"]?.string == "not_found")
            #expect(
                try await daemon.post(path, as: ada, #"{"image_url":"\#(GalleryTests.url)"}"#)
                    .status == 409)
            #expect(try await daemon.get(path + "?user_id=" + bobID, as: bob).status == 200)
            #expect(try await daemon.get(one, as: admin).status == 200)
            #expect(try await daemon.send(.delete, one, as: admin).status == 200)
            let restored = try await daemon.create(user: bobID, #""restore":true"#, as: admin)
            #expect(restored.status == 200)
        }
    }

    @Test func `row 22: a gallery that others can reach needs a token`() async throws {
        for environment in [
            ["TINTYPE_LISTEN": "0.0.0.0:0"], ["TINTYPE_LISTEN": "127.0.0.1:0,[::]:0"],
            ["TINTYPE_TRUSTED_PROXIES": "10.0.0.0/8"],
        ] {
            try await TestDaemon.run(environment: environment) { daemon in
                for fields in [[:], [.host: "localhost"]] as [Fields] {
                    let answer = try await daemon.get(path, fields: fields)
                    #expect(answer.status == 401)
                    #expect(answer["code"]?.int == 1001)
                }
            }
        }
    }

    @Test(arguments: ["wrong", "tok_wrong", "a b"])
    func `row 22: a wrong token is refused where none is needed`(token: String) async throws {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.get(path, as: .token(token))
            #expect(answer.status == 401)
            #expect(answer["code"]?.int == 1001)
            #expect(answer[.wwwAuthenticate] == "Bearer")
        }
    }

    @Test func `row 22: no page of another site gets in`() async throws {
        let environment = ["ALLOWED_HOSTS": "gallery.example,other.example:81"]
        try await TestDaemon.run(environment: environment) { daemon in
            let port = daemon.port
            for (fields, status) in [
                (["Origin": "http://evil.example"], 403), (["Origin": "null"], 403),
                (["Origin": "http://127.0.0.1:1"], 403),
                (["Origin": "http://127.0.0.1:\(port)"], 200),
                (["Host": "evil.example"], 403), (["Host": "evil.example:\(port)"], 403),
                (["Host": "127.0.0.1.evil.example"], 403), (["Host": "localhost"], 200),
                (["Host": "[::1]:\(port)"], 200), (["Host": "127.3.4.5"], 200),
                (["Host": "Gallery.Example:9"], 200), (["Host": "other.example"], 403),
                (["Host": "other.example:81"], 200),
                (["Host": "gallery.example", "Origin": "http://gallery.example"], 200),
                (["Host": "gallery.example", "Origin": "http://evil.example"], 403),
            ] as [(Fields, Int)] {
                let answer = try await daemon.get(path, fields: fields)
                #expect(answer.status == status, "\(fields)")
                if status == 403 { #expect(answer["code"]?.int == 1003) }
            }
            let token = Asker.token(try await daemon.account("ada@example.org"))
            let answer = try await daemon.get(
                path, as: token, fields: ["Origin": "http://evil.example"])
            #expect(answer.status == 200)
        }
    }

    @Test func `an account in an open gallery sees its own`() async throws {
        try await TestDaemon.run { daemon in
            _ = try await daemon.create(user: "Ada@Example.org")
            let ada = Asker.token(try await daemon.account("ada@example.org"))
            let bob = Asker.token(try await daemon.account("bob@example.org"))
            #expect(try await daemon.get(path, as: ada)[.totalCount] == "1")
            #expect(try await daemon.get(path, as: bob)[.totalCount] == "0")
            let one = path + GalleryTests.id
            #expect(try await daemon.get(one, as: bob).status == 404)
            #expect(try await daemon.get(one, as: ada).status == 200)
        }
    }

    @Test func `lists may be made to name their owner`() async throws {
        try await TestDaemon.run(environment: ["GALLERY_REQUIRE_USER_ID": "true"]) { daemon in
            for list in ["", "deleted/"] {
                let answer = try await daemon.get(path + list)
                #expect(answer.status == 400)
                #expect(answer["message"]?.string == "user_id is required")
                #expect(try await daemon.get(path + list + "?user_id=ada").status == 200)
            }
        }
    }
}
