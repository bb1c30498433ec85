import Domain

/// The text that was read in a picture, without what the recogniser doubts or made up.
struct VisibleText: Sendable, Equatable {
    /// The accepted words, one line of the picture per line, at most 2,000 characters.
    let text: String
    /// The text in one line, shortened for a sentence; empty if there is none.
    let quotation: String
    /// Up to two names for rooms, in lower case: the most prominent words.
    let roomWords: [String]

    static let none = VisibleText([])

    init(_ words: [RecognizedWord]) {
        var lines: [[ReadWord]] = []
        for word in words.map(ReadWord.init) where !word.text.isEmpty {
            if let last = lines.last?.last, last.line == word.line {
                lines[lines.count - 1].append(word)
            } else {
                lines.append([word])
            }
        }
        lines = lines.map(VisibleText.accepted).filter { !$0.isEmpty }
        // One or two stray letters are rather a recogniser's guess than writing.
        guard lines.joined().reduce(0, { $0 + $1.letters + $1.digits }) >= 3 else {
            (text, quotation, roomWords) = ("", "", [])
            return
        }
        let full = lines.map { $0.map(\.text).joined(separator: " ") }.joined(separator: "\n")
        text = String(full.prefix(2000))
        quotation = VisibleText.quotation(lines)
        roomWords = RoomWords.choose(from: lines)
    }

    /// The words of a line that can be believed; short ones only in good company.
    private static func accepted(_ line: [ReadWord]) -> [ReadWord] {
        let sound = line.filter { $0.confidence >= 60 && ($0.isJoint || $0.isWellFormed) }
        let length = line.reduce(0) { $0 + $1.text.count }
        let mean = line.reduce(0) { $0 + $1.confidence * Double($1.text.count) } / Double(length)
        let good = sound.filter { $0.isLong && $0.confidence >= 75 }
        let inCompany = good.count >= 2 || (good.count == 1 && sound.count > 1)
        guard mean >= 65 || good.count >= 3 else { return [] }
        let kept = sound.filter { word in
            if word.isJoint { return true }
            if word.isLong { return word.confidence >= (inCompany ? 60 : 75) }
            if word.letters == 0 {
                return word.confidence >= (good.isEmpty ? 90 : 80)
                    && (!good.isEmpty || word.digits > 1)
            }
            return !good.isEmpty && word.confidence >= 80
        }
        // What joined two words of which one is gone joins nothing.
        return kept.indices.filter { index in
            !kept[index].isJoint
                || (index > 0 && index + 1 < kept.count && !kept[index - 1].isJoint
                    && !kept[index + 1].isJoint)
        }
        .map { kept[$0] }
    }

    /// Lines until 60 characters, without marks that would end the sentence around them.
    private static func quotation(_ lines: [[ReadWord]]) -> String {
        var out = ""
        for word in lines.joined() {
            let plain = String(word.text.filter { !".!?\"\u{201C}\u{201D}".contains($0) })
            guard !plain.isEmpty else { continue }
            if out.count + plain.count + 1 > 60 { break }
            out += out.isEmpty ? plain : " " + plain
        }
        return out
    }
}
