/// Names for rooms from what was read: few words that stand together rather than pieces of many.
enum RoomWords {
    /// Up to two names, in lower case.
    static func choose(from lines: [[ReadWord]]) -> [String] {
        let phrases = self.phrases(lines)
        var words: [(word: String, place: Int)] = []
        for word in lines.joined() where isTelling(word) {
            words.append((word.plain, words.count))
        }
        // Longer words are misread less often, so near views agree on them.
        let longest = words.sorted { ($0.word.count, $1.place) > ($1.word.count, $0.place) }
            .map(\.word)
        let phrase = phrases.max { $0.count < $1.count }
        var names = phrase.map { [$0] } ?? []
        for word in longest where names.count < 2 && !names.contains(word) { names.append(word) }
        return names
    }

    /// Two or three telling words that make up a line, or lines of one such word that make up the text.
    private static func phrases(_ lines: [[ReadWord]]) -> [String] {
        let text = lines.flatMap { $0 }
        let wholes = lines + (lines.allSatisfy { $0.count == 1 } ? [text] : [])
        return wholes.filter { (2...3).contains($0.count) && $0.allSatisfy(isTelling) }
            .filter { Set($0.map(\.plain)).count == $0.count }
            .map { $0.map(\.plain).joined(separator: " ") }
    }

    private static func isTelling(_ word: ReadWord) -> Bool {
        word.confidence >= 80 && !word.plain.isEmpty && !functionWords.contains(word.plain)
    }

    /// Words too common to name a room.
    private static let functionWords: Set<String> = [
        "about", "after", "all", "also", "and", "any", "are", "been", "but", "call", "can", "com",
        "did", "does", "don", "each", "for", "from", "get", "got", "had", "has", "have", "her",
        "here", "him", "his", "how", "http", "https", "inc", "into", "its", "just", "know", "let",
        "ltd", "made", "may", "more", "most", "much", "must", "net", "new", "nor", "not", "now",
        "off", "one", "only", "org", "other", "our", "out", "over", "per", "shall", "she", "since",
        "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
        "this", "those", "too", "two", "upon", "use", "very", "via", "was", "were", "what", "when",
        "where", "which", "while", "who", "why", "will", "with", "would", "www", "yet", "you",
        "your",
    ]
}
