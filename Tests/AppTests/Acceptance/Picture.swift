import CImaging
import Crypto
import Foundation

/// Pictures drawn by tests, and files made of them.
struct Picture: Sendable {
    let width: Int
    let height: Int
    /// 1 for grey, 3 for RGB, 4 for RGB with alpha.
    let channels: Int
    let samples: [UInt8]

    /// Draws each pixel: x right, y down.
    init(_ width: Int, _ height: Int, channels: Int = 3, _ pixel: (Int, Int) -> [Int]) {
        self.width = width
        self.height = height
        self.channels = channels
        var samples: [UInt8] = []
        samples.reserveCapacity(width * height * channels)
        for y in 0..<height {
            for x in 0..<width {
                for sample in pixel(x, y) { samples.append(UInt8(truncatingIfNeeded: sample)) }
            }
        }
        self.samples = samples
    }

    /// RGB samples, row by row.
    init(width: Int, height: Int, samples: [UInt8]) {
        self.width = width
        self.height = height
        channels = 3
        self.samples = samples
    }

    static func plain(_ red: Int, _ green: Int, _ blue: Int) -> Picture {
        Picture(64, 48) { _, _ in [red, green, blue] }
    }

    /// Soft waves; another seed is another scene.
    static func scene(_ seed: Int, width: Int = 320, height: Int = 240) -> Picture {
        var generator = Generator(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let waves = (0..<12).map { _ in
            (
                x: generator.next(in: -24...24), y: generator.next(in: -24...24),
                phase: generator.next(in: 0...6.28), red: generator.next(in: -18...18),
                green: generator.next(in: -18...18), blue: generator.next(in: -18...18)
            )
        }
        return Picture(width, height) { x, y in
            let (u, v) = (Double(x) / Double(width), Double(y) / Double(height))
            var color = (128.0, 128.0, 128.0)
            for wave in waves {
                let height = sin(wave.x * u + wave.y * v + wave.phase)
                color.0 += height * wave.red
                color.1 += height * wave.green
                color.2 += height * wave.blue
            }
            return [Int(color.0), Int(color.1), Int(color.2)].map { min(max($0, 0), 255) }
        }
    }

    /// Every second pixel of every second row, averaged with its neighbours.
    var halved: Picture {
        Picture(width / 2, height / 2, channels: channels) { x, y in
            (0..<channels).map { channel in
                let sum = [(0, 0), (0, 1), (1, 0), (1, 1)].reduce(0) { sum, step in
                    let place = ((2 * y + step.0) * width + 2 * x + step.1) * channels + channel
                    return sum + Int(samples[place])
                }
                return (sum + 2) / 4
            }
        }
    }

    func jpeg(quality: Int = 90) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = ci_jpeg_write(
            samples, Int32(width), Int32(height), Int32(channels), Int32(quality), 0, &bytes,
            &count)
        defer { free(bytes) }
        guard status == 0, let bytes else { return [] }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// A JPEG that is stored turned, as EXIF says.
    func jpeg(orientation: Int, quality: Int = 90) -> [UInt8] {
        let exif = Array("Exif\0\0".utf8) + Picture.exif(orientation)
        let length = exif.count + 2
        let segment = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif
        let plain = jpeg(quality: quality)
        return plain.prefix(2) + segment + plain.dropFirst(2)
    }

    /// A PNG without compression.
    var png: [UInt8] { png(orientation: nil) }

    /// A PNG that says in EXIF how it is stored.
    func png(orientation: Int?) -> [UInt8] {
        var rows: [UInt8] = []
        let stride = width * channels
        for y in 0..<height { rows += [0] + samples[y * stride..<(y + 1) * stride] }
        return Picture.png(
            width, height, color: [1: 0, 3: 2, 4: 6][channels] ?? 0,
            exif: orientation.map(Picture.exif), data: Picture.stored(rows))
    }

    /// A header that says so, and no pixels.
    static func png(width: Int, height: Int) -> [UInt8] {
        png(width, height, color: 2, data: stored([]))
    }

    var bmp: [UInt8] {
        let stride = (width * 3 + 3) / 4 * 4
        var bytes = Array("BM".utf8) + little(54 + stride * height) + little(0) + little(54)
        bytes += little(40) + little(width) + little(height) + [1, 0, 24, 0] + little(0)
        bytes += little(stride * height) + little(2835) + little(2835) + little(0) + little(0)
        return bytes + [UInt8](repeating: 7, count: stride * height)
    }

    private func little(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}

extension Picture {
    private static func exif(_ orientation: Int) -> [UInt8] {
        [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation)]
            + [0, 0, 0, 0, 0, 0]
    }

    private static func png(
        _ width: Int, _ height: Int, color: UInt8, exif: [UInt8]? = nil, data: [UInt8]
    ) -> [UInt8] {
        let header = chunk("IHDR", big(width) + big(height) + [8, color, 0, 0, 0])
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + header
            + (exif.map { chunk("eXIf", $0) } ?? []) + chunk("IDAT", data) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return big(content.count) + body + big(Int(crc(body)))
    }

    private static func big(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    /// A zlib stream of stored blocks (RFC 1950, RFC 1951).
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var place = 0
        repeat {
            let count = min(65535, bytes.count - place)
            let isLast = place + count == bytes.count
            stream += [isLast ? 1 : 0, UInt8(count & 255), UInt8(count >> 8)]
            stream += [UInt8(~count & 255), UInt8(~count >> 8 & 255)]
            stream += bytes[place..<place + count]
            place += count
        } while place < bytes.count
        var (low, high) = (1, 0)
        for byte in bytes {
            low = (low + Int(byte)) % 65521
            high = (high + low) % 65521
        }
        return stream + big(high << 16 | low)
    }

    private static let crcTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
        }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { crcTable[Int(($0 ^ UInt32($1)) & 255)] ^ ($0 >> 8) }
    }

    /// A file of `Fixtures`.
    static func fixture(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: packageRoot + "/Fixtures/" + path)))
    }

    /// A small new picture for each number.
    static func unique(_ number: Int) -> [UInt8] {
        Picture(24, 18) { x, y in [x * 7 + number, y * 9 + number / 256, x * y + number * 3] }.png
    }

    static func md5(_ bytes: [UInt8]) -> String {
        var digest = DoubleDigest()
        digest.update(bytes)
        return digest.finish().md5.hexadecimal
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
private struct Generator {
    var state: UInt64

    mutating func next(in range: ClosedRange<Double>) -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return range.lowerBound
            + (range.upperBound - range.lowerBound) * Double(bits >> 11) / 9_007_199_254_740_992
    }
}
