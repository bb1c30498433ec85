import Imaging

extension Bitmap {
    /// Draws a picture pixel by pixel.
    static func drawn(
        _ width: Int, _ height: Int, channels: Int, _ pixel: (Int, Int) -> [Int]
    ) -> Bitmap {
        var samples: [UInt8] = []
        samples.reserveCapacity(width * height * channels)
        for y in 0..<height {
            for x in 0..<width { samples += pixel(x, y).map { UInt8(truncatingIfNeeded: $0) } }
        }
        return Bitmap(width: width, height: height, channels: channels, samples: samples)
    }

    static func plain(_ width: Int, _ height: Int, _ color: [UInt8]) -> Bitmap {
        let samples = Array(repeatElement(color, count: width * height).joined())
        return Bitmap(width: width, height: height, channels: color.count, samples: samples)
    }
}

/// The mean absolute difference of two rows of samples.
func meanDifference(_ a: [UInt8], _ b: [UInt8]) -> Double {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    return Double(zip(a, b).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.count)
}
