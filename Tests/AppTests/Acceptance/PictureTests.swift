import Domain
import HTTP
import Imaging
import Testing

/// Stored pictures as they are served (§9).
@Suite struct PictureTests {
    private static func path(_ id: String, _ query: String = "") -> String {
        "/api/photo-analysis/\(id)/image/\(query)"
    }

    @Test func `row 45: picture, thumbnail, head, range and conditions`() async throws {
        try await TestDaemon.run { daemon in
            let photo = Picture.scene(45, width: 800, height: 200).jpeg()
            let path = Self.path(try await daemon.record(photo, as: "F1"))
            let picture = try await daemon.get(path)
            #expect(picture.status == 200 && picture.body == photo)
            #expect(picture[.contentType] == "image/jpeg")
            #expect(picture[.contentDisposition] == "inline")
            #expect(picture[.cacheControl] == "private, max-age=3600")
            #expect(picture[.xContentTypeOptions] == "nosniff")
            let tag = picture[.etag] ?? ""
            #expect(tag.hasPrefix("\"") && tag.count > 10)
            let thumbnail = try await daemon.get(path + "?size=thumb")
            let shown = try ImageProbe(bytes: thumbnail.body)
            #expect(thumbnail[.contentType] == "image/jpeg" && shown.format == .jpeg)
            #expect(shown.width == 400 && shown.height == 100)
            #expect(thumbnail[.etag] != nil && thumbnail[.etag] != tag)
            let head = try await daemon.send(.head, path)
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head[.contentLength] == "\(photo.count)" && head[.etag] == tag)
            let part = try await daemon.get(path, fields: [.range: "bytes=0-9"])
            #expect(part.status == 206 && part.body == Array(photo.prefix(10)))
            #expect(part[.contentRange] == "bytes 0-9/\(photo.count)")
            let stale = try await daemon.get(
                path, fields: [.range: "bytes=0-9", .ifRange: "\"other\""])
            #expect(stale.status == 200)
            let fresh = try await daemon.get(path, fields: [.range: "bytes=-5", .ifRange: tag])
            #expect(fresh.status == 206 && fresh.body == Array(photo.suffix(5)))
            let beyond = try await daemon.get(path, fields: [.range: "bytes=9999999-"])
            #expect(beyond.status == 416)
            #expect(beyond[.contentRange] == "bytes */\(photo.count)")
            for list in [tag, "\"x\", \(tag)", "*"] {
                let same = try await daemon.get(path, fields: [.ifNoneMatch: list])
                #expect(same.status == 304 && same.body.isEmpty && same[.etag] == tag)
            }
            for size in ["x", "", "THUMB"] {
                let wrong = try await daemon.get(path + "?size=\(size)")
                #expect(wrong.status == 400)
                #expect(wrong.text == #"{"size":["\"\#(size)\" is not a valid choice."]}"#)
            }
        }
    }

    @Test func `thumbnails are never enlarged`() async throws {
        try await TestDaemon.run { daemon in
            let photo = Picture.scene(1, width: 60, height: 90).jpeg(orientation: 6)
            let path = Self.path(try await daemon.record(photo), "?size=thumb")
            let shown = try ImageProbe(bytes: try await daemon.get(path).body)
            #expect(shown.width == 90 && shown.height == 60 && shown.orientation == 1)
        }
    }

    @Test(arguments: [
        "metadata.jpg", "metadata.png", "metadata.webp", "metadata.heic", "metadata.gif",
        "metadata.mpo.jpg", "metadata-progressive.jpg", "metadata-animated.webp",
    ])
    func `row 46: pixels and orientation stay, everything private goes`(
        name: String
    ) async throws {
        try await TestDaemon.run { daemon in
            let photo = try Picture.fixture("formats/" + name)
            let answer = try await daemon.upload(photo)
            #expect(answer["analysis.file_hash"]?.string == Picture.md5(photo))
            let served = try await daemon.get(answer["analysis.image_url"]?.string ?? "").body
            for secret in ["SECRET", "4711", "1147"] {
                #expect(served.firstRange(of: Array(secret.utf8)) == nil, "\(secret)")
            }
            let before = try Intake.run(bytes: photo, IntakeParameters())
            let after = try Intake.run(bytes: served, IntakeParameters())
            #expect(after.raster == before.raster && after.phash == before.phash)
            #expect(after.orientation == before.orientation)
        }
    }

    @Test func `row 46: what has nothing to strip is served byte for byte`() async throws {
        try await TestDaemon.run { daemon in
            for name in ["plain.jpg", "rgb.png", "lossy.webp", "animated.gif", "plain.heic"] {
                let photo = try Picture.fixture("formats/" + name)
                let id = try await daemon.record(photo)
                #expect(try await daemon.get(Self.path(id)).body == photo, "\(name)")
            }
            let turned = Picture.scene(3).jpeg(orientation: 6)
            let id = try await daemon.record(turned + Array("trailing GPS".utf8))
            let served = try await daemon.get(Self.path(id)).body
            #expect(try ImageProbe(bytes: served).orientation == 6)
            #expect(served.firstRange(of: Array("trailing".utf8)) == nil)
        }
    }

    @Test func `row 47: after its time a picture is gone and its record is not`() async throws {
        try await TestDaemon.run(settings: ["IMAGE_TTL_HOURS": "0.0005"]) { daemon in
            let photo = Picture.scene(47).jpeg()
            let id = try await daemon.record(photo, as: "F1")
            daemon.clock.advance(0.7)
            let early = try await daemon.get(Self.path(id))
            #expect(early.status == 200 && early[.cacheControl] == "private, max-age=1")
            daemon.clock.advance(1.1)
            let last = try await daemon.get(Self.path(id))
            #expect(last.status == 200 && last[.cacheControl] == "private, max-age=0")
            daemon.clock.advance(0.001)
            for query in ["", "?size=thumb"] {
                let gone = try await daemon.get(Self.path(id, query))
                #expect(gone.status == 410 && gone.text == #"{"error":"Image has expired"}"#)
                #expect(gone[.cacheControl] == "no-store")
            }
            let detail = try await daemon.get("/api/photo-analysis/\(id)/", as: "F1")
            #expect(detail.status == 200 && detail["is_expired"] == .bool(true))
            let again = try await daemon.upload(photo, as: "F1")
            #expect(again.status == 201 && again["analysis.id"]?.string != id)
            let fresh = try await daemon.get(again["analysis.image_url"]?.string ?? "")
            #expect(fresh.status == 200 && fresh.body == photo)
            #expect(daemon.files().count == 2)
        }
    }

    @Test func `a TTL of zero never ends`() async throws {
        try await TestDaemon.run(settings: ["IMAGE_TTL_HOURS": "0"]) { daemon in
            let answer = try await daemon.upload(Picture.unique(1))
            #expect(answer["analysis.expires_at"] == .null)
            daemon.clock.advance(1e9)
            let id = answer["analysis.id"]?.string ?? ""
            let detail = try await daemon.get("/api/photo-analysis/\(id)/")
            #expect(detail["is_expired"] == .bool(false))
            #expect(try await daemon.get(Self.path(id)).status == 200)
        }
    }

    @Test func `row 48: where only owners may look, others find nothing`() async throws {
        try await TestDaemon.run(settings: ["IMAGE_ACCESS": "owner"]) { daemon in
            let admin = Asker.token(try await daemon.account("a@example.org", role: .admin))
            let id = try await daemon.record(Picture.unique(1), as: "F1")
            _ = try await daemon.upload(Picture.unique(1), as: "F2")
            for (asker, status) in [
                (Asker("F1"), 200), ("F2", 200), (admin, 200), ("F3", 404), (.nobody, 404),
            ] {
                for query in ["", "?size=thumb"] {
                    let answer = try await daemon.get(Self.path(id, query), as: asker)
                    #expect(answer.status == status)
                }
            }
            #expect(try await daemon.get(Self.path(id, "?fingerprint=F1")).status == 200)
            #expect(try await daemon.get(Self.path(id, "?fingerprint=F3")).status == 404)
            let open = try await daemon.record(Picture.unique(2))
            #expect(try await daemon.get(Self.path(open)).status == 200)
        }
    }
}
