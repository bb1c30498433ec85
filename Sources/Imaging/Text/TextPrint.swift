/// A straightened line on its way to print: ink dark, ground light, whatever the light was like.
struct TextPrint {
    let width: Int
    let height: Int
    /// The rows between the feet and the heads of capitals.
    let band: Range<Int>
    /// The columns from the first letter to the last.
    let letters: Range<Int>
    /// 0 ink … 255 ground once levelled.
    private(set) var values: [Float]

    /// `values` are samples of the picture, turned so that ink is darker than ground.
    init(width: Int, height: Int, band: Range<Int>, letters: Range<Int>, values: [Float]) {
        self.width = width
        self.height = height
        self.band = band
        self.letters = letters
        self.values = values
        level()
    }

    /// The print as pixels on a white sheet that is larger by `margin` on every side.
    func sheet(margin: Int) -> Bitmap {
        let (fullWidth, fullHeight) = (width + 2 * margin, height + 2 * margin)
        var samples = [UInt8](repeating: 255, count: fullWidth * fullHeight)
        for y in 0..<height {
            for x in 0..<width {
                samples[(y + margin) * fullWidth + x + margin] = UInt8(values[y * width + x])
            }
        }
        return Bitmap(width: fullWidth, height: fullHeight, channels: 1, samples: samples)
    }

    // Light falls off along a line and strokes grow fainter; so black and white are set anew every
    // few columns from what stands around them.
    private mutating func level() {
        let step = band.count / 2
        let knots = (width + step - 1) / step + 1
        var grounds: [Float] = []
        var depths: [Float] = []
        for knot in 0..<knots {
            let columns = max(0, (knot - 2) * step)..<min(width, (knot + 2) * step)
            var around: [Float] = []
            for y in band {
                for x in columns { around.append(values[y * width + x]) }
            }
            around.sort()
            let ground = around.isEmpty ? 0 : around[around.count * 9 / 10]
            grounds.append(ground)
            depths.append(around.isEmpty ? 0 : ground - around[around.count * 7 / 100])
        }
        // Where no letter stands there is no ink to stretch.
        let least = max(1, depths.sorted()[knots / 2] * 0.6)
        for x in 0..<width {
            let (knot, rest) = (x / step, Float(x % step) / Float(step))
            let next = min(knot + 1, knots - 1)
            let ground = grounds[knot] * (1 - rest) + grounds[next] * rest
            let depth =
                max(least, depths[knot]) * (1 - rest) + max(least, depths[next]) * rest
            for y in 0..<height {
                // What is nearly ground is its grain, what is nearly ink is ink.
                let value = 272 - (ground - values[y * width + x]) * 310 / depth
                values[y * width + x] = min(255, max(0, value))
            }
        }
    }

    /// Whites out what reaches in from the sides and what only touches the line from above or below.
    ///
    /// Returns how many pieces as tall as letters remain.
    mutating func clean() -> Int {
        var seen = [Bool](repeating: false, count: values.count)
        var pieces = 0
        for start in values.indices where !seen[start] && values[start] < 128 {
            let piece = piece(at: start, &seen)
            if isForeign(piece) {
                for index in piece.pixels { whiteOut(around: index) }
                continue
            }
            if piece.left == 0 || piece.right == width - 1 {
                // A letter that touches the shade beside it stays.
                for index in piece.pixels where !letters.contains(index % width) {
                    whiteOut(around: index)
                }
            }
            if piece.inBand * 2 >= band.count { pieces += 1 }
        }
        return pieces
    }

    private func isForeign(_ piece: Piece) -> Bool {
        let edge = band.count / 8
        if piece.right < letters.lowerBound + edge || piece.left >= letters.upperBound - edge {
            return true
        }
        let isOutside = piece.top == 0 || piece.bottom == height - 1
        return isOutside && piece.inBand * 5 < band.count * 2
            || piece.right - piece.left > 9 * band.count
    }

    /// The share of the band that is neither ink nor ground: little in print, much in a texture.
    var greyness: Float {
        var grey = 0
        for y in band {
            for x in letters where (40...215).contains(values[y * width + x]) { grey += 1 }
        }
        return Float(grey) / Float(max(1, band.count * letters.count))
    }

    /// The share of the band that is ink.
    var inkShare: Float {
        var ink = 0
        for y in band {
            for x in letters where values[y * width + x] < 128 { ink += 1 }
        }
        return Float(ink) / Float(max(1, band.count * letters.count))
    }

    private struct Piece {
        var left: Int
        var right: Int
        var top: Int
        var bottom: Int
        var pixels: [Int]
        var inBand = 0
    }

    private func piece(at start: Int, _ seen: inout [Bool]) -> Piece {
        var piece = Piece(
            left: width, right: 0, top: height, bottom: 0, pixels: [start])
        seen[start] = true
        var next = 0
        while next < piece.pixels.count {
            let index = piece.pixels[next]
            next += 1
            let (x, y) = (index % width, index / width)
            piece.left = min(piece.left, x)
            piece.right = max(piece.right, x)
            piece.top = min(piece.top, y)
            piece.bottom = max(piece.bottom, y)
            for v in max(0, y - 1)...min(height - 1, y + 1) {
                for u in max(0, x - 1)...min(width - 1, x + 1) {
                    let neighbour = v * width + u
                    if !seen[neighbour], values[neighbour] < 128 {
                        seen[neighbour] = true
                        piece.pixels.append(neighbour)
                    }
                }
            }
        }
        piece.inBand = max(
            0, min(piece.bottom + 1, band.upperBound) - max(piece.top, band.lowerBound))
        return piece
    }

    // With its blurred edge, as wide as a stroke's.
    private mutating func whiteOut(around index: Int) {
        let (x, y) = (index % width, index / width)
        for v in max(0, y - 2)...min(height - 1, y + 2) {
            for u in max(0, x - 2)...min(width - 1, x + 2) { values[v * width + u] = 255 }
        }
    }
}
