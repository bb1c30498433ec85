import Foundation
import HTTP
import Imaging
import Testing

/// What a provider is sent (§6.2 and §6.4).
@Suite struct WireTests {
    @Test func `row 33: models, temperatures and limits, both pairs at the same time`()
        async throws
    {
        let (first, second) = (Rendezvous(2), Rendezvous(2))
        try await TestDaemon.run { daemon in
            daemon.provider.on(.suggestions) { _, _ in
                first.arrive()
                return .content(RecordingProvider.suggestions(RecordingProvider.titles))
            }
            daemon.provider.on(.caption) { _, _ in
                first.arrive()
                return .content(RecordingProvider.caption)
            }
            daemon.provider.on(.embedding) { _, _ in
                second.arrive()
                return .vector(RecordingProvider.vector(0))
            }
            let answer = try await daemon.upload(Picture.unique(1))
            #expect(answer.status == 201)
            #expect(first.isComplete && second.isComplete)
            #expect(daemon.provider.calls.count == 4)
            for (kind, temperature, tokens) in [
                (RecordingProvider.Kind.suggestions, 0.7, 500), (.caption, 0.2, 300),
            ] {
                let body = try #require(daemon.provider.calls(kind).first).body
                #expect(body["model"]?.string == "gpt-4o")
                #expect(body["temperature"]?.double == temperature)
                #expect(body["max_tokens"]?.int == tokens)
                #expect(body["response_format"]?["type"]?.string == "json_object")
                #expect(body["messages"]?.array?.count == 1)
                #expect(body["messages"]?[0]?["role"]?.string == "user")
                let content = body["messages"]?[0]?["content"]
                #expect(content?[0]?["type"]?.string == "text")
                #expect(content?[1]?["type"]?.string == "image_url")
                #expect(content?[1]?["image_url"]?["detail"]?.string == "low")
            }
            let embeddings = daemon.provider.calls(.embedding)
            for call in embeddings {
                #expect(call.body["model"]?.string == "text-embedding-3-small")
                #expect(call.body["encoding_format"]?.string == "base64")
                #expect(!call.text.contains("..") && !call.text.hasSuffix("."))
            }
            let caption = "Foggy Harbour. landscape. PIER 7. Boats lie in a foggy harbour"
            let rooms = RecordingProvider.titles.map { ". \($0). About \($0)" }.joined()
            #expect(Set(embeddings.map(\.text)) == [caption, caption + rooms])
            #expect(!daemon.provider.calls[0].fields.contains(.authorization))
        }
    }

    @Test func `settings change what is sent from the next request on`() async throws {
        try await TestDaemon.run { daemon in
            for (name, value) in [
                ("OPENAI_MODEL", "gpt-5"), ("CAPTION_MODEL", "gpt-5-mini"),
                ("EMBEDDING_MODEL", "embed-2"), ("PROMPT", "Name rooms."),
                ("CAPTION_PROMPT", "Describe."), ("TEMPERATURE", "1.5"),
                ("CAPTION_TEMPERATURE", "0.0"), ("DETAIL_MODE", "high"),
            ] {
                try await daemon.set(name, value)
            }
            let answer = try await daemon.upload(Picture.unique(1))
            #expect(answer["analysis.ai_vision_model"]?.string == "gpt-5")
            #expect(answer["analysis.caption_model"]?.string == "gpt-5-mini")
            let rooms = try #require(daemon.provider.calls(.suggestions).first)
            #expect(rooms.text == "Name rooms." && rooms.body["temperature"]?.double == 1.5)
            let caption = try #require(daemon.provider.calls(.caption).first)
            #expect(caption.text == "Describe." && caption.body["model"]?.string == "gpt-5-mini")
            let embedding = daemon.provider.calls(.embedding).first
            #expect(embedding?.body["model"]?.string == "embed-2")
        }
    }

    @Test func `row 34: what is small and upright is sent as it was uploaded`() async throws {
        try await TestDaemon.run { daemon in
            let small = Picture.scene(34, width: 60, height: 40)
            let square = Picture.scene(35, width: 1414, height: 1414).jpeg()
            for (type, bytes) in [("png", small.png), ("jpeg", small.jpeg()), ("jpeg", square)] {
                #expect(try await Self.sent(bytes, daemon) == ("image/" + type, bytes))
            }
            let webp = try Picture.fixture("formats/lossy.webp")
            #expect(try await Self.sent(webp, daemon) == ("image/webp", webp))
        }
    }

    @Test(arguments: [
        (3000, 2000, 1732, 1154), (4000, 2000, 2000, 1000), (5000, 500, 4472, 447),
        (1415, 1414, 1414, 1413),
    ])
    func `row 34: what is too big is scaled down`(
        width: Int, height: Int, sentWidth: Int, sentHeight: Int
    ) async throws {
        try await TestDaemon.run { daemon in
            let picture = Picture(width, height) { x, y in [x / 16, y / 16, 99] }
            let (type, bytes) = try await Self.sent(picture.jpeg(), daemon)
            let sent = try ImageProbe(bytes: bytes)
            #expect(type == "image/jpeg" && sent.format == .jpeg)
            #expect(sent.width == sentWidth && sent.height == sentHeight)
        }
    }

    @Test func `row 34: what lies on its side is sent upright`() async throws {
        try await TestDaemon.run { daemon in
            // Stored with the top of the scene at the left: red above blue once it is turned.
            let stored = Picture(80, 40) { x, _ in x < 40 ? [200, 0, 0] : [0, 0, 200] }
            let (type, bytes) = try await Self.sent(stored.jpeg(orientation: 6), daemon)
            let sent = try Intake.run(bytes: bytes, IntakeParameters())
            #expect(type == "image/jpeg" && sent.orientation == 1)
            #expect(sent.width == 40 && sent.height == 80)
            let (top, bottom) = (sent.raster.samples.prefix(3), sent.raster.samples.suffix(3))
            #expect(top.first ?? 0 > 150 && bottom.last ?? 0 > 150)
            #expect(bottom.first ?? 255 < 50 && top.last ?? 255 < 50)
        }
    }

    @Test(arguments: ["transparent.gif", "plain.heic", "animated.gif"])
    func `other formats are sent as JPEG`(name: String) async throws {
        try await TestDaemon.run { daemon in
            let picture = try Picture.fixture("formats/" + name)
            let (type, bytes) = try await Self.sent(picture, daemon)
            let format = try ImageProbe(bytes: bytes).format
            #expect(type == "image/jpeg" && format == .jpeg)
        }
    }

    /// The type and bytes that the provider gets for an upload.
    private static func sent(
        _ picture: [UInt8], _ daemon: TestDaemon
    ) async throws -> (String, [UInt8]) {
        let answer = try await daemon.upload(picture)
        #expect(answer.status == 201)
        let url = daemon.provider.calls(.suggestions).last?.picture ?? ""
        #expect(url == daemon.provider.calls(.caption).last?.picture)
        let parts = url.split(separator: ",", maxSplits: 1)
        let type = parts.first?.dropFirst(5).split(separator: ";").first ?? ""
        let bytes = Data(base64Encoded: String(parts.last ?? "")) ?? Data()
        return (String(type), Array(bytes))
    }
}
