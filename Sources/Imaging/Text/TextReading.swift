/// A word and whether the recogniser's dictionary has it; numbers count as known.
struct ScannedWord {
    let word: TextWord
    let isKnown: Bool

    /// Letters and digits in it.
    var count: Int { word.text.count { $0.isLetter || $0.isNumber } }
}

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
    init?(_ line: TextLine, _ found: [ScannedWord], pieces: Int) {
        let found = found.filter { $0.count > 0 }
        let letters = found.reduce(0) { $0 + $1.count }
        guard letters > 1, pieces * 10 <= letters * 13 + 20 else { return nil }
        let confidence = found.reduce(0) { $0 + $1.word.confidence * Double($1.count) }
        guard confidence >= 55 * Double(letters) else { return nil }
        // A long line has its context to vouch for it; a word alone has to be borne out.
        if letters >= 8 {
            guard letters * 10 <= pieces * 22 else { return nil }
        } else {
            guard letters <= pieces + max(1, letters / 3), pieces <= letters + 1 else { return nil }
        }
        if found.count == 1, let only = found.first {
            guard TextReading.isCredible(only, pieces: pieces) else { return nil }
        }
        words = found.map(\.word)
        score = found.reduce(0) { $0 + Double($1.count) * max(0, $1.word.confidence - 40) }
        let least = words.map(\.confidence).min() ?? 0
        isSure = least >= 90 && letters >= 3 && letters == max(pieces, line.letters.count)
        box = line.box
    }

    /// Whether a word that makes up a line is one: chance rather makes short and unknown words.
    private static func isCredible(_ scanned: ScannedWord, pieces: Int) -> Bool {
        let confidence = scanned.word.confidence
        switch scanned.count {
        case ...2:
            return scanned.word.text.allSatisfy(\.isNumber) && confidence >= 90
                && pieces == scanned.count
        case 3...4: return confidence >= (scanned.isKnown ? 80 : 93)
        default: return confidence >= (scanned.isKnown ? 70 : 85)
        }
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
        for reading in readings.sorted(by: {
            ($0.box.middle, $0.box.left) < ($1.box.middle, $1.box.left)
        }) {
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
