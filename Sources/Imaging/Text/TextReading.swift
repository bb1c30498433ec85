/// What was read in one line.
struct TextReading {
    let words: [TextWord]
    /// Letters read, weighed by confidence: the more the better.
    let score: Double
    /// Whether no other try could be much better.
    let isSure: Bool
    private let box: TextBox

    /// Nil where nothing was read that the picture bears out.
    ///
    /// `pieces` are the pieces of ink as tall as letters: a reading that saw many more or fewer
    /// letters made them up.
    init?(_ line: TextLine, _ words: [TextWord], pieces: Int) {
        let letters = words.reduce(0) { $0 + $1.text.count }
        guard letters > 0, letters * 2 >= pieces, pieces * 3 >= letters else { return nil }
        let confidence = words.reduce(0) { $0 + Double($1.text.count) * $1.confidence }
        guard confidence >= 50 * Double(letters) else { return nil }
        self.words = words
        score = words.reduce(0) { $0 + Double($1.text.count) * max(0, $1.confidence - 40) }
        let least = words.map(\.confidence).min() ?? 0
        isSure = least >= 85 && letters >= 3 && letters * 10 >= max(pieces, line.letters.count) * 9
        box = line.box
    }

    /// The words of all readings from top to bottom, with lines numbered; of two readings of one
    /// place the better.
    static func ordered(_ readings: [TextReading]) -> [TextWord] {
        var kept: [TextReading] = []
        for reading in readings.sorted(by: { $0.score > $1.score })
        where !kept.contains(where: { $0.box.overlap(reading.box) > 0.3 }) {
            kept.append(reading)
        }
        var words: [TextWord] = []
        var line = 0
        for row in rows(kept) {
            for (place, reading) in row.enumerated() {
                if place > 0, !row[place - 1].isContinued(by: reading) { line += 1 }
                words += reading.words.map {
                    var word = $0
                    word.line = line
                    return word
                }
            }
            line += 1
        }
        return words
    }

    /// Readings side by side make a row, ordered from left to right.
    private static func rows(_ readings: [TextReading]) -> [[TextReading]] {
        var rows: [[TextReading]] = []
        for reading in readings.sorted(by: { ($0.box.middle, $0.box.left) < ($1.box.middle, $1.box.left) })
        {
            if let last = rows.last?.last, reading.box.isBeside(last.box) {
                rows[rows.count - 1].append(reading)
            } else {
                rows.append([reading])
            }
        }
        return rows.map { $0.sorted { $0.box.left < $1.box.left } }
    }

    private func isContinued(by other: TextReading) -> Bool {
        let (height, otherHeight) = (box.bottom - box.top, other.box.bottom - other.box.top)
        return other.box.left - box.right < 2.5 * max(height, otherHeight)
            && max(height, otherHeight) < 1.6 * min(height, otherHeight)
    }
}

extension TextBox {
    fileprivate var middle: Float { (top + bottom) / 2 }

    /// Whether one's middle is about as high as the other's.
    fileprivate func isBeside(_ other: TextBox) -> Bool {
        abs(middle - other.middle) < 0.35 * min(bottom - top, other.bottom - other.top)
            && (left >= other.right || other.left >= right)
    }
}
