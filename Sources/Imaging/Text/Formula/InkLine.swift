/// Symbols that stand in one row, from left to right, and the line they stand on.
struct InkLine {
    /// Numbers of the sheet's pieces.
    var pieces: [Int]
    /// The height of most digits.
    let height: Double
    private let slope: Double
    private let start: Double

    /// The height of the line's feet at a column, in rows from the top.
    func baseline(at x: Int) -> Double { start + slope * Double(x) }

    /// The lines of a sheet from top to bottom.
    static func all(on sheet: InkSheet) -> [InkLine] {
        guard let height = textHeight(of: sheet) else { return [] }
        let letters = sheet.pieces.indices.filter {
            let piece = sheet.pieces[$0]
            return isLetterLike(piece, on: sheet) && Double(piece.height) >= 0.5 * height
                && Double(piece.height) <= 2.6 * height
        }
        let rows = rows(letters, sheet).filter { row in
            row.contains { Double(sheet.pieces[$0].height) >= 0.6 * height }
        }
        var lines = rows.map { InkLine($0, sheet) }
        adopt(sheet, height, Set(letters), into: &lines)
        return lines.flatMap { $0.columns(sheet) }.sorted {
            let shared = $0.box(sheet).sharedRows($1.box(sheet))
            let least = min($0.box(sheet).height, $1.box(sheet).height)
            return shared * 2 > least
                ? $0.box(sheet).left < $1.box(sheet).left
                : $0.box(sheet).middle < $1.box(sheet).middle
        }
    }

    /// The height of digits and capitals; nil where nothing is shaped like them.
    static func textHeight(of sheet: InkSheet) -> Double? {
        let heights = sheet.pieces.filter {
            isLetterLike($0, on: sheet) && $0.height >= 6 && $0.width * 8 >= $0.height
                && $0.width * 2 <= $0.height * 3
        }.map(\.height).sorted()
        guard let tallest = heights.last else { return nil }
        // Dots and specks are many on some pages; what is much lower than the tallest does not count.
        let tall = heights.filter { $0 * 4 >= min(tallest, 3 * heights[heights.count / 2]) }
        return Double(tall[tall.count * 7 / 10])
    }

    private static func isLetterLike(_ piece: InkPiece, on sheet: InkSheet) -> Bool {
        piece.width * 2 <= sheet.width + 200 && piece.height * 10 <= sheet.height * 9 + 100
            && piece.width <= piece.height * 6
    }

    /// Chains each letter to the row whose last one stands at its height.
    private static func rows(_ letters: [Int], _ sheet: InkSheet) -> [[Int]] {
        var rows: [[Int]] = []
        for letter in letters.sorted(by: { sheet.pieces[$0].left < sheet.pieces[$1].left }) {
            let piece = sheet.pieces[letter]
            var best: (row: Int, shared: Double)?
            for (number, row) in rows.enumerated() {
                // A raised digit says little about where its line is, so the tallest of the last few does.
                for other in row.suffix(3) {
                    let last = sheet.pieces[other]
                    let shared =
                        Double(last.sharedRows(piece)) / Double(min(last.height, piece.height))
                    if shared > max(0.45, best?.shared ?? 0) { best = (number, shared) }
                }
            }
            if let best { rows[best.row].append(letter) } else { rows.append([letter]) }
        }
        return rows
    }

    private init(_ letters: [Int], _ sheet: InkSheet) {
        pieces = letters
        let boxes = letters.map { sheet.pieces[$0] }
        let tall = boxes.map(\.height).sorted()
        let rough = Double(tall[tall.count * 7 / 10])
        let slope = InkLine.slope(
            boxes.filter { (0.75...1.2).contains(Double($0.height) / rough) })
        let start = InkLine.foot(
            boxes.map {
                (Double($0.bottom) - slope * Double($0.left + $0.right) / 2, $0.height)
            }, rough)
        let standing = boxes.filter { box in
            let foot = start + slope * Double(box.left + box.right) / 2
            return abs(Double(box.bottom) - foot) < 0.12 * rough
        }
        let heights = standing.map {
            start + slope * Double($0.left + $0.right) / 2 - Double($0.top) + 1
        }.sorted()
        self.slope = slope
        self.start = start
        height = heights.isEmpty ? rough : max(1, heights[heights.count * 7 / 10])
    }

    /// The height at which most ink stands: raised digits stand higher, some letters reach below, but both are few.
    private static func foot(_ feet: [(foot: Double, height: Int)], _ height: Double) -> Double {
        var best = (weight: 0, foot: 0.0)
        for (foot, _) in feet.sorted(by: { $0.foot < $1.foot }) {
            let near = feet.filter { abs($0.foot - foot) < 0.07 * height }
            let weight = near.reduce(0) { $0 + $1.height }
            if weight > best.weight {
                best = (weight, near.reduce(0) { $0 + $1.foot } / Double(near.count))
            }
        }
        return best.foot
    }

    private init(_ pieces: [Int], like line: InkLine) {
        self.pieces = pieces
        height = line.height
        slope = line.slope
        start = line.start
    }

    /// How much the line falls from left to right: the median over all pairs (Theil 1950), small ones only.
    private static func slope(_ boxes: [InkPiece]) -> Double {
        guard boxes.count >= 6 else { return 0 }
        let few = boxes.prefix(60)
        var slopes: [Double] = []
        for (index, first) in few.enumerated() {
            for second in few.dropFirst(index + 1) where second.left - first.right > first.height {
                slopes.append(
                    Double(second.bottom - first.bottom) / Double(second.left - first.left))
            }
        }
        guard slopes.count >= 3 else { return 0 }
        slopes.sort()
        let median = slopes[slopes.count / 2]
        return abs(median) < 0.12 ? median : 0
    }

    /// Gives dots, dashes and the like to the line they stand in.
    private static func adopt(
        _ sheet: InkSheet, _ height: Double, _ letters: Set<Int>, into lines: inout [InkLine]
    ) {
        for (number, piece) in sheet.pieces.enumerated() where !letters.contains(number) {
            let least = max(2, height / 24)
            guard Double(max(piece.width, piece.height)) >= least,
                Double(piece.area) >= least * least, Double(piece.height) <= 1.2 * height,
                Double(piece.width) <= 8 * height
            else { continue }
            var best: (line: Int, distance: Double)?
            for (index, line) in lines.enumerated() {
                let feet = line.baseline(at: (piece.left + piece.right) / 2)
                let middle = Double(piece.middle)
                guard middle > feet - 1.35 * line.height, middle < feet + 0.35 * line.height
                else { continue }
                let distance = abs(middle - (feet - line.height / 2))
                if distance < best?.distance ?? .infinity { best = (index, distance) }
            }
            if let best { lines[best.line].pieces.append(number) }
        }
        for index in lines.indices {
            lines[index].pieces.sort { sheet.pieces[$0].left < sheet.pieces[$1].left }
        }
    }

    /// The line parted where it is interrupted by much white: columns of sums side by side.
    private func columns(_ sheet: InkSheet) -> [InkLine] {
        var columns: [[Int]] = []
        var end = Int.min / 2
        for piece in pieces {
            let box = sheet.pieces[piece]
            if columns.isEmpty || Double(box.left) - Double(end) > 3.2 * height {
                columns.append([])
            }
            columns[columns.count - 1].append(piece)
            end = max(end, box.right)
        }
        return columns.map { InkLine($0, like: self) }
    }

    private func box(_ sheet: InkSheet) -> InkPiece {
        pieces.dropFirst().reduce(sheet.pieces[pieces[0]]) { $0.joined(sheet.pieces[$1]) }
    }
}
