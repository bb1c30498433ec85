import Domain

/// A word as it was read, without the marks around it, and whether it can be one.
struct ReadWord: Sendable, Equatable {
    /// The word without controls and without quotes, stops and rules at its ends.
    let text: String
    /// 0…100.
    let confidence: Double
    let line: Int

    init(_ word: RecognizedWord) {
        let visible = String(String.UnicodeScalarView(word.text.unicodeScalars.filter(\.isVisible)))
        let opening = visible.drop { !($0.isLetter || $0.isNumber || "$€£#@".contains($0)) }
        let end = opening.lastIndex { $0.isLetter || $0.isNumber || "%€".contains($0) }
        text = end.map { String(opening[...$0]) } ?? ReadWord.joint(visible)
        confidence = word.confidence
        line = word.line
    }

    /// A dash or the like, which stands between words and is none itself.
    private static func joint(_ text: String) -> String {
        ["-", "–", "—", "&", "+"].contains(text) ? text : ""
    }

    var isJoint: Bool { !text.isEmpty && letters + digits == 0 }

    var letters: Int { text.unicodeScalars.count { $0.properties.isAlphabetic } }

    var digits: Int { text.unicodeScalars.count { $0.properties.numericType != nil } }

    /// Whether it is long enough to mean something by itself.
    var isLong: Bool { letters + digits >= 3 }

    /// The word in lower case if it is of three to fourteen plain letters; else empty.
    var plain: String {
        let lower = text.lowercased()
        let isPlain = lower.unicodeScalars.allSatisfy { ("a"..."z").contains($0) }
        return isPlain && (3...14).contains(lower.unicodeScalars.count) ? lower : ""
    }

    /// Whether its signs go together as they do in words, numbers, times, prices and addresses.
    var isWellFormed: Bool {
        let scalars = Array(text.unicodeScalars)
        let others = scalars.count - letters - digits
        guard letters + digits > 0, others * 3 <= scalars.count,
            scalars.allSatisfy(\.isExpected)
        else { return false }
        let parts = text.split { !$0.isLetter }.map { Array($0.unicodeScalars) }
        let accents = scalars.contains { !$0.isASCII && $0.properties.isAlphabetic }
        if accents, letters < 4 || confidence < 90 { return false }
        return parts.allSatisfy { ReadWord.isCasedLikeAWord($0) && isPronounceable($0) }
            && ReadWord.changes(scalars) <= 2
    }

    /// Capitals, small letters, or one capital and small letters, once more after that at most.
    private static func isCasedLikeAWord(_ part: [Unicode.Scalar]) -> Bool {
        let upper = part.map { $0.properties.isUppercase }
        let count = upper.count { $0 }
        guard count > 0, count < part.count else { return true }
        if count == 1 { return upper[0] || (upper[1] && part.count >= 5) }
        // As in McCartney and YouTube.
        return count == 2 && upper[0] && !upper[1] && !(upper.last ?? true)
    }

    /// No letter stands three times in a row, and long words have vowels.
    private func isPronounceable(_ part: [Unicode.Scalar]) -> Bool {
        let lower = String(String.UnicodeScalarView(part)).lowercased()
        guard lower != "www" else { return true }
        let letters = Array(lower)
        for i in letters.indices.dropFirst(2)
        where letters[i] == letters[i - 1] && letters[i] == letters[i - 2] {
            return false
        }
        return letters.count < 4 || confidence >= 88
            || letters.contains { "aeiouyäöüáàâéèêíîóôúû".contains($0) }
    }

    /// How often letters and digits take turns.
    private static func changes(_ scalars: [Unicode.Scalar]) -> Int {
        let kinds = scalars.filter {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
        .map { $0.properties.numericType != nil }
        return zip(kinds, kinds.dropFirst()).count { $0 != $1 }
    }
}

extension Unicode.Scalar {
    fileprivate var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        default: true
        }
    }

    /// Letters, digits, and what may stand inside of a word, number or address.
    fileprivate var isExpected: Bool {
        properties.isAlphabetic || properties.numericType != nil
            || "'’-–./:,&+@#%$€£".unicodeScalars.contains(self)
    }
}
