import Imaging
import Testing

@Suite struct RenditionTests {
    private static let noise: Bitmap = {
        var random = SeededGenerator("noise")
        return Bitmap(
            width: 500, height: 400, channels: 3,
            samples: (0..<(500 * 400 * 3)).map { _ in .random(in: 0...255, using: &random) })
    }()

    private func rendition(
        of picture: Bitmap, _ name: String, as stored: PictureEncoding = .png
    ) throws -> Rendition {
        let specification = try #require(Rendition.Specification(name: name))
        return try Intake.render(bytes: picture.encoded(as: stored), [specification])[0]
    }

    private func check(_ rendition: Rendition, _ width: Int, _ height: Int) throws {
        let probe = try ImageProbe(bytes: rendition.bytes)
        #expect((probe.width, probe.height) == (width, height))
        #expect((rendition.width, rendition.height) == (width, height))
        #expect(probe.format == rendition.specification.encoding.format)
        #expect(probe.orientation == 1)
    }

    @Test(arguments: [(800, 400), (50, 50), (1, 1), (3_000, 2), (2, 3_000), (200, 200)])
    func `a cover fills its box, whatever it is made of`(width: Int, height: Int) throws {
        let picture = Bitmap.plain(width, height, [90, 20, 200])
        try check(rendition(of: picture, "cover-200-q80"), 200, 200)
        try check(rendition(of: picture, "cover-60x90-png"), 60, 90)
    }

    @Test func `a cover shows the middle`() throws {
        let picture = Bitmap.drawn(900, 300, channels: 3) { x, _ in
            x < 300 ? [255, 0, 0] : x < 600 ? [0, 255, 0] : [0, 0, 255]
        }
        let middle = try Bitmap(decoding: rendition(of: picture, "cover-100-png").bytes)
        #expect(meanDifference(middle.samples, Bitmap.plain(100, 100, [0, 255, 0]).samples) < 3)
    }

    @Test func `cover and fit of a losslessly stored picture are what Pillow makes of it`() throws {
        let picture = Bitmap.drawn(260, 170, channels: 3) { x, y in
            [x * y, (x * x + y) / 3, x ^ y]
        }
        let cover = try Bitmap(decoding: rendition(of: picture, "cover-120x100-png").bytes)
        #expect(hash(cover.samples) == 0xea47_7366_d3e0_4dd5)
        let fit = try Bitmap(decoding: rendition(of: picture, "fit-90-png").bytes)
        #expect(hash(fit.samples) == 0x4a01_b5d4_50e9_fff5)
    }

    @Test(arguments: [
        ("fit-300-q85", 900, 600, 300, 200), ("fit-300-q85", 200, 100, 200, 100),
        ("fit-400x300-webp-q70", 1_000, 1_000, 300, 300), ("max-0.25mp-q85", 1_000, 500, 707, 353),
        ("max-2mp-png", 300, 200, 300, 200),
    ])
    func `nothing is enlarged that need not be`(
        name: String, width: Int, height: Int, toWidth: Int, toHeight: Int
    ) throws {
        try check(
            rendition(of: .plain(width, height, [7, 80, 90]), name), toWidth, toHeight)
    }

    @Test(arguments: 1...8)
    func `all eight orientations yield the same upright renditions`(orientation: Int) throws {
        let names = ["cover-40x30-png", "fit-44-png", "max-0.002mp-png", "max-8KiB"]
        let specifications = names.compactMap { Rendition.Specification(name: $0) }
        let upright = try Intake.render(
            bytes: Fixture.named("orientation-1.jpg").bytes, specifications)
        let turned = try Intake.render(
            bytes: Fixture.named("orientation-\(orientation).jpg").bytes, specifications)
        for (one, other) in zip(upright, turned) {
            #expect((one.width, one.height) == (other.width, other.height))
            let difference = try meanDifference(
                Bitmap(decoding: one.bytes).samples, Bitmap(decoding: other.bytes).samples)
            #expect(difference < 3)
        }
    }

    @Test(arguments: [400_000, 150_000, 40_000, 9_000, 2_048])
    func `noise fits into any number of bytes, and is as good as fits`(limit: Int) throws {
        for type in ["", "-webp-q90", "-png"] {
            let small = try rendition(of: Self.noise, "max-\(limit)B\(type)")
            #expect(small.bytes.count <= limit)
            #expect(small.bytes.count > limit / 3)
            try check(small, small.width, small.height)
        }
    }

    @Test func `the best quality that fits is taken before anything is shrunk`() throws {
        let sizes = try stride(from: 95, through: 25, by: -5).map { quality in
            try Self.noise.encoded(as: .jpeg(quality: quality)).count
        }
        for limit in [sizes[0], sizes[0] - 1, sizes[4], sizes[9] + 1, sizes[14]] {
            let stored = try rendition(of: Self.noise, "max-\(limit)B")
            #expect(stored.bytes.count == sizes.first { $0 <= limit })
            #expect((stored.width, stored.height) == (500, 400))
        }
        let shrunk = try rendition(of: Self.noise, "max-\(sizes[14] - 1)B")
        #expect(shrunk.width < 500 && shrunk.width > 450)
    }

    @Test func `transparency stays in PNG and WebP and is white in JPEG`() throws {
        // Black that is fully transparent must not darken the border of what is opaque.
        let picture = Bitmap.drawn(80, 80, channels: 4) { x, _ in
            x < 40 ? [0, 0, 0, 0] : [250, 200, 10, 255]
        }
        for name in ["fit-20-png", "fit-20-webp-q90"] {
            let small = try Bitmap(decoding: rendition(of: picture, name).bytes)
            #expect(small.channels == 4)
            let opaque = stride(from: 0, to: small.samples.count, by: 4).filter {
                small.samples[$0 + 3] > 30
            }
            #expect(opaque.allSatisfy { small.samples[$0] > 220 })
        }
        let jpeg = try Bitmap(decoding: rendition(of: picture, "fit-20-q95").bytes)
        #expect(jpeg.samples[0...2].allSatisfy { $0 > 250 })
    }

    @Test func `a profile is brought to sRGB, and nothing of the file's metadata is left`() throws {
        let names = ["cover-20-q90", "fit-20-webp-q90", "fit-20-png", "max-1MiB"]
        let made = try Intake.render(
            bytes: Fixture.named("wide-gamut.jpg").bytes,
            names.compactMap { Rendition.Specification(name: $0) })
        for rendition in made {
            let picture = try Bitmap(decoding: rendition.bytes)
            #expect(meanDifference(Array(picture.samples.prefix(3)), [217, 80, 0]) < 6)
            let format = rendition.specification.encoding.format
            #expect(try MetadataStripper.strip(rendition.bytes, format: format) == nil)
        }
    }

    @Test(arguments: [
        "cover-200-q80", "cover-60x90-png", "fit-400x300-webp-q75", "max-2mp-q85",
        "max-1.5mp-q85", "max-0.000001mp-png", "max-2MiB", "max-2MiB-q90", "max-300KiB-webp",
        "max-2097153B", "max-1MiB-png",
    ])
    func `a name says it all`(name: String) throws {
        let specification = try #require(Rendition.Specification(name: name))
        #expect(specification.name == name)
    }

    @Test(arguments: [
        "", "cover", "cover-200", "cover-0-q80", "cover-200x-q80", "cover-1x2x3-q80",
        "cover-200-q0", "cover-200-q101", "cover-200-q80-", "cover-200-png-q80", "fit-20000-q80",
        "cover-16384-q80", "max-0mp-q80", "max-51mp-q80", "max-1.2.3mp-q80", "max-12B",
        "max-2MiB-gif", "max--1B", "cover-+20-q80", "fit-200-q80-q80", "max-1.0000001mp-q80",
    ])
    func `what is no name is none`(name: String) {
        #expect(Rendition.Specification(name: name) == nil)
    }

    @Test func `an intake makes renditions of the same decode`() throws {
        var parameters = IntakeParameters()
        parameters.renditions = [
            Rendition.Specification(.cover(width: 20, height: 20), .jpeg(quality: 80)),
            Rendition.Specification(.maximumBytes(4_096)),
        ]
        let bytes = Fixture.named("rgb-444.jpg").bytes
        let result = try Intake.run(bytes: bytes, parameters)
        #expect(result.renditions == (try Intake.render(bytes: bytes, parameters.renditions)))
        #expect(try IntakeResult(encoded: result.encoded) == result)
    }

    private func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
