import Imaging
import Testing

/// The golden values were made by Python's imagehash 4.3 with Pillow.
@Suite struct PerceptualHashTests {
    private static func inDisc(_ x: Int, _ y: Int) -> Bool {
        (x - 130) * (x - 130) + (y - 110) * (y - 110) <= 6400
    }

    private static func disc(alpha: ((Int) -> Int)? = nil) -> Bitmap {
        .drawn(400, 300, channels: alpha == nil ? 3 : 4) { x, y in
            (inDisc(x, y) ? [20, 40, 200] : [250, 240, 180]) + (alpha.map { [$0(x)] } ?? [])
        }
    }

    static let goldens: [(Bitmap, String)] = [
        (.drawn(32, 32, channels: 1) { x, y in [x * y % 256] }, "813e71674c5952b5"),
        (.drawn(64, 64, channels: 1) { x, _ in [4 * x % 256] }, "8000000000000000"),
        (.plain(50, 40, [7, 90, 200]), "8000000000000000"),
        (.plain(50, 40, [0, 0, 0]), "0000000000000000"),
        (disc(), "b93bc4c0c8c7c739"),
        (disc { $0 < 200 ? 0 : 255 }, "b93bc4c0c8c7c739"),
        (
            .drawn(640, 480, channels: 3) { x, y in
                [255 * x / 639, 255 * y / 479, 255 * x * y / 306_081]
            }, "82753a57535cc553"
        ),
        (
            .drawn(500, 700, channels: 3) { x, y in
                [(x * x / 97 + 3 * y) % 256, (2 * x + y * y / 211) % 256, (x + y) % 256]
            }, "aaaaa2aab2a48ef9"
        ),
        (.drawn(16, 16, channels: 1) { x, y in [37 * x + 91 * y + 5 * x * y] }, "8d163a375627c715"),
        (
            .drawn(1000, 40, channels: 1) { x, y in [23 * (x / 50) + 57 * (y / 8)] },
            "8b040b58d5ff2aa7"
        ),
    ]

    @Test(arguments: goldens)
    func `a drawn picture has its golden hash`(picture: Bitmap, hex: String) {
        #expect(PerceptualHash(of: picture).hex == hex)
    }

    @Test(arguments: goldens)
    func `a golden hash survives the way through a PNG file`(picture: Bitmap, hex: String) throws {
        let result = try Intake.run(bytes: picture.encoded(as: .png), IntakeParameters())
        #expect(result.phash.hex == hex)
    }

    @Test(arguments: Fixture.all)
    func `every encoding hashes as imagehash has it`(fixture: Fixture) throws {
        #expect(PerceptualHash(of: try Bitmap(decoding: fixture.bytes)).hex == fixture.phash)
    }

    @Test func `the distance counts the bits that differ`() {
        #expect(PerceptualHash(bits: 0b1011).distance(to: PerceptualHash(bits: 0b0110)) == 3)
        #expect(PerceptualHash(bits: 10).hex == "000000000000000a")
    }
}
