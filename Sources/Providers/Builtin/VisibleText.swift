import Domain

/// The text that was read in a picture, without what the recogniser doubts.
struct VisibleText: Sendable, Equatable {
    /// The accepted words, one line of the picture per line, at most 2,000 characters.
    let text: String
    /// The text in one line, shortened for a sentence; empty if there is none.
    let quotation: String
    /// Up to two names for rooms, in lower case: the most prominent words.
    let roomWords: [String]

    static let none = VisibleText([])

    init(_ words: [RecognizedWord]) {
        let accepted = words.filter { $0.confidence >= 60 && VisibleText.isWord($0.text) }
        // One or two stray letters are rather a recogniser's guess than writing.
        let letters = accepted.reduce(0) { $0 + VisibleText.letterCount($1.text) }
        guard letters >= 3 else {
            (text, quotation, roomWords) = ("", "", [])
            return
        }
        var lines: [[String]] = []
        var current: Int?
        for word in accepted {
            let clean = VisibleText.printable(word.text)
            if word.line == current {
                lines[lines.count - 1].append(clean)
            } else {
                lines.append([clean])
                current = word.line
            }
        }
        let full = lines.map { $0.joined(separator: " ") }.joined(separator: "\n")
        text = String(full.prefix(2000))
        quotation = VisibleText.quotation(lines)
        roomWords = VisibleText.roomWords(accepted)
    }

    /// Whether something holds enough letters or digits to be writing.
    private static func isWord(_ text: String) -> Bool {
        let count = letterCount(text)
        return count > 0 && count * 2 >= text.unicodeScalars.count
    }

    private static func letterCount(_ text: String) -> Int {
        text.unicodeScalars.count { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }

    /// Without controls and other invisible characters.
    private static func printable(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
                .paragraphSeparator:
                continue
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Lines until 60 characters, without marks that would end the sentence around them.
    private static func quotation(_ lines: [[String]]) -> String {
        var out = ""
        for word in lines.joined() {
            let plain = String(word.filter { !".!?\"\u{201C}\u{201D}".contains($0) })
            guard !plain.isEmpty else { continue }
            if out.count + plain.count + 1 > 60 { break }
            out += out.isEmpty ? plain : " " + plain
        }
        return out
    }

    /// The longest plain words, and two that stand next to each other where both are plain.
    private static func roomWords(_ words: [RecognizedWord]) -> [String] {
        struct Plain {
            var word: String
            var line: Int
            var index: Int
            var confidence: Double
        }
        let plain = words.enumerated().compactMap { index, word -> Plain? in
            let letters = word.text.lowercased().unicodeScalars
                .filter { ("a"..."z").contains($0) }
            guard word.confidence >= 75, (3...14).contains(letters.count),
                letters.count + 1 >= word.text.unicodeScalars.count
            else { return nil }
            var text = ""
            text.unicodeScalars.append(contentsOf: letters)
            return Plain(
                word: text, line: word.line, index: index, confidence: word.confidence)
        }
        .filter { !fillers.contains($0.word) }
        // Longer words are misread less often, so near views agree on them.
        let ranked = plain.sorted {
            ($0.word.count, $1.index) > ($1.word.count, $0.index)
        }
        guard let first = ranked.first else { return [] }
        guard let second = ranked.first(where: { $0.word != first.word }) else {
            return [first.word]
        }
        if first.line == second.line, abs(first.index - second.index) == 1 {
            let ordered = [first, second].sorted { $0.index < $1.index }
            return ["\(ordered[0].word) \(ordered[1].word)", first.word]
        }
        return [first.word, second.word]
    }

    /// Words too common to name a room.
    private static let fillers: Set<String> = [
        "the", "and", "for", "with", "from", "this", "that", "are", "was", "you", "your", "our",
        "not", "but", "has", "have", "all", "can", "will", "one", "new", "its", "into", "www",
        "com", "http", "https",
    ]
}
