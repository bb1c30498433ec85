import Glibc

/// The ink of one symbol cut out, for telling marks by their shape: the recogniser's model of English knows
/// neither × nor ÷ nor raised digits.
struct Stencil {
    let width: Int
    let height: Int
    private let ink: [Bool]

    init(_ pieces: [Int], _ box: InkPiece, on sheet: InkSheet) {
        width = box.width
        height = box.height
        let numbers = Set(pieces.map(Int32.init))
        var ink = [Bool](repeating: false, count: box.width * box.height)
        for y in 0..<box.height {
            for x in 0..<box.width {
                let label = sheet.labels[(box.top + y) * sheet.width + box.left + x]
                ink[y * box.width + x] = label >= 0 && numbers.contains(label)
            }
        }
        self.ink = ink
    }

    var fill: Double { Double(ink.count { $0 }) / Double(ink.count) }

    /// The runs of ink in a row: first and last column of each.
    private func runs(_ y: Int) -> [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        var start: Int?
        for x in 0...width {
            let isInk = x < width && ink[y * width + x]
            if isInk, start == nil { start = x }
            if !isInk, let first = start {
                runs.append(first...(x - 1))
                start = nil
            }
        }
        return runs
    }

    /// The share of ink in a rectangle given in shares of width and height.
    private func share(_ x: ClosedRange<Double>, _ y: ClosedRange<Double>) -> Double {
        let columns = Self.pixels(x, width)
        let rows = Self.pixels(y, height)
        var count = 0
        for row in rows { for column in columns where ink[row * width + column] { count += 1 } }
        return Double(count) / Double(max(1, rows.count * columns.count))
    }

    private static func pixels(_ share: ClosedRange<Double>, _ size: Int) -> Range<Int> {
        let first = min(size - 1, Int(share.lowerBound * Double(size)))
        return
            first..<max(first + 1, min(size, Int((share.upperBound * Double(size)).rounded(.up))))
    }

    private var isSquarish: Bool { width * 10 >= height * 6 && height * 10 >= width * 6 }

    /// A closed round with nothing inside.
    var isRing: Bool {
        width * 10 >= height * 5 && height * 10 >= width * 6
            && share(0.42...0.58, 0.42...0.58) < 0.2
            && share(0.4...0.6, 0...0.1) > 0.5 && share(0.4...0.6, 0.9...1) > 0.5
            && share(0...0.12, 0.4...0.6) > 0.5 && share(0.88...1, 0.4...0.6) > 0.5
    }

    /// A filled rectangle much wider than high.
    var isBar: Bool { fill > 0.66 && Double(width) >= 1.45 * Double(height) }

    /// About as wide as high and filled.
    var isDot: Bool { fill > 0.55 && width <= 2 * height && height * 10 <= width * 19 }

    /// Where ink lies on a ring around the middle: the angles of its arms in degrees, counterclockwise from
    /// the right; nil where the middle is empty.
    private var arms: [Double]? {
        guard share(0.4...0.6, 0.4...0.6) > 0.6 else { return nil }
        let steps = 180
        let hits = (0..<steps).map { step -> Bool in
            let angle = Double(step) * 2 * .pi / Double(steps)
            let x = Int((0.5 + 0.36 * cos(angle)) * Double(width))
            let y = Int((0.5 - 0.36 * sin(angle)) * Double(height))
            return ink[min(y, height - 1) * width + min(x, width - 1)]
        }
        guard let gap = hits.firstIndex(of: false) else { return nil }
        var arms: [Double] = []
        var first: Int?
        for offset in 1...steps {
            let step = gap + offset
            let isHit = hits[step % steps]
            if isHit, first == nil { first = step }
            if !isHit, let start = first {
                let middle = Double(start + step - 1) * 180 / Double(steps)
                arms.append(middle.truncatingRemainder(dividingBy: 360))
                first = nil
            }
        }
        return arms.sorted()
    }

    /// An upright stroke across a level one.
    var isPlus: Bool {
        guard isSquarish, share(0...0.25, 0...0.25) < 0.15, share(0.75...1, 0...0.25) < 0.15,
            share(0...0.25, 0.75...1) < 0.15, share(0.75...1, 0.75...1) < 0.15
        else { return false }
        let isLevel = (height * 3 / 10...height * 7 / 10).contains { y in
            (0..<width).count { ink[y * width + $0] } * 10 >= width * 9
        }
        let isUpright = (width * 4 / 10...width * 6 / 10).contains { x in
            (0..<height).count { ink[$0 * width + x] } * 10 >= height * 9
        }
        return isLevel && isUpright
    }

    /// Four arms to the corners.
    var isCross: Bool {
        guard isSquarish, let arms, arms.count == 4 else { return false }
        let nearest = arms.map { angle in
            [45, 135, 225, 315].map { abs($0 - angle) }.min() ?? 90
        }
        return nearest.allSatisfy { $0 < 20 } && share(0.4...0.6, 0...0.12) < 0.2
            && share(0.4...0.6, 0.88...1) < 0.2 && share(0...0.12, 0.42...0.58) < 0.2
            && share(0.88...1, 0.42...0.58) < 0.2
    }

    /// Five arms or more.
    var isStar: Bool {
        guard isSquarish, let arms else { return false }
        guard (5...6).contains(arms.count) else { return false }
        let turns = zip(arms, arms.dropFirst() + [arms[0] + 360]).map { $1 - $0 }
        return turns.allSatisfy { (35...105).contains($0) }
    }

    /// One straight thin stroke that rises to the right.
    var isSlash: Bool {
        guard width * 10 >= height * 2, width * 10 <= height * 9 else { return false }
        var middles: [Double] = []
        for y in 0..<height {
            let runs = runs(y)
            guard runs.count == 1, let run = runs.first, run.count * 10 <= height * 4 else {
                return false
            }
            middles.append(Double(run.lowerBound + run.upperBound) / 2)
        }
        guard let top = middles.first, let bottom = middles.last else { return false }
        guard top - bottom >= 0.16 * Double(height) else { return false }
        return middles.enumerated().allSatisfy { y, middle in
            let straight = top + (bottom - top) * Double(y) / Double(max(1, height - 1))
            return abs(middle - straight) <= max(1.5, 0.075 * Double(height))
        }
    }

    /// The shape of a round bracket.
    enum Bracket { case opening, closing }

    /// One thin stroke whose middle stands out to one side of both its ends.
    var bracket: Bracket? {
        guard width * 2 <= height, height >= 8 else { return nil }
        var middles: [Double] = []
        for y in 0..<height {
            let runs = runs(y)
            guard runs.count == 1, let run = runs.first, run.count * 10 <= height * 3 else {
                return nil
            }
            middles.append(Double(run.lowerBound + run.upperBound) / 2)
        }
        let edge = max(1, height / 16)
        let top = middles[edge]
        let bottom = middles[height - 1 - edge]
        let centre = middles[height / 2]
        // An upright one leans to the same side at both ends; a slanted one about its own straight line.
        let bend = (top + bottom) / 2 - centre
        let lean = abs(top - bottom)
        let least = 0.055 * Double(height)
        guard abs(bend) >= least, lean <= 0.35 * Double(height), lean < 4 * abs(bend) else {
            return nil
        }
        // The bend is even: a quarter of the way it is already most of what it is in the middle.
        for y in [height / 4, height * 3 / 4] {
            let straight = top + (bottom - top) * Double(y) / Double(height - 1)
            let part = straight - middles[y]
            guard part * bend > 0, abs(part) >= 0.45 * abs(bend), abs(part) <= 1.1 * abs(bend)
            else { return nil }
        }
        return bend > 0 ? .opening : .closing
    }

    /// Two strokes that meet at the top in the middle.
    var isCaret: Bool {
        guard width >= 5, height >= 4, width * 10 >= height * 6, fill < 0.75 else { return false }
        var isApart = false
        for y in 0..<height - height / 6 {
            let runs = runs(y)
            guard (1...2).contains(runs.count), let first = runs.first, let last = runs.last else {
                return false
            }
            if runs.count == 2 { isApart = true } else if isApart { return false }
            let middle = Double(first.lowerBound + last.upperBound) / 2
            guard abs(middle - Double(width - 1) / 2) <= max(2, 0.2 * Double(width)) else {
                return false
            }
        }
        return isApart && runs(height * 3 / 4).count == 2
            && (runs(0).first?.count ?? width) * 3 <= width * 2
            && share(0.3...0.7, 0.8...1) < 0.2
    }

    /// An empty frame with straight sides.
    var isBox: Bool {
        guard isSquarish, height >= 10 else { return false }
        return share(0.1...0.9, 0...0.02) > 0.9 && share(0.1...0.9, 0.98...1) > 0.9
            && share(0...0.02, 0.1...0.9) > 0.9 && share(0.98...1, 0.1...0.9) > 0.9
            && share(0.25...0.75, 0.25...0.75) < 0.01
    }
}
