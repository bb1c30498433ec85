import App
import Crypto
import Domain
import HTTP
import HTTPClient
import Imaging
import ScriptedServer
import Services
import Synchronization
import Testing

/// The gallery's local copies over a real socket: fetched, described, found, served, let go.
@Suite(.timeLimit(.minutes(2))) struct GalleryIngestTests {
    private let path = GalleryTests.path

    /// A server of pictures, and the setting that lets the daemon ask it.
    private func gallery(
        _ answer: @escaping @Sendable (ScriptedRequest, ScriptedPeer) -> Void
    ) throws -> (server: ScriptedServer, environment: [String: String]) {
        let server = try ScriptedServer(answer)
        return (
            server,
            [
                "FETCH_ALLOW_HOSTS": "127.0.0.1:\(server.port),pictures.test:\(server.port)",
                "EMBEDDING_PROVIDER": "builtin",
            ]
        )
    }

    /// Creates a record with a copy and waits until that is done or has failed.
    private func ingest(
        _ url: String, _ daemon: TestDaemon, _ more: String = "", as asker: Asker = .nobody
    ) async throws -> Answer {
        let created = try await daemon.create(
            url: url, #""ingest":true"# + (more.isEmpty ? "" : "," + more), as: asker)
        let id = try #require(created["data.image_id"]?.string)
        return try await settled(id, daemon, as: asker)
    }

    private func settled(
        _ id: String, _ daemon: TestDaemon, as asker: Asker = .nobody
    ) async throws -> Answer {
        while true {
            let answer = try await daemon.get(path + id + "/", as: asker)
            let job = answer["data.ingest.job_id"]?.string ?? ""
            switch answer["data.ingest.status"]?.string {
            case "done", "failed":
                // The job has ended too once its commit is there.
                return answer
            case nil: throw Unexpected(answer.text)
            default: _ = try await daemon.installation.jobs.result(of: job, within: .seconds(20))
            }
        }
    }

    @Test func `row 23: a copy is fetched, described and found by its prompt`() async throws {
        let picture = Picture.scene(5, width: 320, height: 240).jpeg()
        let other = Picture.scene(9, width: 200, height: 300).jpeg()
        let (server, environment) = try gallery { request, peer in
            peer.answer(
                fields: [("Content-Type", "text/plain")],
                body: request.target == "/other" ? other : picture)
        }
        try await TestDaemon.run(environment: environment) { daemon in
            let answer = try await ingest(
                server.url + "/a.jpg", daemon, #""refined_prompt":"a red fox in deep snow""#)
            #expect(
                answer["data.ingest"]?.object?.map(\.key) == [
                    "status", "job_id", "error", "mime_type", "width", "height", "file_size",
                    "sha256", "palette", "dominant_color", "content_url", "thumbnail_url",
                    "ingested_at",
                ])
            #expect(answer["data.ingest.status"]?.string == "done")
            #expect(answer["data.ingest.error"]?.isNull == true)
            #expect(answer["data.ingest.mime_type"]?.string == "image/jpeg")
            #expect(answer["data.ingest.width"]?.int == 320)
            #expect(answer["data.ingest.height"]?.int == 240)
            #expect(answer["data.ingest.file_size"]?.int == picture.count)
            #expect(answer["data.ingest.sha256"]?.string == sha256(picture).hexadecimal)
            let palette = try #require(answer["data.ingest.palette"]?.array)
            #expect((1...5).contains(palette.count))
            #expect(answer["data.ingest.dominant_color"] == palette.first)

            let content = try await daemon.get(
                try #require(answer["data.ingest.content_url"]?.string))
            #expect(content.body == picture)
            #expect(content[.contentType] == "image/jpeg")
            #expect(content[.xContentTypeOptions] == "nosniff")
            let tag = try #require(content[.etag])
            let known = try await daemon.get(
                try #require(answer["data.ingest.content_url"]?.string),
                fields: [.ifNoneMatch: tag])
            #expect(known.status == 304)
            let part = try await daemon.get(
                try #require(answer["data.ingest.content_url"]?.string),
                fields: [.range: "bytes=0-1"])
            #expect(part.status == 206 && part.body == [0xFF, 0xD8])
            let thumbnail = try await daemon.get(
                try #require(answer["data.ingest.thumbnail_url"]?.string))
            let size = try ImageProbe(bytes: thumbnail.body)
            #expect(size.width == 200 && size.height == 200)

            _ = try await ingest(
                server.url + "/other", daemon, #""refined_prompt":"the harbour at night""#)
            _ = try await daemon.create(
                url: "http://a/b", #""refined_prompt":"a red fox in deep snow""#)
            let found = try await daemon.get(path + "search/?q=red+fox+snow&k=5")
            #expect(found.status == 200)
            #expect(found["data"]?.array?.count == 2)
            #expect(found["data.0.image_url"]?.string == server.url + "/a.jpg")
            #expect(found["data.0.score"]?.double ?? 0 > found["data.1.score"]?.double ?? 1)
            #expect(
                found["data.0.thumbnail_url"] == answer["data.ingest.thumbnail_url"])
            let id = try #require(answer["data.image_id"]?.string)
            for space in ["", "&space=text"] {
                let alike = try await daemon.get(path + "search/?image_id=\(id)\(space)")
                #expect(
                    alike["data"]?.array?.compactMap { $0["image_url"]?.string }
                        == [server.url + "/other"])
            }
            // What is in the trash is not found.
            _ = try await daemon.send(.delete, path + id + "/")
            #expect(try await daemon.get(path + "search/?q=fox")["data"]?.array?.count == 1)
        }
    }

    @Test(arguments: [
        ("", "q"), ("?q=", "q"), ("?q=a&image_id=b", "q"), ("?q=a&k=0", "k"), ("?q=a&k=101", "k"),
        ("?q=a&k=x", "k"), ("?q=\(String(repeating: "x", count: 1001))", "q"),
        ("?q=a&space=other", "space"),
    ])
    func `a search says what it lacks`(query: String, field: String) async throws {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.get(path + "search/" + query)
            #expect(answer.status == 400)
            #expect(answer["message"]?.string == "Validation failed")
            #expect(answer["result.\(field).0"]?.string != nil, "\(answer.text)")
        }
    }

    @Test func `what has no copy is like nothing and shows nothing`() async throws {
        try await TestDaemon.run { daemon in
            let id = try #require(try await daemon.create()["data.image_id"]?.string)
            #expect(try await daemon.get(path + "search/?image_id=\(id)").status == 400)
            for target in ["search/?image_id=nothing", "\(id)/image/", "\(id)/thumbnail/"] {
                let answer = try await daemon.get(path + target)
                #expect(answer.status == 404)
                #expect(answer["code"]?.int == 1004)
            }
        }
    }

    @Test func `row 24: no hostile URL is fetched`() async throws {
        let trap = try ScriptedServer { _, peer in peer.answer(text: "caught") }
        let (server, environment) = try gallery { request, peer in
            peer.answer(302, fields: [("Location", "http://127.0.0.1:\(trap.port)/")])
        }
        let lookup = NameLookup { host in
            host == "inside.test" ? [IPAddress("10.0.0.1")].compactMap { $0 } : []
        }
        var all = environment
        all["FETCH_PORTS"] = "80,443,\(trap.port)"
        try await TestDaemon.run(environment: all, lookup: lookup) { daemon in
            for url in [
                "http://127.0.0.1:\(trap.port)/a", "http://127.0.0.1/a",
                "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/",
                "http://inside.test:\(trap.port)/", server.url + "/redirect",
            ] {
                let answer = try await ingest(url, daemon)
                #expect(answer["data.ingest.status"]?.string == "failed", "\(url)")
                #expect(answer["data.ingest.error"]?.string == "blocked_address", "\(url)")
                #expect(answer["data.ingest.sha256"]?.isNull == true)
                #expect(answer["data.ingest.content_url"]?.isNull == true)
            }
            #expect(server.connectionCount == 1)
            #expect(trap.connectionCount == 0)
            #expect(daemon.files().isEmpty)
        }
    }

    @Test func `row 24: what is too large or no picture fails for good`() async throws {
        let (server, environment) = try gallery { request, peer in
            switch request.target {
            case "/large": peer.answer(body: [UInt8](repeating: 0xFF, count: 11 << 20))
            case "/404": peer.answer(404)
            default: peer.answer(text: "<html><img src=x></html>")
            }
        }
        try await TestDaemon.run(environment: environment) { daemon in
            for (target, error) in [
                ("/large", "too_large"), ("/page", "not_an_image"), ("/404", "http_404"),
            ] {
                let answer = try await ingest(server.url + target, daemon)
                #expect(answer["data.ingest.status"]?.string == "failed")
                #expect(answer["data.ingest.error"]?.string == error)
            }
            #expect(server.requests.count == 3)
            #expect(daemon.files().isEmpty)
        }
    }

    @Test func `what may be there later is tried three times`() async throws {
        let (server, environment) = try gallery { _, peer in peer.answer(503) }
        try await TestDaemon.run(environment: environment) { daemon in
            let created = try await daemon.create(url: server.url + "/a", #""ingest":true"#)
            let id = try #require(created["data.image_id"]?.string)
            let job = try #require(created["data.ingest.job_id"]?.string)
            #expect(created["data.ingest.status"]?.string == "queued")
            for attempt in 1...3 {
                while server.requests.count < attempt {
                    daemon.clock.advance(600)
                    daemon.installation.jobs.wake()
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
            _ = try await daemon.installation.jobs.result(of: job, within: .seconds(20))
            let answer = try await settled(id, daemon)
            #expect(answer["data.ingest.error"]?.string == "http_503")
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a copy is made again only where there is none of that URL`() async throws {
        let id = GalleryTests.id
        let picture = Picture.scene(5, width: 64, height: 48).jpeg()
        let other = Picture.scene(6, width: 48, height: 64).jpeg()
        let host = Host()
        let (server, environment) = try gallery { request, peer in
            guard host.isUp.withLock({ $0 }) else { return peer.answer(404) }
            peer.answer(body: request.target.hasSuffix("other") ? other : picture)
        }
        let first = server.url + "/\(id)/first"
        try await TestDaemon.run(environment: environment) { daemon in
            #expect(try await ingest(first, daemon)["data.ingest.error"]?.string == "http_404")
            host.isUp.withLock { $0 = true }
            let done = try await ingest(first, daemon)
            #expect(done["data.ingest.status"]?.string == "done")
            let same = try await ingest(first, daemon)
            #expect(same["data.ingest.job_id"] == done["data.ingest.job_id"])
            #expect(server.requests.count == 2)
            let moved = try await ingest(server.url + "/\(id)/other", daemon)
            #expect(moved["data.ingest.job_id"] != done["data.ingest.job_id"])
            #expect(moved["data.ingest.sha256"]?.string == sha256(other).hexadecimal)
            // The first copy's bytes went with their last reference.
            #expect(daemon.files().count == 2)
            _ = try await daemon.send(.delete, path + id + "/permanent/")
            #expect(daemon.files().isEmpty)
            #expect(try await daemon.get(path + "\(id)/image/").status == 404)
        }
    }

    @Test func `the search follows a changed prompt`() async throws {
        let picture = Picture.scene(5, width: 64, height: 48).jpeg()
        let (server, environment) = try gallery { _, peer in peer.answer(body: picture) }
        try await TestDaemon.run(environment: environment) { daemon in
            let url = server.url + "/a"
            _ = try await ingest(url, daemon, #""refined_prompt":"snowy mountain""#)
            _ = try await ingest(server.url + "/b", daemon, #""refined_prompt":"city street""#)
            _ = try await daemon.create(url: url, #""refined_prompt":"tropical beach""#)
            let isFound = try await eventually {
                let found = try await daemon.get(path + "search/?q=tropical+beach&k=1")
                return found["data.0.image_url"]?.string == url
            }
            #expect(isFound)
            // Both records have the same bytes; one of them can go.
            #expect(daemon.files().count == 2)
        }
    }

    @Test func `row 25: a fresh deletion survives the purge, an old one does not`() async throws {
        let picture = Picture.scene(5, width: 64, height: 48).jpeg()
        let (server, environment) = try gallery { _, peer in peer.answer(body: picture) }
        var all = environment
        all["GALLERY_TRASH_DAYS"] = "1"
        try await TestDaemon.run(environment: all) { daemon in
            let admin = Asker.token(try await daemon.account("root@example.org", role: .admin))
            let copied = try await ingest(server.url + "/a", daemon)
            let id = try #require(copied["data.image_id"]?.string)
            _ = try await daemon.send(.delete, path + id + "/")
            for (hours, status, deleted) in [(23.0, 200, 0), (2, 404, 1)] {
                daemon.clock.advance(hours * 3600)
                let answer = try await daemon.post(
                    "/api/jobs/", as: admin, #"{"kind":"gallery_purge_trash","args":{}}"#)
                #expect(answer.status == 202)
                let job = try await daemon.installation.jobs.result(
                    of: answer["id"]?.string ?? "", within: .seconds(20))
                #expect(job?.result?.text == #"{"status":"success","deleted_count":\#(deleted)}"#)
                #expect(try await daemon.get(path + id + "/").status == status)
            }
            #expect(daemon.files().isEmpty)
        }
    }

    @Test func `another's copy is not seen, nor found`() async throws {
        let picture = Picture.scene(5, width: 64, height: 48).jpeg()
        var (server, environment) = try gallery { _, peer in peer.answer(body: picture) }
        environment["GALLERY_ACCESS"] = "token"
        _ = server
        try await TestDaemon.run(environment: environment) { daemon in
            let ada = Asker.token(try await daemon.account("ada@example.org"))
            let bob = Asker.token(try await daemon.account("bob@example.org"))
            let copied = try await ingest(
                server.url + "/a", daemon,
                #""refined_prompt":"red fox","user_id":"ada@example.org""#,
                as: ada)
            let id = try #require(copied["data.image_id"]?.string)
            #expect(try await daemon.get(path + "search/?q=fox", as: bob)["data"] == .array([]))
            #expect(try await daemon.get(path + "search/?image_id=\(id)", as: bob).status == 404)
            #expect(try await daemon.get(path + "\(id)/image/", as: bob).status == 404)
            #expect(try await daemon.get(path + "\(id)/image/", as: ada).body == picture)
        }
    }
}

/// A server that is not there yet.
private final class Host: Sendable {
    let isUp = Mutex(false)
}
