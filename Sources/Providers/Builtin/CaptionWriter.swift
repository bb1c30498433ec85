/// Writes the title and the caption of a picture from what was measured.
struct CaptionWriter {
    let palette: Palette
    let appearance: Appearance
    let map: AttentionMap
    /// Chooses between equally true wordings; from coarse measures, so near views agree.
    private let choice: Int

    init(_ palette: Palette, _ appearance: Appearance, _ map: AttentionMap) {
        self.palette = palette
        self.appearance = appearance
        self.map = map
        var hash: UInt64 = 17
        for entry in palette.entries.prefix(2) {
            hash = hash &* 31 &+ UInt64(entry.family.rawValue + 1)
        }
        choice = Int(hash % 97)
    }

    // MARK: Title

    /// Two to four words.
    var title: String {
        let striking = self.striking
        let first = striking.first?.name ?? "grey"
        let second = striking.dropFirst().first?.name
        let words = first.split(separator: " ").count
        let adjective = lightAdjective
        if let second, words + second.split(separator: " ").count <= 3,
            choice % 3 != 0 || form == nil
        {
            return "\(first) and \(second)".titleCasedKeepingAnd
        }
        let noun = form ?? (choice % 2 == 0 ? "tones" : "study")
        if let adjective, words <= 2 { return "\(adjective) \(first) \(noun)".titleCased }
        return "\(first) \(noun)".titleCased
    }

    private var lightAdjective: String? {
        let options: [(Float, String)] = [
            (appearance[.lowKey], "dark"), (appearance[.highKey], "bright"),
            (appearance[.gentle], "soft"), (appearance[.contrasty], "bold"),
            (appearance[.pastel], "gentle"), (appearance[.dark] * 0.9, "dim"),
            (appearance[.bright] * 0.9, "light"),
        ]
        let best = options.max { $0.0 < $1.0 }
        // A light name and a light adjective would say the same twice.
        guard let best, best.0 > 0.5, let first = colors.first,
            !first.family.isNeutral || first.family == .grey,
            !["soft", "dark", "pale", "deep", "bright", "light"].contains(
                where: first.name.hasPrefix)
        else { return nil }
        return best.1
    }

    private var form: String? {
        let options: [(Float, String)] = [
            (ramp(appearance[.patterned], from: 0.5, to: 0.9), "pattern"),
            (appearance[.gradient], "gradient"),
            (appearance[.vertical] * 0.9, "verticals"), (appearance[.diagonal] * 0.9, "diagonals"),
            (appearance[.horizontal] * 0.9, "layers"), (appearance[.rough] * 0.8, "texture"),
            (appearance[.openSpace] * 0.8, "expanse"), (appearance[.shallow] * 0.8, "focus"),
            (appearance[.spotlit] * 0.8, "glow"),
        ]
        let best = options.max { $0.0 < $1.0 }
        guard let best, best.0 > 0.45 else { return nil }
        return best.1
    }

    // MARK: Caption

    /// One or two sentences; `quotation` is the text that was read, `capture` the clause about the
    /// moment of capture.
    func caption(quotation: String, capture: String) -> String {
        let palette = paletteClause
        let comma = palette.contains(",") && lightClause.hasPrefix(" ") ? "," : ""
        let first = (palette + comma + lightClause).capitalizedFirst
        var second = structureClause
        if !quotation.isEmpty {
            let reading = "the words \u{201C}\(quotation)\u{201D} can be read in it"
            second = second.isEmpty ? reading : "\(second), and \(reading)"
        }
        if !capture.isEmpty {
            second = second.isEmpty ? capture : "\(second); \(capture)"
        }
        return second.isEmpty ? "\(first)." : "\(first). \(second.capitalizedFirst)."
    }

    /// One of several wordings that say the same.
    func pick(_ options: [String]) -> String { options[choice % options.count] }

    /// Whether the two clauses of a sentence change places.
    var isInverted: Bool { choice % 2 == 1 }
}

extension String {
    /// The first letter as a capital, the others as they are.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

    fileprivate var titleCasedKeepingAnd: String {
        titleCased.split(separator: " ").map { $0 == "And" ? "and" : String($0) }
            .joined(separator: " ")
    }
}
