import HTTP
import Testing

/// Perceptual hashes as they are answered (§5.1 and §14).
@Suite struct HashTests {
    private static func disc(_ x: Int, _ y: Int) -> [Int] {
        (x - 130) * (x - 130) + (y - 110) * (y - 110) <= 6400 ? [20, 40, 200] : [250, 240, 180]
    }

    private static let pictures: [(String, [UInt8], [String])] = [
        (
            "grey with a tie", Picture(32, 32, channels: 1) { [$0 * $1 % 256] }.png,
            ["813e71674c5952b5", "813e71676c5952b5"]
        ),
        (
            "grey ramps", Picture(64, 64, channels: 1) { x, _ in [4 * x % 256] }.png,
            ["8000000000000000"]
        ),
        ("plain red", Picture.plain(255, 0, 0).png, ["8000000000000000"]),
        ("black", Picture.plain(0, 0, 0).png, ["0000000000000000"]),
        ("disc", Picture(400, 300, disc).png, ["b93bc4c0c8c7c739"]),
        (
            "disc stored turned", Picture(400, 300, disc).png(orientation: 6),
            ["b93bc4c0c8c7c739"]
        ),
        (
            "disc with alpha",
            Picture(400, 300, channels: 4) { x, y in disc(x, y) + [x < 200 ? 0 : 255] }.png,
            ["b93bc4c0c8c7c739"]
        ),
        (
            "colour ramps",
            Picture(640, 480) { x, y in
                [255 * x / 639, 255 * y / 479, 255 * x * y / 306_081]
            }.png, ["82753a57535cc553"]
        ),
        (
            "curves",
            Picture(500, 700) { x, y in
                [(x * x / 97 + 3 * y) % 256, (2 * x + y * y / 211) % 256, (x + y) % 256]
            }.png, ["aaaaa2aab2a48ef9"]
        ),
        (
            "small grey",
            Picture(16, 16, channels: 1) { x, y in [(37 * x + 91 * y + 5 * x * y) % 256] }.png,
            ["8d163a375627c715"]
        ),
        (
            "wide grey",
            Picture(1000, 40, channels: 1) { x, y in [(23 * (x / 50) + 57 * (y / 8)) % 256] }.png,
            ["8b040b58d5ff2aa7"]
        ),
    ]

    @Test func `row 7: the golden pictures have their golden hashes`() async throws {
        try await TestDaemon.run { daemon in
            for (name, bytes, hashes) in Self.pictures {
                let answer = try await daemon.upload(bytes)
                let hash = answer["analysis.image_phash"]?.string ?? ""
                #expect(hashes.contains(hash), "\(name): \(hash)")
            }
        }
    }

    @Test func `row 7: copies of a photo stay close`() async throws {
        try await TestDaemon.run { daemon in
            let scene = Picture.scene(7, width: 640, height: 480)
            var hashes: [UInt64] = []
            for bytes in [scene.jpeg(), scene.halved.jpeg(), scene.jpeg(quality: 60)] {
                let answer = try await daemon.upload(bytes)
                let text = answer["analysis.image_phash"]?.string ?? ""
                hashes.append(UInt64(text, radix: 16) ?? 0)
            }
            #expect(hashes.allSatisfy { ($0 ^ hashes[0]).nonzeroBitCount <= 5 })
        }
    }
}
