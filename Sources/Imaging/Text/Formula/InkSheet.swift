/// A picture of print as a recogniser likes it: grey, ink dark on an even light ground, and the connected
/// pieces of ink on it.
struct InkSheet {
    let width: Int
    let height: Int
    /// 0 ink … 255 ground.
    let values: [UInt8]
    /// For each pixel the number of its piece, or −1 for ground.
    let labels: [Int32]
    let pieces: [InkPiece]

    /// More pieces than a page of sums has are noise.
    private static let maximumPieces = 20_000
    /// What ink and ground must differ by to be told from grain.
    private static let leastContrast = 36

    /// Nil where nothing stands out from the ground.
    init?(_ picture: Bitmap) {
        let luma = picture.luma()
        width = luma.width
        height = luma.height
        values = InkSheet.levelled(luma)
        let histogram = InkSheet.histogram(values)
        guard let threshold = InkSheet.threshold(histogram) else { return nil }
        guard let found = InkSheet.pieces(values, width, height, below: threshold) else {
            return nil
        }
        (labels, pieces) = found
    }

    private static func histogram(_ values: [UInt8]) -> [Int] {
        var histogram = [Int](repeating: 0, count: 256)
        for value in values { histogram[Int(value)] += 1 }
        return histogram
    }

    /// Dark on light with the light evened out: each pixel against the ground around it.
    private static func levelled(_ luma: Bitmap) -> [UInt8] {
        let (width, height) = (luma.width, luma.height)
        let histogram = histogram(luma.samples)
        let isInverse = percentile(histogram, 0.5) < 110
        let source = isInverse ? luma.samples.map { 255 - $0 } : luma.samples
        let tile = max(96, (max(width, height) + 7) / 8)
        let (across, down) = ((width + tile - 1) / tile, (height + tile - 1) / tile)
        var grounds = [Float](repeating: 0, count: across * down)
        for row in 0..<down {
            for column in 0..<across {
                var counts = [Int](repeating: 0, count: 256)
                for y in stride(from: row * tile, to: min(height, (row + 1) * tile), by: 2) {
                    for x in stride(from: column * tile, to: min(width, (column + 1) * tile), by: 2)
                    {
                        counts[Int(source[y * width + x])] += 1
                    }
                }
                grounds[row * across + column] = Float(max(24, percentile(counts, 0.7)))
            }
        }
        var levelled = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            let v = max(0, min(Float(down - 1), Float(y) / Float(tile) - 0.5))
            let (top, fy) = (Int(v), v - Float(Int(v)))
            let below = min(top + 1, down - 1)
            for x in 0..<width {
                let u = max(0, min(Float(across - 1), Float(x) / Float(tile) - 0.5))
                let (left, fx) = (Int(u), u - Float(Int(u)))
                let right = min(left + 1, across - 1)
                let upper =
                    grounds[top * across + left] * (1 - fx) + grounds[top * across + right] * fx
                let lower =
                    grounds[below * across + left] * (1 - fx) + grounds[below * across + right] * fx
                let ground = upper * (1 - fy) + lower * fy
                levelled[y * width + x] = UInt8(
                    min(255, Float(source[y * width + x]) * 255 / ground))
            }
        }
        return levelled
    }

    /// The value below which that share of the pixels lies.
    private static func percentile(_ histogram: [Int], _ share: Double) -> Int {
        let target = Int(Double(histogram.reduce(0, +)) * share)
        var sum = 0
        for (value, count) in histogram.enumerated() {
            sum += count
            if sum > target { return value }
        }
        return 255
    }

    /// The threshold that parts the pixels best (Otsu 1979); nil where both sides are much alike.
    private static func threshold(_ histogram: [Int]) -> Int? {
        let total = Double(histogram.reduce(0, +))
        let sum = histogram.enumerated().reduce(0) { $0 + Double($1.offset * $1.element) }
        var (count, part, best, chosen) = (0.0, 0.0, 0.0, 0)
        for value in 0..<255 {
            count += Double(histogram[value])
            part += Double(value * histogram[value])
            guard count > 0, count < total else { continue }
            let difference = part / count - (sum - part) / (total - count)
            let between = count * (total - count) * difference * difference
            if between > best {
                best = between
                chosen = value + 1
            }
        }
        var (ink, inks) = (0.0, 0.0)
        for value in 0..<chosen {
            ink += Double(histogram[value])
            inks += Double(value * histogram[value])
        }
        guard ink > 0, ink < total else { return nil }
        let contrast = (sum - inks) / (total - ink) - inks / ink
        return contrast >= Double(leastContrast) ? chosen : nil
    }

    /// The pieces whose pixels touch at sides or corners.
    private static func pieces(
        _ values: [UInt8], _ width: Int, _ height: Int, below threshold: Int
    ) -> ([Int32], [InkPiece])? {
        var labels = [Int32](repeating: -1, count: values.count)
        var pieces: [InkPiece] = []
        var pending: [Int] = []
        for start in values.indices where labels[start] < 0 && Int(values[start]) < threshold {
            guard pieces.count < maximumPieces else { return nil }
            let number = Int32(pieces.count)
            var piece = InkPiece(left: width, top: height, right: 0, bottom: 0, area: 0)
            labels[start] = number
            pending.append(start)
            while let index = pending.popLast() {
                let (x, y) = (index % width, index / width)
                piece.add(x, y)
                for v in max(0, y - 1)...min(height - 1, y + 1) {
                    for u in max(0, x - 1)...min(width - 1, x + 1) {
                        let neighbour = v * width + u
                        if labels[neighbour] < 0, Int(values[neighbour]) < threshold {
                            labels[neighbour] = number
                            pending.append(neighbour)
                        }
                    }
                }
            }
            pieces.append(piece)
        }
        return (labels, pieces)
    }
}

/// The rectangle around connected ink, ends included, and the number of its pixels.
struct InkPiece {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int
    var area: Int

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
    var middle: Int { (top + bottom) / 2 }
    var fill: Double { Double(area) / Double(width * height) }

    mutating func add(_ x: Int, _ y: Int) {
        left = min(left, x)
        right = max(right, x)
        top = min(top, y)
        bottom = max(bottom, y)
        area += 1
    }

    /// The rectangle around both.
    func joined(_ other: InkPiece) -> InkPiece {
        InkPiece(
            left: min(left, other.left), top: min(top, other.top),
            right: max(right, other.right), bottom: max(bottom, other.bottom),
            area: area + other.area)
    }

    /// Columns that both cover.
    func sharedColumns(_ other: InkPiece) -> Int {
        max(0, min(right, other.right) - max(left, other.left) + 1)
    }

    /// Rows that both cover.
    func sharedRows(_ other: InkPiece) -> Int {
        max(0, min(bottom, other.bottom) - max(top, other.top) + 1)
    }
}
