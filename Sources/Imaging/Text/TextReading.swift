/// Candidates that are about one line of the picture, the most line-like first.
struct TextLineGroup {
    private(set) var lines: [TextLine]

    /// At most this many lines are read, each tried in so many ways.
    private static let mostGroups = 40
    private static let mostTries = 3

    /// Sorts candidates, the best first, by the place they are about.
    static func groups(of candidates: [TextLine]) -> [TextLineGroup] {
        var groups: [TextLineGroup] = []
        for line in candidates.prefix(1_500) {
            let box = line.box
            if let index = groups.firstIndex(where: { $0.box.overlap(box) > 0.4 }) {
                if groups[index].lines.count < mostTries { groups[index].lines.append(line) }
            } else if groups.count < mostGroups {
                groups.append(TextLineGroup(lines: [line], box: box))
            }
        }
        return groups
    }

    private let box: TextBox

    private init(lines: [TextLine], box: TextBox) {
        self.lines = lines
        self.box = box
    }
}

/// What was read in one line.
struct TextReading {
    let words: [TextWord]
    /// Letters read, weighed by confidence: the more the better.
    let score: Double
    /// Whether no other try could be much better.
    let isSure: Bool

    /// Nil where no words were read.
    init?(_ line: TextLine, _ words: [TextWord]) {
        guard !words.isEmpty else { return nil }
        self.words = words
        let letters = words.reduce(0) { $0 + $1.text.count }
        score = words.reduce(0) { $0 + Double($1.text.count) * max(0, $1.confidence - 40) }
        let least = words.map(\.confidence).min() ?? 0
        isSure = least >= 85 && letters >= 3 && letters * 10 >= line.letters.count * 8
    }

    /// The words of all readings from top to bottom, with lines numbered.
    static func ordered(_ readings: [TextReading]) -> [TextWord] {
        let sorted = readings.sorted { ($0.words[0].y, $0.words[0].x) < ($1.words[0].y, $1.words[0].x) }
        return sorted.enumerated().flatMap { index, reading in
            reading.words.map {
                var word = $0
                word.line = index
                return word
            }
        }
    }
}
