/// Finds what looks like lines of text in a picture: in light and dark ink, by brightness and by
/// colour, at every size.
struct TextLineFinder {
    /// The heights of letters looked for in one plane of the pyramid; larger ones are found in the next.
    static let letterHeights = 7...56

    /// Brightness at full size, then colour at half size, each followed by its halvings.
    let planes: [(bitmap: Bitmap, scale: Int)]

    init(_ picture: Bitmap) {
        planes =
            TextLineFinder.pyramid(picture.luma(), scale: 1)
            + TextLineFinder.colors(picture).flatMap { TextLineFinder.pyramid($0, scale: 2) }
    }

    /// The candidates, the most line-like first; many are about the same line.
    func lines() -> [TextLine] {
        var lines: [TextLine] = []
        for (index, plane) in planes.enumerated() {
            let relief = TextRelief(plane.bitmap, radius: 22)
            for sign in [-1, 1] {
                for (least, share) in TextLineFinder.thresholds {
                    let shapes = LetterShape.all(
                        in: relief, InkThreshold(sign: sign, least: least, share: share))
                    lines += TextLineFinder.rows(shapes).compactMap {
                        TextLine($0, scale: Float(plane.scale), plane: index, sign: sign)
                    }
                }
            }
        }
        return lines.filter { $0.quality >= 1.3 }.sorted { $0.rank > $1.rank }
    }

    /// Faint print needs a low threshold; thick strokes a low share, letters that touch a high one.
    private static let thresholds = [(8, 6), (16, 14)]

    private static func pyramid(_ plane: Bitmap, scale: Int) -> [(bitmap: Bitmap, scale: Int)] {
        var levels = [(bitmap: plane, scale: scale)]
        while let last = levels.last, min(last.bitmap.width, last.bitmap.height) >= 64 {
            levels.append((last.bitmap.reduced(by: 2), last.scale * 2))
        }
        return levels
    }

    /// Red against green and blue against both: what sets ink of the ground's brightness apart.
    private static func colors(_ picture: Bitmap) -> [Bitmap] {
        guard picture.channels == 3, min(picture.width, picture.height) >= 32 else { return [] }
        let half = picture.reduced(by: 2)
        var red = [UInt8](repeating: 0, count: half.width * half.height)
        var blue = red
        for i in red.indices {
            let (r, g, b) = (
                Int(half.samples[3 * i]), Int(half.samples[3 * i + 1]),
                Int(half.samples[3 * i + 2])
            )
            red[i] = UInt8((r - g + 256) >> 1)
            blue[i] = UInt8((2 * b - r - g + 1024) >> 3)
        }
        return [red, blue].map {
            Bitmap(width: half.width, height: half.height, channels: 1, samples: $0)
        }
    }

    /// Chains each shape with the nearest that could follow it.
    static func rows(_ shapes: [LetterShape]) -> [[LetterShape]] {
        guard shapes.count <= 12_000 else { return [] }
        let sorted = shapes.sorted { ($0.left, $0.top) < ($1.left, $1.top) }
        var next = [Int](repeating: -1, count: sorted.count)
        var taken = [Bool](repeating: false, count: sorted.count)
        for i in sorted.indices {
            var nearest = Int.max
            for j in (i + 1)..<max(i + 1, sorted.count) {
                if sorted[j].left > sorted[i].right + 3 * sorted[i].height { break }
                guard !taken[j], sorted[i].mayPrecede(sorted[j]) else { continue }
                let distance =
                    sorted[j].left - sorted[i].right
                    + 2 * abs(sorted[j].bottom - sorted[i].bottom)
                if distance < nearest {
                    nearest = distance
                    next[i] = j
                }
            }
            if next[i] >= 0 { taken[next[i]] = true }
        }
        var rows: [[LetterShape]] = []
        for start in sorted.indices where !taken[start] {
            var row: [LetterShape] = []
            var i = start
            while i >= 0 {
                row.append(sorted[i])
                i = next[i]
            }
            if row.count >= 2 { rows.append(row) }
        }
        return extended(joined(rows), by: sorted)
    }

    /// Adds to longer rows the letters at their ends that are less alike: a y that reaches below, a
    /// letter half in shade.
    private static func extended(
        _ rows: [[LetterShape]], by shapes: [LetterShape]
    ) -> [[LetterShape]] {
        guard rows.count <= 400 else { return rows }
        return rows.map { row in
            var row = row
            guard row.count >= 3 else { return row }
            for _ in 0..<4 {
                guard let last = row.last,
                    let next = shapes.filter({ last.mightPrecede($0) })
                        .min(by: { $0.left < $1.left })
                else { break }
                row.append(next)
            }
            for _ in 0..<4 {
                guard let first = row.first,
                    let previous = shapes.filter({ $0.mightPrecede(first) })
                        .max(by: { $0.right < $1.right })
                else { break }
                row.insert(previous, at: 0)
            }
            return row
        }
    }

    /// Joins rows that follow each other on one line: a dash or a wide blank parted them.
    private static func joined(_ rows: [[LetterShape]]) -> [[LetterShape]] {
        guard rows.count <= 2_000 else { return rows }
        var rows = rows.sorted { $0[0].left < $1[0].left }
        var i = 0
        while i < rows.count {
            var j = i + 1
            while j < rows.count {
                if rows[i].isFollowed(by: rows[j]) {
                    rows[i] += rows.remove(at: j)
                    j = i + 1
                } else {
                    j += 1
                }
            }
            i += 1
        }
        return rows
    }
}

extension [LetterShape] {
    fileprivate func isFollowed(by row: [LetterShape]) -> Bool {
        guard let last, let first = row.first else { return false }
        let taller = Swift.max(last.height, first.height)
        let gap = first.left - last.right
        guard gap > -taller / 2, gap < taller * 5 / 2 else { return false }
        return abs(first.bottom - last.bottom) * 3 <= taller
            && taller * 10 <= Swift.min(last.height, first.height) * 17
            && Swift.max(last.stroke, first.stroke) < 1.7 * Swift.min(last.stroke, first.stroke)
            && Swift.max(last.contrast, first.contrast) * 10
                < 17 * Swift.min(last.contrast, first.contrast)
    }
}
