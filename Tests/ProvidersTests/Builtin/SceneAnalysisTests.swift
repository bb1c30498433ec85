import Domain
import Foundation
import Providers
import Testing

/// The answers of an analysis as a client reads them.
struct Answers: Decodable {
    struct Room: Decodable, Equatable {
        var name: String
        var key: String
        var description: String
    }
    struct Caption: Decodable, Equatable {
        var title: String
        var category: String
        var visible_text: String
        var caption: String
    }
    private struct Suggestions: Decodable { var suggestions: [Room] }

    var rooms: [Room]
    var caption: Caption

    init(_ analysis: SceneAnalysis) throws {
        let decoder = JSONDecoder()
        rooms = try decoder.decode(Suggestions.self, from: Data(analysis.suggestionsJSON.utf8))
            .suggestions
        caption = try decoder.decode(Caption.self, from: Data(analysis.captionJSON.utf8))
    }

    var keys: Set<String> { Set(rooms.map(\.key)) }
    var captionText: String { "\(caption.title). \(caption.category). \(caption.caption)" }
    var fullText: String {
        captionText + rooms.map { ". \($0.name). \($0.description)" }.joined()
    }
}

extension SceneAnalysis {
    init(_ raster: Raster, words: [RecognizedWord] = []) {
        self.init(
            raster, width: raster.width, height: raster.height, capture: CaptureFacts(),
            words: words)
    }
}

@Suite struct SceneAnalysisTests {
    /// Pictures at the edge of what a picture is.
    static let oddities = [
        Picture(name: "one black pixel", raster: Raster(width: 1, height: 1, rgb: [0, 0, 0])),
        Picture(
            name: "one white pixel", raster: Raster(width: 1, height: 1, rgb: [255, 255, 255])),
        Picture(
            name: "two pixels", raster: Raster(width: 2, height: 1, rgb: [255, 0, 0, 0, 0, 255])),
        Picture(
            name: "a row",
            raster: Raster(width: 512, height: 1, rgb: (0..<1536).map { UInt8($0 & 255) })),
        Picture(
            name: "a column",
            raster: Raster(width: 1, height: 512, rgb: (0..<1536).map { UInt8($0 & 255) })),
        Picture(name: "plain red", raster: plain(40, 30, [200, 20, 20])),
        Picture(name: "plain blue", raster: plain(40, 30, [20, 20, 200])),
        Picture(name: "plain grey", raster: plain(512, 512, [127, 127, 127])),
        Picture(name: "no pixels at all", raster: Raster(width: 0, height: 0, rgb: [])),
    ]

    static func plain(_ width: Int, _ height: Int, _ color: [UInt8]) -> Raster {
        Raster(
            width: width, height: height,
            rgb: (0..<(width * height)).flatMap { _ in color })
    }

    static let pictures = oddities + Picture.scenes

    @Test(arguments: pictures)
    func `every picture has ten valid rooms`(picture: Picture) throws {
        let answers = try Answers(SceneAnalysis(picture.raster))
        #expect(answers.rooms.count == 10)
        #expect(answers.keys.count == 10)
        for room in answers.rooms {
            #expect((1...4).contains(room.name.split(separator: " ").count), "\(room.name)")
            #expect(room.key.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
            #expect(!room.key.isEmpty && !room.key.hasPrefix("-") && !room.key.hasSuffix("-"))
            #expect(room.description.hasSuffix("."))
        }
    }

    @Test(arguments: pictures)
    func `every picture has a title, a category and one or two sentences`(picture: Picture) throws {
        let caption = try Answers(SceneAnalysis(picture.raster)).caption
        #expect((2...4).contains(caption.title.split(separator: " ").count), "\(caption.title)")
        #expect(AppearanceCategory(rawValue: caption.category) != nil)
        #expect(caption.visible_text.isEmpty)
        #expect((1...2).contains(caption.caption.count { $0 == "." }), "\(caption.caption)")
        #expect(caption.caption.hasSuffix("."))
        #expect(caption.caption.first?.isUppercase == true)
        #expect(!caption.caption.contains("  "))
    }

    @Test(arguments: pictures)
    func `every picture has embeddings of length one`(picture: Picture) throws {
        let analysis = SceneAnalysis(picture.raster)
        for text in ["", "a", try Answers(analysis).fullText] {
            let vector = analysis.embedding(of: text)
            #expect(vector.count == 1536)
            let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
            #expect(abs(square - 1) < 1e-5)
        }
    }

    @Test func `the closed list of categories holds at most twelve`() {
        #expect(AppearanceCategory.allCases.count <= 12)
    }

    @Test func `the same pixels give the same answers to the last bit`() throws {
        for picture in Picture.scenes.prefix(4) {
            let first = SceneAnalysis(picture.raster)
            let second = SceneAnalysis(picture.raster)
            #expect(first.suggestionsJSON == second.suggestionsJSON)
            #expect(first.captionJSON == second.captionJSON)
            #expect(first.embedding(of: "same words") == second.embedding(of: "same words"))
        }
    }

    /// Changes only together with the model's name: stored vectors would not fit new ones.
    @Test func `the model gives the vectors and texts that it always gave`() throws {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        for picture in Picture.scenes.prefix(3) {
            let analysis = SceneAnalysis(picture.raster)
            add(analysis.suggestionsJSON.utf8)
            add(analysis.captionJSON.utf8)
            for value in analysis.embedding(of: "these words") {
                add((0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) })
            }
        }
        #expect(hash == 2_782_784_816_191_961_535)
    }

    @Test func `plain colours are told apart`() throws {
        let red = try Answers(SceneAnalysis(SceneAnalysisTests.plain(64, 64, [200, 20, 20])))
        let blue = try Answers(SceneAnalysis(SceneAnalysisTests.plain(64, 64, [20, 20, 200])))
        #expect(red.keys.contains("mostly-red"))
        #expect(blue.keys.contains("mostly-blue"))
        #expect(red.keys.intersection(blue.keys).count <= 7)
        #expect(red.caption.caption != blue.caption.caption)
    }
}

@Suite struct CaptureTests {
    private func caption(_ change: (inout CaptureFacts) -> Void) throws -> String {
        var facts = CaptureFacts()
        change(&facts)
        let raster = Picture.scenes[1].raster
        let analysis = SceneAnalysis(
            raster, width: raster.width, height: raster.height, capture: facts)
        return try Answers(analysis).caption.caption
    }

    @Test(arguments: [
        ("2024-07-03T19:30:00", 48.0, "taken on a summer evening"),
        ("2024-07-03T19:30:00", -33.9, "taken on a winter evening"),
        ("2024-07-03T19:30:00", 1.3, "taken in the evening"),
        ("2024-10-03T08:10:00", 51.0, "taken on an autumn morning"),
        ("2024-04-03T12:10:00", 51.0, "taken around midday in spring"),
    ])
    func `time and position tell season and hour`(
        time: String, latitude: Double, expected: String
    ) throws {
        let text = try caption {
            $0.localTime = time
            $0.latitude = latitude
        }
        #expect(text.contains(expected), "\(text)")
    }

    @Test func `the sun that does not set is worth a word`() throws {
        let text = try caption {
            $0.localTime = "2024-06-21T23:55:00"
            $0.zone = "+02:00"
            $0.latitude = 69.6
            $0.longitude = 18.9
        }
        #expect(text.contains("on a summer night with the sun still up"), "\(text)")
    }

    @Test(arguments: ["not a time", "2024-13-01T10:00:00", "0000-00-00T00:00:00", "", "2024"])
    func `an unbelievable time is passed over`(time: String) throws {
        #expect(try caption { $0.localTime = time } == caption { _ in })
    }

    @Test func `neither owner, serial, place nor coordinate gets into a text`() throws {
        let text = try caption {
            $0.maker = "Jane Doe's camera 0123456789"
            $0.model = "Serial 998877"
            $0.latitude = 48.8584
            $0.longitude = 2.2945
            $0.altitude = 330
            $0.localTime = "2024-07-03T12:30:00"
        }
        for secret in ["Jane", "Doe", "0123", "Serial", "9988", "48", "2.29", "330", "Paris"] {
            #expect(!text.contains(secret), "\(text)")
        }
    }

    @Test func `the maker is named from a closed list`() throws {
        let text = try caption { $0.maker = "NIKON CORPORATION" }
        #expect(text.contains("taken with a Nikon camera"))
    }

    @Test(arguments: SceneAnalysisTests.pictures)
    func `facts of the capture move no embedding`(picture: Picture) throws {
        var facts = CaptureFacts()
        facts.maker = "Canon"
        facts.localTime = "2024-07-03T19:30:00"
        let with = SceneAnalysis(picture.raster, width: 3, height: 2, capture: facts)
        let without = SceneAnalysis(
            picture.raster, width: 3, height: 2, capture: CaptureFacts())
        let said = try Answers(with).fullText
        let plain = try Answers(without).fullText
        #expect(said.contains("t was taken in the evening with a Canon camera."))
        #expect(said != plain)
        let agrees = with.embedding(of: said) == without.embedding(of: plain)
        #expect(agrees)
    }
}

@Suite struct ReadTextTests {
    private static let words = [
        RecognizedWord(text: "COFFEE", confidence: 95, line: 0),
        RecognizedWord(text: "TIME", confidence: 93, line: 0),
        RecognizedWord(text: "xq", confidence: 40, line: 1),
        RecognizedWord(text: "|||", confidence: 88, line: 2),
        RecognizedWord(text: "Est.", confidence: 90, line: 3),
        RecognizedWord(text: "1987", confidence: 91, line: 3),
    ]

    @Test func `text that was read is quoted and names rooms`() throws {
        let answers = try Answers(
            SceneAnalysis(Picture.scenes[7].raster, words: ReadTextTests.words))
        #expect(answers.caption.visible_text == "COFFEE TIME\nEst 1987")
        #expect(answers.caption.category == "Text and lettering")
        #expect(answers.caption.caption.contains("\u{201C}COFFEE TIME Est 1987\u{201D}"))
        #expect(answers.rooms.first?.name == "Coffee Time")
        #expect(answers.rooms.count == 10)
        #expect(answers.caption.caption.count { $0 == "." } <= 2)
    }

    @Test(arguments: [
        [], [RecognizedWord(text: "sunlight", confidence: 59, line: 0)],
        [RecognizedWord(text: "a", confidence: 99, line: 0)],
        [RecognizedWord(text: "~~--..", confidence: 99, line: 0)],
    ])
    func `what is doubtful or no writing is not text`(words: [RecognizedWord]) throws {
        let answers = try Answers(SceneAnalysis(Picture.scenes[7].raster, words: words))
        #expect(answers.caption.visible_text == "")
        #expect(try answers.rooms == Answers(SceneAnalysis(Picture.scenes[7].raster)).rooms)
    }

    @Test func `hostile text stays text`() throws {
        let words = [
            RecognizedWord(text: "\"},{\"name\":\"x\\\u{0}\u{202E}", confidence: 90, line: 0),
            RecognizedWord(text: String(repeating: "long", count: 900), confidence: 90, line: 1),
        ]
        let answers = try Answers(SceneAnalysis(Picture.scenes[7].raster, words: words))
        #expect(answers.rooms.count == 10)
        #expect(answers.caption.visible_text.count <= 2000)
        #expect(!answers.caption.visible_text.unicodeScalars.contains("\u{202E}"))
    }
}
