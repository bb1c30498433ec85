import Imaging
import Testing

@Suite struct ProbeTests {
    @Test(arguments: Fixture.all)
    func `the header tells size and orientation`(fixture: Fixture) throws {
        let probe = try ImageProbe(bytes: fixture.bytes)
        let suffix = fixture.name.split(separator: ".").last.map(String.init)
        #expect(probe.format.fileExtension == suffix)
        #expect(probe.orientation == fixture.orientation)
        // A GIF's frame may be larger than its canvas.
        if fixture.name != "small-canvas.gif" {
            #expect(probe.width == fixture.width && probe.height == fixture.height)
        }
    }

    @Test(arguments: [
        ("BM______\0\0\0\0\0\0\u{28}\0\0\0__", "image/bmp"), ("II*\0____", "image/tiff"),
        ("MM\0*____", "image/tiff"), ("8BPS____", "image/vnd.adobe.photoshop"),
        ("\0\0\0\u{20}ftypavif\0\0\0\0avifmif1miaf____", "image/avif"),
        ("\0\0\u{1}\0\u{1}\0____", "image/x-icon"), ("P6 1 1 255", "image/x-portable-pixmap"),
        ("\0\0\0\u{c}jP  ____", "image/jp2"), ("qoif____", "image/qoi"),
    ])
    func `other types of picture are named`(text: String, mediaType: String) {
        #expect(throws: ImageError.unsupported(mediaType: mediaType)) {
            try ImageProbe(bytes: Array(text.utf8))
        }
    }

    @Test(arguments: ["", "hello, world, this is text", "<svg/>", "BM, he said", "%PDF-1.7"])
    func `what is no picture is none`(text: String) {
        #expect(throws: ImageError.notAnImage) { try ImageProbe(bytes: Array(text.utf8)) }
    }

    @Test(arguments: [
        (10_000, 10_000, ImageError.tooManyPixels), (20_000, 10, .sideTooLong),
        (16_385, 3_000, .sideTooLong), (0, 5, .damaged("a side is zero")),
        (0xFFFF_FFFF, 0xFFFF_FFFF, .tooManyPixels),
    ])
    func `a header that claims too much is refused`(width: Int, height: Int, error: ImageError) {
        #expect(throws: error) { try ImageProbe(bytes: Self.pngHeader(width, height)) }
    }

    @Test func `fifty megapixels and 16384 a side are allowed`() throws {
        #expect(try ImageProbe(bytes: Self.pngHeader(10_000, 5_000)).width == 10_000)
        #expect(try ImageProbe(bytes: Self.pngHeader(16_384, 3_000)).width == 16_384)
    }

    @Test(arguments: Fixture.all)
    func `no header makes the probe fail in any other way than its own`(fixture: Fixture) {
        var random = SeededGenerator(fixture.name)
        for _ in 0..<300 {
            var bytes = fixture.bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let offset = Int.random(in: 0..<min(bytes.count, 700), using: &random)
                bytes[offset] = UInt8.random(in: 0...255, using: &random)
            }
            do throws(ImageError) {
                let probe = try ImageProbe(bytes: bytes)
                #expect(probe.width * probe.height <= 50_000_000)
            } catch {}
        }
    }

    static func pngHeader(_ width: Int, _ height: Int) -> [UInt8] {
        let sides = [width, height].flatMap { side in
            (0..<4).map { UInt8(truncatingIfNeeded: side >> (24 - 8 * $0)) }
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
            + Array("IHDR".utf8) + sides + [8, 2, 0, 0, 0, 0, 0, 0, 0]
    }
}

/// A generator that gives the same numbers each time.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ text: String) {
        state = text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
