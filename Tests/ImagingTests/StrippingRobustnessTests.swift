import Imaging
import Testing

/// Whatever the bytes are, stripping ends soon with a file, nil or an error.
struct StrippingRobustnessTests {
    @Test(arguments: DrawnPicture.all(in: "hostile"))
    func `a hostile file is stripped or refused at once`(_ fixture: DrawnPicture) throws {
        for format in ImageFormat.allCases {
            let clock = ContinuousClock()
            let time = clock.measure {
                _ = try? MetadataStripper.strip(fixture.bytes, format: format)
            }
            #expect(time < .seconds(2))
        }
    }

    @Test(arguments: DrawnPicture.all(in: "formats"))
    func `mutated files never trap, and what comes out is clean`(_ fixture: DrawnPicture) throws {
        guard let format = try? ImageProbe(bytes: fixture.bytes).format else { return }
        var random = Harm(seed: UInt64(fixture.bytes.count))
        for _ in 0..<1000 {
            let bytes = random.mutated(fixture.bytes)
            guard let result = try? MetadataStripper.strip(bytes, format: format) else { continue }
            #expect(try MetadataStripper.strip(result, format: format) == nil)
        }
    }

    @Test(arguments: DrawnPicture.withMetadata)
    func `a file cut anywhere never traps`(_ fixture: DrawnPicture) throws {
        let format = try ImageProbe(bytes: fixture.bytes).format
        for count in stride(from: 0, to: fixture.bytes.count, by: 37) {
            _ = try? MetadataStripper.strip(Array(fixture.bytes.prefix(count)), format: format)
        }
    }
}

/// A repeatable source of harm (SplitMix64).
private struct Harm: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// A copy with one to four bytes, numbers, cuts or repeats changed, mostly near the head.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where bytes.count > 16 {
            let reach = Bool.random(using: &self) ? min(bytes.count, 600) : bytes.count
            let at = Int.random(in: 0..<reach - 4, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[at] = UInt8.random(in: 0...255, using: &self)
            case 2: bytes.replaceSubrange(at..<at + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
            case 3: bytes.replaceSubrange(at..<at + 4, with: [0, 0, 0, 0])
            case 4: bytes.removeSubrange(at..<min(at + 40, bytes.count))
            default: bytes.insert(contentsOf: bytes[at..<min(at + 64, bytes.count)], at: at)
            }
        }
        return bytes
    }
}
