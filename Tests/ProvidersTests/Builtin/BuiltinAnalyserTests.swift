import Domain
import Providers
import Synchronization
import Testing

/// A reader of text that counts how often it is asked.
private final class CountingReader: TextReader {
    let asked = Mutex(0)
    let found: [RecognizedWord]

    init(_ found: [RecognizedWord] = []) { self.found = found }

    func words(in photo: VisionInput) async -> [RecognizedWord] {
        asked.withLock { $0 += 1 }
        return found
    }
}

@Suite struct BuiltinAnalyserTests {
    private let question = VisionQuestion(
        model: "any", prompt: "any", temperature: 0, maximumTokens: 1, detail: "low")

    private func photo(_ raster: Raster) -> VisionInput {
        VisionInput(
            bytes: [1, 2, 3], mediaType: "image/jpeg", raster: raster, width: raster.width * 8,
            height: raster.height * 8, capture: CaptureFacts())
    }

    @Test func `four calls about one photo share one analysis`() async throws {
        let reader = CountingReader([RecognizedWord(text: "Waffles", confidence: 90, line: 0)])
        let analyser = BuiltinAnalyser(textReader: reader)
        let photo = photo(Lettering.sign)
        async let suggestions = analyser.suggestions(for: photo, asking: question)
        async let caption = analyser.caption(for: photo, asking: question)
        let replies = try await [suggestions, caption]
        async let first = analyser.embedding(of: "first words", about: photo, model: "any")
        async let second = analyser.embedding(of: "other words", about: photo, model: "any")
        let vectors = try await [first, second]
        #expect(reader.asked.withLock { $0 } == 1)
        #expect(replies.allSatisfy { $0.usage == .zero && $0.raw == $0.content })
        #expect(replies[0].content.hasPrefix("{\"suggestions\":[{\"name\":\"Waffles\""))
        #expect(replies[1].content.contains("\"visible_text\":\"Waffles\""))
        #expect(vectors.map(\.count) == [1536, 1536])
        let differ = vectors[0] != vectors[1]
        #expect(differ)
    }

    @Test func `textless photos are not handed to the reader`() async throws {
        let reader = CountingReader()
        let analyser = BuiltinAnalyser(textReader: reader)
        for picture in Picture.scenes {
            _ = try await analyser.caption(for: photo(picture.raster), asking: question)
        }
        #expect(reader.asked.withLock { $0 } == 0)
    }

    @Test func `many photos at once are all answered, each with its own`() async throws {
        let analyser = BuiltinAnalyser(textReader: CountingReader())
        let question = question
        let photos = Drawing.scenes.map {
            photo($0.raster(Drawing.View(description: "small", shrink: 4)))
        }
        let captions = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for i in 0..<60 {
                let photo = photos[i % photos.count]
                group.addTask {
                    (i, try await analyser.caption(for: photo, asking: question).content)
                }
            }
            var captions = [String](repeating: "", count: 60)
            for try await (i, caption) in group { captions[i] = caption }
            return captions
        }
        for i in captions.indices { #expect(captions[i] == captions[i % photos.count]) }
        #expect(Set(captions).count == photos.count)
    }
}
