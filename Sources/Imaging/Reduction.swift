/// A picture averaged to 32 × 32 RGB cells in its stored orientation: what confirms that two pictures
/// with close hashes are the same.
package struct Reduction: Hashable, Sendable {
    /// Cells on a side.
    package static let side = 32

    /// 3,072 bytes, red green blue, top row first.
    package let rgb: [UInt8]

    /// Nil unless there are exactly 3,072 bytes.
    package init?(rgb: [UInt8]) {
        guard rgb.count == Self.side * Self.side * 3 else { return nil }
        self.rgb = rgb
    }

    /// Averages the area of each cell; transparency is seen on white.
    package init(of bitmap: Bitmap) {
        var flat = bitmap
        flat.flattenOnWhite()
        rgb = flat.resized(width: Self.side, height: Self.side, filter: .box).spreadToRGB().samples
    }

    /// The standard deviation of the cells' luma: below 2 the picture is flat and matches nothing.
    package var lumaDeviation: Double {
        let luma = Bitmap(width: Self.side, height: Self.side, channels: 3, samples: rgb).luma()
        let values = luma.samples.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count)).squareRoot()
    }

    /// The mean and the largest absolute difference over all cells and channels.
    package func difference(to other: Reduction) -> (mean: Double, maximum: Int) {
        var sum = 0
        var maximum = 0
        for (a, b) in zip(rgb, other.rgb) {
            let difference = abs(Int(a) - Int(b))
            sum += difference
            maximum = max(maximum, difference)
        }
        return (Double(sum) / Double(rgb.count), maximum)
    }
}
