import HTTP
import Imaging
import Testing

/// The provider inside the daemon (§7).
@Suite struct BuiltinTests {
    private static let settings = [
        "PROVIDER": "builtin", "PHOTO_SIMILARITY_MAX_DISTANCE": "1.0",
    ]

    /// A sample at screen size, so that it can be changed and encoded again.
    private static func sample(_ name: String) throws -> Picture {
        let raster = try Intake.run(
            bytes: Picture.fixture("samples/\(name).jpg"), IntakeParameters()
        ).raster
        return Picture(width: raster.width, height: raster.height, samples: raster.samples)
    }

    @Test func `row 58: the same file is told in the same words everywhere`() async throws {
        let photo = try Self.sample("desk").jpeg()
        var texts: [[JSONValue?]] = []
        for _ in 0..<2 {
            try await TestDaemon.run(settings: Self.settings) { daemon in
                let answer = try await daemon.upload(photo)
                #expect(answer.status == 201)
                texts.append(
                    ["suggestions", "caption_title", "caption_category", "caption_full"].map {
                        answer["analysis.\($0)"]
                    })
            }
        }
        #expect(texts[0] == texts[1] && !texts[0].contains(nil))
    }

    @Test func `row 58: near views are near, other photos are not`() async throws {
        try await TestDaemon.run(settings: Self.settings) { daemon in
            let mug = try Self.sample("coffee-mug")
            let first = try await daemon.upload(mug.jpeg(), as: "F1")
            let code = first["analysis.suggestions.0.key"]?.string ?? ""
            let id = first["analysis.id"]?.string ?? ""
            #expect(try await daemon.choose(code, from: id, as: "F1").status == 201)
            for view in [mug.halved.jpeg(), mug.jpeg(quality: 40)] {
                let near = try await daemon.upload(view, as: "F2")
                #expect(near["similar_rooms.0.similarity_distance"]?.double ?? 2 < 0.3)
            }
            for name in ["starry-sky", "forest-path", "sunset-beach"] {
                let far = try await daemon.upload(try Self.sample(name).jpeg(), as: "F3")
                let room = far["similar_rooms"]?.array?.first { $0["room_code"]?.string == code }
                #expect(room?["similarity_distance"]?.double ?? 2 >= 0.3, "\(name)")
            }
        }
    }

    @Test func `every format and size gets ten rooms and a caption`() async throws {
        try await TestDaemon.run(settings: Self.settings) { daemon in
            for name in ["tiny-1x1.png", "animated.gif", "plain.heic", "cmyk.jpg", "grey.png"] {
                let answer = try await daemon.upload(try Picture.fixture("formats/" + name))
                #expect(answer.status == 201)
                #expect(answer["analysis.suggestions"]?.array?.count == 10)
                #expect(answer["analysis.caption_full"]?.string?.isEmpty == false)
                #expect(answer["analysis.caption_embedding_generated_at"]?.string != nil)
            }
            #expect(daemon.provider.calls.isEmpty)
        }
    }
}
