import Foundation
import HTTP
import Testing

/// Uploads of one photo: what is taken and what comes back (§3 and §4.1 of the contract).
@Suite struct UploadTests {
    private static let keys = [
        "id", "suggestions", "ai_vision_model", "token_usage", "caption_title", "caption_category",
        "caption_visible_text", "caption_full", "caption_generated_at", "caption_model",
        "caption_token_usage", "caption_embedding_generated_at",
        "suggestions_embedding_generated_at", "image_url", "expires_at", "is_expired", "file_size",
        "storage_type", "times_used", "username", "created_at", "updated_at", "image_phash",
        "file_hash", "reused_from", "selected_suggestion_code", "selected_at",
    ]

    @Test func `row 1: a new JPEG is answered with all keys in order`() async throws {
        try await TestDaemon.run { daemon in
            let answer = try await daemon.upload(Picture.scene(1).jpeg(), as: "F1")
            #expect(answer.status == 201)
            let json = answer.json
            #expect(json.object?.map(\.key) == ["cached", "analysis", "similar_rooms"])
            #expect(json["cached"] == .bool(false))
            #expect(json["similar_rooms"] == .array([]))
            #expect(json["analysis"]?.object?.map(\.key) == Self.keys)
            #expect(answer["analysis.suggestions"]?.array?.count == 10)
            #expect(
                answer["analysis.suggestions.0"]?.object?.map(\.key)
                    == ["name", "key", "description"])
            #expect(answer["analysis.suggestions.0.key"]?.string == "harbour-light")
            #expect(answer["analysis.ai_vision_model"]?.string == "gpt-4o")
            let usage = #"{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150}"#
            for name in ["token_usage", "caption_token_usage"] {
                let written = answer["analysis.\(name)"]?.encoded ?? []
                #expect(String(decoding: written, as: UTF8.self) == usage)
            }
            #expect(answer["analysis.caption_title"]?.string == "Foggy Harbour")
            #expect(answer["analysis.caption_model"]?.string == "gpt-4o")
            #expect(answer["analysis.username"] == .null)
            #expect(answer["analysis.storage_type"]?.string == "local")
            #expect(answer["analysis.is_expired"] == .bool(false))
            let id = answer["analysis.id"]?.string ?? ""
            #expect(UUID(uuidString: id) != nil && id == id.lowercased())
            #expect(Array(id)[14] == "4")
            #expect(answer[.location] == "\(daemon.url)/api/photo-analysis/\(id)/")
            let detail = try await daemon.get("/api/photo-analysis/\(id)/", as: "F1")
            #expect(detail.status == 200 && detail.json == json["analysis"])
        }
    }

    @Test func `row 4: one byte appended is another photo`() async throws {
        try await TestDaemon.run { daemon in
            let photo = Picture.scene(4).jpeg()
            let first = try await daemon.upload(photo, as: "F1")
            let second = try await daemon.upload(photo + [0], as: "F1")
            #expect(second.status == 201)
            #expect(second["analysis.id"] != first["analysis.id"])
            #expect(second["analysis.file_hash"] != first["analysis.file_hash"])
        }
    }

    @Test func `row 6: hash, size, expiry and address are those of the upload`() async throws {
        try await TestDaemon.run { daemon in
            let photo = Picture.scene(6).jpeg() + [1, 2, 3]
            let answer = try await daemon.upload(photo)
            #expect(answer["analysis.file_hash"]?.string == Picture.md5(photo))
            #expect(answer["analysis.file_size"]?.int == photo.count)
            #expect(answer["analysis.created_at"]?.string == "2026-03-01T12:00:00.000Z")
            #expect(answer["analysis.expires_at"]?.string == "2026-03-08T12:00:00.000Z")
            let address = answer["analysis.image_url"]?.string ?? ""
            #expect(address.hasPrefix(daemon.url + "/api/photo-analysis/"))
            #expect(try await daemon.get(address).status == 200)
        }
    }

    @Test func `a public address goes before the Host of the request`() async throws {
        let environment = ["TINTYPE_PUBLIC_URL": "https://photos.example/base/"]
        try await TestDaemon.run(environment: environment) { daemon in
            let answer = try await daemon.upload(Picture.unique(1))
            let address = answer["analysis.image_url"]?.string ?? ""
            #expect(address.hasPrefix("https://photos.example/base/api/photo-analysis/"))
        }
    }

    @Test func `row 12: all faulty fields are named at once`() async throws {
        try await TestDaemon.run { daemon in
            var form = Form()
            form.text("fingerprint", "  ")
            let both =
                #"{"image":["No file was submitted."],"#
                + #""fingerprint":["This field may not be blank."]}"#
            #expect(try await daemon.upload(form).text == both)
            let long = try await daemon.upload(
                Form(Picture.unique(1), as: String(repeating: "é", count: 256)))
            #expect(long.status == 400)
            #expect(
                long.text
                    == #"{"fingerprint":["Ensure this field has no more than 255 characters."]}"#)
            let fits = Form(Picture.unique(1), as: String(repeating: "é", count: 255))
            #expect(try await daemon.upload(fits).status == 201)
            let broken = Form(Array("no picture".utf8), as: "a\0b")
            let answer = try await daemon.upload(broken)
            #expect(answer.status == 400)
            #expect(answer.json.object?.map(\.key) == ["image", "fingerprint"])
            #expect(answer["fingerprint.0"]?.string == "Null characters are not allowed.")
            var file = Form(Picture.unique(2))
            file.file("fingerprint", Array("F1".utf8))
            #expect(
                try await daemon.upload(file).text == #"{"fingerprint":["Not a valid string."]}"#)
            let header: Fields = ["X-Fingerprint": String(repeating: "x", count: 256)]
            let inHeader = try await daemon.upload(Form(), fields: header)
            #expect(inHeader.json.object?.map(\.key) == ["image", "fingerprint"])
            #expect(daemon.provider.calls(.suggestions).count == 1)
        }
    }

    @Test(arguments: [
        ("grey.png", "image/png"), ("two-pictures.mpo.jpg", "image/jpeg"),
        ("lossy.webp", "image/webp"), ("animated.gif", "image/gif"), ("plain.heic", "image/heic"),
        ("progressive.jpg", "image/jpeg"), ("cmyk.jpg", "image/jpeg"),
    ])
    func `row 15: every format is known by its content`(name: String, type: String) async throws {
        try await TestDaemon.run { daemon in
            var form = Form()
            form.file(
                "image", try Picture.fixture("formats/" + name), filename: "holiday.jpg",
                type: "application/pdf")
            let answer = try await daemon.upload(form)
            #expect(answer.status == 201)
            let picture = try await daemon.get(answer["analysis.image_url"]?.string ?? "")
            #expect(picture.status == 200 && picture[.contentType] == type)
        }
    }

    @Test func `the first image part counts and other fields are ignored`() async throws {
        try await TestDaemon.run { daemon in
            var form = Form()
            form.text("title", "ignored")
            form.file("image", Picture.unique(1))
            form.file("image", Array("no picture".utf8))
            form.text("fingerprint", " F1 ")
            let answer = try await daemon.upload(form)
            #expect(answer.status == 201)
            #expect(answer["analysis.file_hash"]?.string == Picture.md5(Picture.unique(1)))
            let recent = try await daemon.get("/api/photo-analysis/recent/", as: "F1")
            #expect(recent.json.array?.count == 1)
        }
    }

    @Test func `the path is served with and without its slash`() async throws {
        try await TestDaemon.run { daemon in
            let form = Form(Picture.unique(1), as: "F1")
            let bare = try await daemon.send(
                .post, "/api/photo-analysis/upload", fields: [.contentType: form.contentType],
                body: form.body)
            #expect(bare.status == 201)
            let id = bare["analysis.id"]?.string ?? ""
            for path in ["", "/recent", "/\(id)", "/\(id)/image"] {
                for slash in ["", "/"] {
                    let answer = try await daemon.get(
                        "/api/photo-analysis\(path)\(slash)", as: "F1")
                    #expect(answer.status == 200, "\(path)\(slash)")
                }
            }
        }
    }
}
