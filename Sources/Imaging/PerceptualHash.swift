import Glibc

/// A perceptual fingerprint: 64 bits that stay close when a photo is resized or recompressed.
///
/// Equal, bit for bit, to the `phash` of Python's imagehash for losslessly stored pictures.
package struct PerceptualHash: Hashable, Sendable {
    /// The bits, row-major, the first in the most significant place.
    package let bits: UInt64

    package init(bits: UInt64) {
        self.bits = bits
    }

    /// Hashes a picture in its stored orientation; alpha is ignored.
    package init(of bitmap: Bitmap) {
        let small = bitmap.luma().resized(width: Self.side, height: Self.side)
        let low = Self.lowFrequencies(small.samples.map(Double.init))
        let sorted = low.sorted()
        let median = (sorted[31] + sorted[32]) / 2
        bits = low.reduce(0) { $0 << 1 | ($1 - median > 1e-6 ? 1 : 0) }
    }

    /// 16 lowercase hexadecimal digits.
    package var hex: String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// How many of the 64 bits differ.
    package func distance(to other: PerceptualHash) -> Int {
        (bits ^ other.bits).nonzeroBitCount
    }

    private static let side = 32

    private static let cosines: [[Double]] = (0..<8).map { k in
        (0..<side).map { n in cos(Double.pi * Double(k * (2 * n + 1)) / Double(2 * side)) }
    }

    /// The 8 × 8 lowest terms of an unnormalised DCT-II along columns, then rows.
    private static func lowFrequencies(_ pixels: [Double]) -> [Double] {
        var columns = [Double](repeating: 0, count: 8 * side)
        for k in 0..<8 {
            for x in 0..<side {
                var sum = 0.0
                for y in 0..<side { sum += pixels[y * side + x] * cosines[k][y] }
                columns[k * side + x] = 2 * sum
            }
        }
        return (0..<64).map { index in
            let (k, l) = (index / 8, index % 8)
            var sum = 0.0
            for x in 0..<side { sum += columns[k * side + x] * cosines[l][x] }
            return 2 * sum
        }
    }
}
