import Imaging
import Testing

@Suite struct ColorFactsTests {
    private func facts(of picture: Bitmap) throws -> ColorFacts {
        try Intake.run(bytes: picture.encoded(as: .png), IntakeParameters()).colorFacts
    }

    @Test(
        arguments: [
            ([128, 128, 128], ColorFacts.Suitability.neutral), ([255, 200, 210], .pastel),
            ([120, 80, 40], .earthtone), ([255, 0, 0], .vibrant), ([90, 110, 140], .muted),
        ] as [([UInt8], ColorFacts.Suitability)])
    func `a palette is good for something`(color: [UInt8], expected: ColorFacts.Suitability) throws
    {
        let facts = try facts(of: .plain(120, 80, color))
        #expect(facts.suitability == expected)
        #expect(facts.isBlackAndWhite == (expected == .neutral))
        #expect(!facts.isPhotograph)
    }

    @Test func `a grey gradient is black and white, a photograph is a photograph`() throws {
        let gradient = Bitmap.drawn(256, 100, channels: 3) { x, _ in [x, x, x] }
        #expect(try facts(of: gradient).isBlackAndWhite)
        let sample = try #require(DrawnPicture.all(in: "samples", prefix: "fruit-bowl").first)
        let photo = try Intake.run(bytes: sample.bytes, IntakeParameters()).colorFacts
        #expect(photo.isPhotograph && !photo.isBlackAndWhite)
    }

    @Test func `a white frame is seen`() throws {
        let framed = Bitmap.drawn(200, 100, channels: 3) { x, y in
            (10..<190).contains(x) && (5..<95).contains(y) ? [60, 90, 20] : [255, 255, 255]
        }
        #expect(try facts(of: framed).whiteEdgeScore > 0.9)
        #expect(try facts(of: .plain(40, 40, [0, 0, 0])).whiteEdgeScore == 0)
    }
}
