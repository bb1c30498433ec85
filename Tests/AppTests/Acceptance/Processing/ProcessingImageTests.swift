import App
import Domain
import Foundation
import HTTP
import Imaging
import Testing

/// Uploads, attempts and what they find out.
@Suite struct ProcessingImageTests {
    private static let paths: [(HTTP.Method, String)] = [
        (.post, "/process_image"), (.post, "/retry_queue"), (.post, "/images"), (.get, "/images"),
        (.get, "/images/x"), (.delete, "/images/x"), (.delete, "/images"),
        (.get, "/images/x/content"), (.get, "/images/x/thumbnail"), (.get, "/search"),
        (.get, "/usage"), (.post, "/list_dropbox"), (.post, "/list_folder"),
    ]

    @Test func `row 1: every route answers OPTIONS, and 401 without a token`() async throws {
        try await TestDaemon.runProcessing { daemon in
            for (method, path) in Self.paths {
                let asked = try await daemon.send(.options, TestDaemon.processing + path)
                #expect(asked.status == 200 && asked.text == "ok", "\(path)")
                let refused = try await daemon.send(method, TestDaemon.processing + path + "/")
                #expect(refused.status == 401, "\(path)")
                #expect(refused.text == #"{"error":"Unauthorized"}"#)
                for answer in [asked, refused] {
                    #expect(answer[Fields.Name("Access-Control-Allow-Origin")] == "*")
                    #expect(
                        answer[Fields.Name("Access-Control-Allow-Methods")]
                            == "GET, POST, DELETE, OPTIONS")
                    #expect(
                        answer[Fields.Name("Access-Control-Expose-Headers")]
                            == "x-request-id, retry-after")
                }
            }
            let token = Asker.token(try await daemon.account("a@example.org"))
            let unknown = try await daemon.get(TestDaemon.processing + "/nothing", as: token)
            #expect(unknown.status == 404 && unknown.text == #"{"error":"Not found"}"#)
            let wrong = try await daemon.send(.put, TestDaemon.processing + "/usage", as: token)
            #expect(wrong.status == 405 && wrong.text == #"{"error":"Method not allowed"}"#)
            #expect(wrong[Fields.Name("Access-Control-Allow-Origin")] == "*")
        }
    }

    @Test func `row 2: an upload waits, an attempt completes it`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            let added = try await daemon.add(
                Picture.scene(2, width: 800, height: 600).jpeg(), as: token,
                ["title": "Boats", "tags": "sea, sea ,boat", "id": "my-boats.1"])
            #expect(added.status == 201 && added.json["success"]?.bool == (true))
            #expect(added["imageId"]?.string == "my-boats.1")
            #expect(added["image.metadata_status"]?.string == "pending")
            #expect(added["image.palette"]?.array?.isEmpty == true)
            #expect(added["image.thumbnail_url"]?.isNull == true)
            #expect(added["image.tags"]?.encoded == Array(#"["sea","boat"]"#.utf8))
            let answer = try await daemon.process("my-boats.1", as: token)
            #expect(answer.status == 200)
            #expect(
                answer.json.object?.map(\.key)
                    == ["success", "imageId", "status", "thumbnail", "palette"])
            #expect(answer["status"]?.string == "complete")
            let row = try await daemon.row("my-boats.1", as: token)
            #expect(row["image.width"]?.int == 800 && row["image.height"]?.int == 600)
            #expect(row["image.embedding_model"]?.string == "tintype-text-1")
            #expect(row["image.retry_count"]?.int == 0)
            let again = try await daemon.add(
                Picture.unique(1), as: token, ["id": "my-boats.1"])
            #expect(again.status == 409 && again["error"]?.string == "Image id already exists")
            let list = try await daemon.get(
                TestDaemon.processing + "/images?tag=boat&status=complete", as: token)
            #expect(list["total"]?.int == 1 && list["images.0.id"]?.string == "my-boats.1")
            let none = try await daemon.get(
                TestDaemon.processing + "/images?status=pending_llm", as: token)
            #expect(none["total"]?.int == 0)
        }
    }

    @Test(arguments: [(800, 400), (50, 50), (300, 900)])
    func `row 3: the thumbnail opens by its URL alone`(width: Int, height: Int) async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            let answer = try await daemon.processed(
                Picture.scene(3, width: width, height: height).jpeg(), as: token)
            let url = try #require(answer["thumbnail"]?.string)
            let picture = try await daemon.get(url)
            #expect(picture.status == 200 && picture[.contentType] == "image/jpeg")
            #expect(picture[.cacheControl] == "private, max-age=31536000, immutable")
            let bitmap = try Bitmap(decoding: picture.body)
            #expect(bitmap.width == 200 && bitmap.height == 200)
            let secret = try #require(url.split(separator: "=").last)
            #expect(secret.count == 43)
            let wrong = url.replacingOccurrences(
                of: secret, with: String(repeating: "A", count: 43))
            #expect(try await daemon.get(wrong).status == 401)
            #expect(try await daemon.get(String(url.prefix { $0 != "?" })).status == 401)
            #expect(try await daemon.get(String(url.prefix { $0 != "?" }), as: token).status == 200)
        }
    }

    @Test func `row 4: unknown and foreign images are not there`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let ada = Asker.token(try await daemon.account("a@example.org"))
            let bob = Asker.token(try await daemon.account("b@example.org"))
            let path = TestDaemon.processing + "/process_image"
            for body in ["", "{}", #"{"imageId":""}"#, #"{"imageId":null}"#] {
                let answer = try await daemon.post(path, as: ada, body)
                #expect(answer.status == 400 && answer["error"]?.string == "Missing imageId")
            }
            let broken = try await daemon.post(path, as: ada, "{")
            #expect(broken.status == 400 && broken["error"]?.string == "Malformed JSON")
            let id = try await daemon.image(Picture.unique(4), as: ada)
            for answer in [
                try await daemon.process("nothing", as: ada), try await daemon.process(id, as: bob),
                try await daemon.row(id, as: bob),
            ] {
                #expect(answer.status == 404 && answer["error"]?.string == "Image not found")
            }
            let snake = try await daemon.post(path, as: ada, #"{"image_id":"\#(id)"}"#)
            #expect(snake.status == 200)
            let admin = Asker.token(try await daemon.account("root@example.org", role: .admin))
            #expect(try await daemon.row(id, as: admin).status == 200)
            let own = try await daemon.get(TestDaemon.processing + "/images", as: bob)
            #expect(own["total"]?.int == 0)
            let all = try await daemon.get(
                TestDaemon.processing + "/images?user=a@example.org", as: admin)
            #expect(all["total"]?.int == 1)
        }
    }

    @Test func `row 5: the colours are the picture's`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            func row(_ bytes: [UInt8]) async throws -> Answer {
                let id = try await daemon.image(bytes, as: token)
                #expect(try await daemon.process(id, as: token).status == 200)
                return try await daemon.row(id, as: token)
            }
            let red = try await row(Picture(80, 60) { _, _ in [255, 0, 0] }.jpeg(quality: 95))
            #expect(["#fe0000", "#ff0000"].contains(red["image.dominant_color"]?.string))
            #expect(red["image.palette"]?.array?.count == 1)
            #expect(red["image.palette_shares"]?.encoded == Array("[1]".utf8))
            let halves = try await row(
                Picture(80, 60) { x, _ in x < 40 ? [255, 0, 0] : [0, 0, 255] }.png)
            #expect(halves["image.palette"]?.array?.count == 2)
            let shares = halves["image.palette_shares"]?.array?.compactMap(\.double) ?? []
            #expect(shares.allSatisfy { abs($0 - 0.5) < 0.02 })
            let black = try await row(Picture(1, 1) { _, _ in [0, 0, 0] }.png)
            #expect(black["image.dominant_color"]?.string == "#000000")
        }
    }

    @Test func `row 6: the same file has the same palette`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            let photo = Picture.scene(6, width: 500, height: 400).jpeg()
            let first = try await daemon.processed(photo, as: token)
            let second = try await daemon.processed(photo, as: token)
            #expect(first["palette"]?.encoded == second["palette"]?.encoded)
            #expect(first["imageId"]?.string != second["imageId"]?.string)
            let id = first["imageId"]?.string ?? ""
            let row = try await daemon.row(id, as: token)
            let shares = row["image.palette_shares"]?.array?.compactMap(\.double) ?? []
            #expect((1...5).contains(shares.count))
            #expect(shares == shares.sorted(by: >) && shares.reduce(0, +) <= 1)
            // One file of the bytes and one of their thumbnail, whoever refers to them.
            #expect(daemon.files().count == 2)
        }
    }

    @Test func `row 7: facts`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            func row(_ picture: Picture) async throws -> Answer {
                let id = try await daemon.image(picture.png, as: token)
                #expect(try await daemon.process(id, as: token).status == 200)
                return try await daemon.row(id, as: token)
            }
            let grey = try await row(Picture(256, 64) { x, _ in [x, x, x] })
            #expect(grey["image.is_black_and_white"]?.bool == (true))
            let colors: [(Int, Int, Int, String)] = [
                (128, 128, 128, "neutral"), (0xFF, 0xC8, 0xD2, "pastel"),
                (0x78, 0x50, 0x28, "earthtone"), (255, 0, 0, "vibrant"),
                (0x5A, 0x6E, 0x8C, "muted"),
            ]
            for (red, green, blue, word) in colors {
                let plain = try await row(.plain(red, green, blue))
                #expect(plain["image.palette_suitability"]?.string == word)
                #expect(plain["image.is_black_and_white"]?.bool == (word == "neutral"))
                #expect(plain["image.is_photograph"]?.bool == (false))
            }
            let framed = try await row(
                Picture(100, 100) { x, y in
                    (10..<90).contains(x) && (10..<90).contains(y)
                        ? [200, 30, 30] : [255, 255, 255]
                })
            #expect(framed["image.white_edge_score"]?.double ?? 0 > 0.9)
        }
    }

    @Test func `row 8: the thumbnail is upright`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            // Stored with its top, which is white, to the left: orientation 6 turns it to the right.
            let stored = Picture(120, 120) { x, _ in x < 60 ? [255, 255, 255] : [0, 0, 0] }
            let answer = try await daemon.processed(stored.png(orientation: 6), as: token)
            let url = try #require(answer["thumbnail"]?.string)
            let bitmap = try Bitmap(decoding: try await daemon.get(url).body)
            let middle = 100 * bitmap.channels
            #expect(bitmap.samples[20 * 200 * bitmap.channels + middle] > 250)
            #expect(bitmap.samples[180 * 200 * bitmap.channels + middle] < 5)
        }
    }

    @Test func `row 9: what is no picture is refused and leaves nothing`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            let photo = Picture.scene(9).jpeg()
            let refused: [([UInt8], String)] = [
                (Array("Hello".utf8), "Unsupported image format"),
                (Picture.scene(9).bmp, "Unsupported image format"),
                (Array(photo.prefix(photo.count / 2)), "Image cannot be decoded"),
                (
                    photo + [UInt8](repeating: 0, count: 10 << 20),
                    "Image size exceeds maximum of 10MB"
                ),
            ]
            for (bytes, message) in refused {
                let answer = try await daemon.add(bytes, as: token)
                #expect(answer.status == 400 && answer["error"]?.string == message)
            }
            let missing = try await daemon.post(
                TestDaemon.processing + "/images", as: token, #"{"title":"x"}"#)
            #expect(missing.status == 400 && missing["error"]?.string == "Missing file")
            let other = try await daemon.send(
                .post, TestDaemon.processing + "/images", as: token,
                fields: [.contentType: "application/xml"], body: Array("<x/>".utf8))
            #expect(other.status == 415)
            let list = try await daemon.get(TestDaemon.processing + "/images", as: token)
            #expect(list["total"]?.int == 0 && daemon.files().isEmpty)
        }
    }

    @Test func `row 24: images are found by words and by look`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            let harbour = Picture.scene(24, width: 640, height: 480)
            var ids: [String] = []
            for (picture, title) in [
                (harbour, "Wooden boats in the harbour"), (Picture.scene(25), "Snowy mountain"),
                (harbour.halved, "Completely different words"), (Picture.scene(26), ""),
            ] {
                let answer = try await daemon.processed(picture.jpeg(), as: token, title: title)
                #expect(answer["status"]?.string == "complete")
                ids.append(answer["imageId"]?.string ?? "")
            }
            for words in ["boats harbour", "boats%20harbor", "wodden%20boats"] {
                let found = try await daemon.get(
                    TestDaemon.processing + "/search?q=\(words)".replacing(" ", with: "%20"),
                    as: token)
                #expect(found["results.0.imageId"]?.string == ids[0], "\(words)")
                #expect(found["results"]?.array?.count == 3)
                #expect(found["space"]?.string == "text")
            }
            let alike = try await daemon.get(
                TestDaemon.processing + "/search?imageId=\(ids[0])", as: token)
            #expect(alike["space"]?.string == "visual")
            #expect(alike["results.0.imageId"]?.string == ids[2])
            #expect(alike["results.0.score"]?.double ?? 0 >= 0.95)
            #expect(alike["results"]?.array?.count == 3)
            let refused = [
                ("", "Missing q or imageId"), ("q=a&imageId=b", "Give q or imageId, not both"),
                ("q=a&k=x", "Invalid k"), ("q=a&space=sound", "Invalid space"),
                ("imageId=\(ids[3])&space=text", "Image has no embedding"),
            ]
            for (query, message) in refused {
                let answer = try await daemon.get(
                    TestDaemon.processing + "/search?" + query, as: token)
                #expect(answer.status == 400 && answer["error"]?.string == message, "\(query)")
            }
            let stranger = Asker.token(try await daemon.account("b@example.org"))
            let foreign = try await daemon.get(
                TestDaemon.processing + "/search?q=boats", as: stranger)
            #expect(foreign["results"]?.array?.isEmpty == true)
        }
    }

    @Test func `row 25: a deleted image is gone, its bytes with the last reference`() async throws {
        try await TestDaemon.runProcessing { daemon in
            let token = Asker.token(try await daemon.account("a@example.org"))
            let bob = Asker.token(try await daemon.account("b@example.org"))
            let photo = Picture.scene(25).jpeg()
            let first = try await daemon.processed(photo, as: token, title: "Boats")
            let second = try await daemon.processed(photo, as: bob, title: "Boats")
            let id = first["imageId"]?.string ?? ""
            let path = TestDaemon.processing + "/images/\(id)"
            #expect(try await daemon.send(.delete, path, as: bob).status == 404)
            let gone = try await daemon.send(.delete, path, as: token)
            #expect(gone.text == #"{"success":true,"deletedCount":1}"#)
            #expect(try await daemon.send(.delete, path, as: token).status == 404)
            #expect(try await daemon.get(path, as: token).status == 404)
            #expect(try await daemon.get(first["thumbnail"]?.string ?? "").status == 404)
            let found = try await daemon.get(TestDaemon.processing + "/search?q=boats", as: token)
            #expect(found["results"]?.array?.isEmpty == true)
            #expect(daemon.files().count == 2)
            let other = second["imageId"]?.string ?? ""
            let content = try await daemon.get(
                TestDaemon.processing + "/images/\(other)/content", as: bob)
            #expect(content.body == photo && content[.etag] != nil)
            let query = TestDaemon.processing + "/images?id=\(other)"
            #expect(try await daemon.send(.delete, query, as: bob).status == 200)
            #expect(daemon.files().isEmpty)
            #expect(daemon.installation.vectorCount == 0)
            let usage = try await daemon.get(TestDaemon.processing + "/usage", as: token)
            #expect(usage["totals.calls"]?.int == 2)
        }
    }
}
