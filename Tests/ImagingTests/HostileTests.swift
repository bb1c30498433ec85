import Glibc
import Imaging
import Testing

/// Pictures that are made to hurt: each is refused, or shown to be harmless, quickly and in little memory.
@Suite struct HostileTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) {
            testDescription = name
            self.bytes = bytes
        }
    }

    static let attacks: [Attack] = lyingPNGs + lyingJPEGs + floods

    @Test(arguments: attacks)
    func `an attack is refused`(attack: Attack) {
        #expect(throws: ImageError.self) {
            try Intake.run(bytes: attack.bytes, IntakeParameters())
        }
    }

    @Test func `attacks cost little memory and time`() throws {
        let before = Self.peakKilobytes()
        let start = ContinuousClock.now
        for attack in Self.attacks { _ = try? Intake.run(bytes: attack.bytes, IntakeParameters()) }
        let each = (ContinuousClock.now - start) / Self.attacks.count
        #expect(each < .milliseconds(100))
        // Other tests run beside this one, hence the allowance.
        #expect(Self.peakKilobytes() - before < 200_000)
    }

    private static let lyingPNGs: [Attack] = [
        (7_000, 7_000), (16_384, 3_000), (3_000, 16_384), (1, 16_384), (65_535, 65_535),
        (50_000_000, 1), (1 << 31, 1 << 31),
    ].flatMap { width, height in
        [(8, 2), (16, 6), (8, 0), (1, 0)].flatMap { depth, color in
            [0, 1].map { interlace in
                let body = [UInt8(depth), UInt8(color), 0, 0, UInt8(interlace)]
                let header = chunk("IHDR", big(width) + big(height) + body)
                // An empty deflate stream: no row at all.
                let data = chunk("IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1])
                return Attack(
                    "PNG that claims \(width)×\(height), depth \(depth), color \(color)",
                    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + header + data
                        + chunk("IEND", []))
            }
        }
    }

    private static let lyingJPEGs: [Attack] = [
        "rgb-420.jpg", "grey.jpg", "progressive.jpg", "cmyk.jpg",
    ]
    .flatMap { name in
        [(7_000, 7_000), (500, 16_384), (65_535, 65_535), (65_500, 100)].map { width, height in
            var bytes = Fixture.named(name).bytes
            let frame = bytes.indices.first {
                bytes[$0] == 0xFF && (bytes[$0 + 1] == 0xC0 || bytes[$0 + 1] == 0xC2)
                    && bytes[$0 + 2] == 0
            }
            if let frame {
                let sides = Array(big(height).suffix(2) + big(width).suffix(2))
                bytes.replaceSubrange((frame + 5)..<(frame + 9), with: sides)
            }
            return Attack("\(name) that claims \(width)×\(height)", bytes)
        }
    }

    private static let floods: [Attack] = {
        let jpeg = Fixture.named("rgb-420.jpg").bytes
        let gif = Fixture.named("plain.gif").bytes
        let png = Fixture.named("rgb.png").bytes
        let segments = Array(repeatElement([0xFF, 0xFE, 0, 2] as [UInt8], count: 100_000).joined())
        let blocks = Array(
            repeatElement([0x21, 0xFE, 1, 97, 0] as [UInt8], count: 100_000).joined())
        let chunks = Array(repeatElement(chunk("tEXt", [97, 0, 98]), count: 20_000).joined())
        return [
            Attack(
                "JPEG of a hundred thousand comments", [0xFF, 0xD8] + segments + jpeg.dropFirst(2)),
            Attack(
                "JPEG of nothing but fill bytes",
                [0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 1 << 20)),
            Attack("GIF of endless comments", Array(gif.prefix(13 + 3 * 64)) + blocks),
            Attack("PNG of twenty thousand texts", png.prefix(33) + chunks + png.dropFirst(33)),
        ]
    }()

    private static func big(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let named = Array(name.utf8) + body
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in named {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return big(body.count) + named + big(Int(~crc))
    }

    private static func peakKilobytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
