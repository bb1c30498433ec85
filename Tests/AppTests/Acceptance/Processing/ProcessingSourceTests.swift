import Domain
import Foundation
import HTTP
import ScriptedServer
import Synchronization
import Testing

/// Images from Dropbox, from a folder and from the web.
@Suite struct ProcessingSourceTests {
    @Test func `row 15: Dropbox fails, forgets and delivers`() async throws {
        let dropbox = try FakeDropbox()
        let environment = [
            "DROPBOX_ACCESS_TOKEN": "secret", "DROPBOX_CONTENT_URL": dropbox.server.url,
            "DROPBOX_API_URL": dropbox.server.url, "DROPBOX_FOLDER": "/photos",
        ]
        try await TestDaemon.runProcessing(environment: environment) { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let path = TestDaemon.processing + "/images"
            let body = #"{"provider":"dropbox","externalId":"/Photos/é.jpg","title":"Boats"}"#
            let added = try await daemon.post(path, as: asker, body)
            #expect(added.status == 201 && added["image.mime_type"]?.isNull == true)
            let id = added["imageId"]?.string ?? ""
            let again = try await daemon.post(path, as: asker, body)
            #expect(again.status == 200 && again[Fields.Name("Idempotent-Replay")] == "true")
            #expect(again["imageId"]?.string == id)
            dropbox.answer(503, "{}")
            let failed = try await daemon.process(id, as: asker)
            #expect(failed.status == 500 && failed["thumbnail"]?.isNull == true)
            #expect(failed["message"]?.string == "Download failed, scheduled for retry")
            dropbox.answer(409, #"{"error_summary":"path/not_found/.."}"#)
            let gone = try await daemon.process(id, as: asker)
            #expect(gone.status == 200 && gone["status"]?.string == "error")
            #expect(gone["error"]?.string == "download-fail: not found in Dropbox")
            dropbox.answer(200, Picture.scene(15).jpeg())
            let well = try await daemon.process(id, as: asker)
            #expect(well["status"]?.string == "complete")
            let request = try #require(dropbox.server.requests.last)
            #expect(request.target == "/2/files/download" && request.body.isEmpty)
            #expect(request.fields[.authorization] == "Bearer secret")
            #expect(request.fields["Dropbox-API-Arg"] == #"{"path":"/Photos/\u00e9.jpg"}"#)
            #expect(request.fields[.contentType] == nil)
            let calls = dropbox.server.requests.count
            #expect(try await daemon.process(id, as: asker)["status"]?.string == "complete")
            #expect(dropbox.server.requests.count == calls)
            dropbox.answer(200, Picture.scene(16).jpeg())
            let fresh = try await daemon.process(id, as: asker, #","refresh":true"#)
            #expect(fresh["status"]?.string == "complete")
            #expect(fresh["thumbnail"]?.string != well["thumbnail"]?.string)
            #expect(daemon.files().count == 2)
            let outside = try await daemon.post(
                path, as: asker, #"{"provider":"dropbox","external_id":"/other/x.jpg"}"#)
            #expect(outside.status == 400 && outside["error"]?.string == "Invalid external_id")
            let nothing = try await daemon.post(path, as: asker, #"{"provider":"dropbox"}"#)
            #expect(nothing["error"]?.string == "Missing external_id")
            let unknown = try await daemon.post(path, as: asker, #"{"provider":"flickr"}"#)
            #expect(unknown.status == 400 && unknown["error"]?.string == "Unknown provider")
        }
    }

    @Test func `row 16: a Dropbox folder becomes rows`() async throws {
        let dropbox = try FakeDropbox()
        let environment = [
            "DROPBOX_ACCESS_TOKEN": "secret", "DROPBOX_CONTENT_URL": dropbox.server.url,
            "DROPBOX_API_URL": dropbox.server.url,
        ]
        let entries = [("A.JPG", "/a.jpg"), ("b.png", "/b.png"), ("c.gif", "/c.gif")].map {
            #"{".tag":"file","name":"\#($0.0)","path_lower":"\#($0.1)"}"#
        }
        let other = [
            #"{".tag":"file","name":"notes.txt","path_lower":"/notes.txt"}"#,
            #"{".tag":"folder","name":"x.jpg","path_lower":"/x.jpg"}"#,
        ]
        let page =
            #"{"entries":[\#((entries + other).joined(separator: ","))],"cursor":"C1","has_more":true}"#
        try await TestDaemon.runProcessing(environment: environment) { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            _ = try await daemon.post(
                TestDaemon.processing + "/images", as: asker,
                #"{"provider":"dropbox","external_id":"/c.gif"}"#)
            dropbox.answer(200, page)
            let path = TestDaemon.processing + "/list_dropbox"
            let first = try await daemon.post(path, as: asker, #"{"process":false}"#)
            #expect(
                first.text
                    == #"{"success":true,"found":3,"new":2,"existing":1,"has_more":true,"cursor":"C1"}"#
            )
            let request = try #require(dropbox.server.requests.last)
            #expect(request.target == "/2/files/list_folder")
            #expect(request.body == Array(#"{"path":"","recursive":false}"#.utf8))
            let second = try await daemon.post(
                path, as: asker, #"{"process":false,"cursor":"C1"}"#)
            #expect(second["new"]?.int == 0 && second["existing"]?.int == 3)
            #expect(dropbox.server.requests.last?.target == "/2/files/list_folder/continue")
            let list = try await daemon.get(TestDaemon.processing + "/images", as: asker)
            #expect(list["images"]?.array?.contains { $0["title"]?.string == "A" } == true)
            dropbox.answer(401, "{}")
            let refused = try await daemon.post(path, as: asker, "{}")
            #expect(refused.status == 502 && refused["error"]?.string == "Dropbox error: 401")
        }
        try await TestDaemon.runProcessing { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let answer = try await daemon.post(
                TestDaemon.processing + "/list_dropbox", as: asker, "{}")
            #expect(answer.status == 400 && answer["error"]?.string == "Dropbox not connected")
        }
    }

    @Test func `row 17: a folder gives what lies in it and nothing else`() async throws {
        let root = try TemporaryFolder()
        let outside = try TemporaryFolder()
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: root.path + "/in", withIntermediateDirectories: false)
        try Data(Picture.scene(17).jpeg()).write(to: URL(fileURLWithPath: root.path + "/in/a.jpg"))
        try Data("broken".utf8).write(to: URL(fileURLWithPath: root.path + "/broken.jpg"))
        try Data(Picture.scene(18).jpeg()).write(to: URL(fileURLWithPath: outside.path + "/b.jpg"))
        try manager.createSymbolicLink(
            atPath: root.path + "/link.jpg", withDestinationPath: outside.path + "/b.jpg")
        try manager.createSymbolicLink(
            atPath: root.path + "/out", withDestinationPath: outside.path)
        mkfifo(root.path + "/pipe.jpg", 0o600)
        try await TestDaemon.runProcessing(environment: ["FOLDER_ROOT": root.path]) { daemon in
            let admin = Asker.token(try await daemon.account("root@example.org", role: .admin))
            let user = Asker.token(try await daemon.account("a@example.org"))
            func add(_ path: String, as asker: Asker) async throws -> Answer {
                try await daemon.post(
                    TestDaemon.processing + "/images", as: asker,
                    #"{"provider":"folder","external_id":"\#(path)"}"#)
            }
            let refused = try await add("in/a.jpg", as: user)
            #expect(refused.status == 403 && refused.text == #"{"error":"Forbidden"}"#)
            for (path, error) in [
                ("in/a.jpg", nil), ("../x", "download-fail: path outside the folder"),
                ("/etc/passwd", "download-fail: path outside the folder"),
                ("link.jpg", "download-fail: path outside the folder"),
                ("out/b.jpg", "download-fail: path outside the folder"),
                ("pipe.jpg", "download-fail: not a regular file"),
                ("missing.jpg", "download-fail: file not found"),
                ("broken.jpg", "decode-fail: unsupported image format"),
            ] as [(String, String?)] {
                let id = try await add(path, as: admin)["imageId"]?.string ?? ""
                let answer = try await daemon.process(id, as: admin)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.json["success"]?.bool == (error == nil), "\(path)")
                let row = try await daemon.row(id, as: admin)
                #expect(row["image.processing_error"]?.string == error, "\(path)")
                #expect(row["image.retry_count"]?.int == 0)
                #expect(row["image.next_retry_at"]?.isNull == true)
            }
            let path = TestDaemon.processing + "/list_folder"
            #expect(try await daemon.post(path, as: user, "{}").status == 403)
            let listed = try await daemon.post(path, as: admin, #"{"process":false}"#)
            #expect(listed["found"]?.int == 2 && listed["new"]?.int == 0)
            #expect(listed["cursor"]?.isNull == true && listed.json["has_more"]?.bool == (false))
        }
        try await TestDaemon.runProcessing { daemon in
            let admin = Asker.token(try await daemon.account("root@example.org", role: .admin))
            let answer = try await daemon.post(
                TestDaemon.processing + "/list_folder", as: admin, "{}")
            #expect(answer.status == 400 && answer["error"]?.string == "Folder not configured")
        }
    }

    @Test func `row 18: no page leads the daemon to itself`() async throws {
        let web = try ScriptedServer { _, peer in peer.answer(body: Picture.scene(18).jpeg()) }
        try await TestDaemon.runProcessing { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let added = try await daemon.post(
                TestDaemon.processing + "/images", as: asker,
                #"{"provider":"url","src":"\#(web.url)/a.jpg"}"#)
            let id = added["imageId"]?.string ?? ""
            let answer = try await daemon.process(id, as: asker)
            #expect(answer["status"]?.string == "error")
            #expect(answer["error"]?.string == "download-fail: blocked_address")
            #expect(web.connectionCount == 0)
            let missing = try await daemon.post(
                TestDaemon.processing + "/images", as: asker, #"{"provider":"url"}"#)
            #expect(missing.status == 400 && missing["error"]?.string == "Missing src")
        }
        let allowed = ["FETCH_ALLOW_HOSTS": "127.0.0.1:\(web.port)"]
        try await TestDaemon.runProcessing(environment: allowed) { daemon in
            let asker = Asker.token(try await daemon.account("a@example.org"))
            let added = try await daemon.post(
                TestDaemon.processing + "/images", as: asker,
                #"{"provider":"url","src":"\#(web.url)/a.jpg"}"#)
            let id = added["imageId"]?.string ?? ""
            #expect(try await daemon.process(id, as: asker)["status"]?.string == "complete")
        }
    }
}

/// A server that speaks as much of Dropbox's API as is asked of it.
private final class FakeDropbox: Sendable {
    private final class Shelf: Sendable {
        let answer = Mutex<(Int, [UInt8])>((500, []))
    }

    private let shelf: Shelf
    let server: ScriptedServer

    init() throws {
        let shelf = Shelf()
        self.shelf = shelf
        server = try ScriptedServer { _, peer in
            let (code, body) = shelf.answer.withLock { $0 }
            peer.answer(code, fields: [("Content-Type", "application/json")], body: body)
        }
    }

    /// What is answered from now on.
    func answer(_ code: Int, _ body: [UInt8]) {
        shelf.answer.withLock { $0 = (code, body) }
    }

    func answer(_ code: Int, _ text: String) { answer(code, Array(text.utf8)) }
}
