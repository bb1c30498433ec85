/// What the colours of a picture say about it.
package struct ColorFacts: Sendable, Equatable {
    /// What a palette is good for.
    package enum Suitability: String, Sendable {
        case neutral, pastel, earthtone, vibrant, muted
    }

    /// At least 99 % of the pixels have next to no colour.
    package var isBlackAndWhite: Bool
    /// Neither drawn with flat areas nor with few colours.
    package var isPhotograph: Bool
    package var suitability: Suitability
    /// The part of the outer frame, a twentieth of each side wide, that is white: 0…1.
    package var whiteEdgeScore: Double

    /// The side of the square that the copy for palette and colours fits into, and that of the copy for shapes.
    static let paletteSide = 100
    static let shapeSide = 256

    /// From two RGB copies of one picture.
    init(of colors: Bitmap, shapes: Bitmap) {
        let labs = stride(from: 0, to: colors.samples.count, by: 3).map { offset in
            Lab(
                red: Double(colors.samples[offset]), green: Double(colors.samples[offset + 1]),
                blue: Double(colors.samples[offset + 2]))
        }
        isBlackAndWhite = labs.count { $0.chroma < 10 } * 100 >= labs.count * 99
        isPhotograph =
            Self.flatShare(shapes) < 0.4
            && Self.frequentColors(shapes) >= (isBlackAndWhite ? 10 : 48)
        suitability = Self.suitability(labs)
        whiteEdgeScore = Self.whiteEdge(labs, colors.width, colors.height)
    }

    init(
        isBlackAndWhite: Bool, isPhotograph: Bool, suitability: Suitability, whiteEdgeScore: Double
    ) {
        self.isBlackAndWhite = isBlackAndWhite
        self.isPhotograph = isPhotograph
        self.suitability = suitability
        self.whiteEdgeScore = whiteEdgeScore
    }

    private static func suitability(_ labs: [Lab]) -> Suitability {
        let count = Double(labs.count)
        let chroma = labs.reduce(0) { $0 + $1.chroma } / count
        let lightness = labs.reduce(0) { $0 + $1.l } / count
        if chroma < 10 { return .neutral }
        if lightness >= 75, chroma < 45 { return .pastel }
        let coloured = labs.filter { $0.chroma >= 10 }
        let earthen = coloured.count { $0.chroma <= 55 && (30...100).contains($0.hue) }
        if earthen * 2 >= coloured.count, lightness <= 65 { return .earthtone }
        return chroma >= 45 ? .vibrant : .muted
    }

    private static func whiteEdge(_ labs: [Lab], _ width: Int, _ height: Int) -> Double {
        let (across, down) = (max(1, width / 20), max(1, height / 20))
        let frame = labs.indices.filter { index in
            let (x, y) = (index % width, index / width)
            return x < across || x >= width - across || y < down || y >= height - down
        }
        return Double(frame.count { labs[$0].l >= 95 }) / Double(frame.count)
    }

    /// The part of the pixels that equal their four neighbours within 2.
    private static func flatShare(_ bitmap: Bitmap) -> Double {
        let (width, height, samples) = (bitmap.width, bitmap.height, bitmap.samples)
        func alike(_ a: Int, _ b: Int) -> Bool {
            (0..<3).allSatisfy { abs(Int(samples[3 * a + $0]) - Int(samples[3 * b + $0])) <= 2 }
        }
        // A pixel of the border has no four neighbours to equal.
        var flat = 0
        for y in stride(from: 1, to: height - 1, by: 1) {
            for pixel in stride(from: y * width + 1, to: (y + 1) * width - 1, by: 1)
            where alike(pixel, pixel - 1) && alike(pixel, pixel + 1)
                && alike(pixel, pixel - width) && alike(pixel, pixel + width)
            {
                flat += 1
            }
        }
        return Double(flat) / Double(width * height)
    }

    /// How many colours of four bits a channel are those of at least one in 5,000 pixels.
    private static func frequentColors(_ bitmap: Bitmap) -> Int {
        var counts = [Int](repeating: 0, count: 4096)
        for offset in stride(from: 0, to: bitmap.samples.count, by: 3) {
            let r = Int(bitmap.samples[offset] >> 4)
            let g = Int(bitmap.samples[offset + 1] >> 4)
            let b = Int(bitmap.samples[offset + 2] >> 4)
            counts[r << 8 | g << 4 | b] += 1
        }
        return counts.count { $0 > 0 && $0 * 5_000 >= bitmap.width * bitmap.height }
    }
}
