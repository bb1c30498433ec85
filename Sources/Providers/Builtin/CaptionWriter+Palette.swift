/// What a caption says of colours.
extension CaptionWriter {
    /// Colours worth naming, largest first.
    var colors: [Palette.Entry] { palette.entries.filter { $0.share >= 0.03 } }

    /// The one or two colours that a glance remembers.
    var striking: [Palette.Entry] {
        guard let largest = colors.first else { return [] }
        if largest.share > 0.62 { return [largest] + (accent.map { [$0] } ?? []) }
        return Array(colors.sorted { $0.prominence > $1.prominence }.prefix(2))
    }

    var paletteClause: String {
        guard let first = colors.first else { return "an even grey fills the frame" }
        guard let second = colors.dropFirst().first else {
            return pick([
                "\(first.name) fills the whole frame",
                "the frame is \(first.name) from edge to edge",
                "nothing but \(first.name) fills the frame",
            ])
        }
        if first.share > 0.62 { return dominance(of: first, over: accent ?? second) }
        if first.share + second.share > 0.66 { return pair(first, second) }
        return mixture
    }

    private func dominance(of first: Palette.Entry, over counter: Palette.Entry) -> String {
        pick([
            "\(first.name) fills \(part(first.share)), with \(amount(counter))",
            "\(part(first.share)) is \(first.name), set off by \(amount(counter))",
            "the picture is mostly \(first.name), with \(amount(counter))",
            "\(first.name) takes up \(part(first.share)), relieved by \(amount(counter))",
        ])
    }

    private func pair(_ first: Palette.Entry, _ second: Palette.Entry) -> String {
        let clause = pick([
            "\(first.name) and \(second.name) share the frame",
            "\(first.name) meets \(second.name)",
            "\(first.name) is set against \(second.name)",
            "the picture lives on \(first.name) and \(second.name)",
        ])
        guard let accent, accent != second else { return clause }
        return "\(clause), with \(amount(accent))"
    }

    /// The three most striking colours, and the ground they lie on if that is another.
    private var mixture: String {
        let striking = colors.sorted { $0.prominence > $1.prominence }.prefix(3)
        let names = striking.map(\.name)
        guard names.count == 3 else { return "\(names.joined(separator: " and ")) share the frame" }
        let list = "\(names[0]), \(names[1]) and \(names[2])"
        if let ground = colors.first, ground.share > 0.3, !striking.contains(ground) {
            return pick([
                "\(list) stand out from \(ground.name)",
                "\(list) lie on a ground of \(ground.name)",
            ])
        }
        return pick([
            "\(list) mingle across the frame", "\(list) make up the picture",
            "the colours run from \(names[0]) over \(names[1]) to \(names[2])",
            "the frame is a mix of \(list)",
        ])
    }

    /// The small colour that catches the eye: vivid, and not the largest.
    private var accent: Palette.Entry? {
        colors.dropFirst()
            .filter { $0.share < 0.25 && !$0.family.isNeutral && $0.color.chroma > 25 }
            .max { $0.prominence < $1.prominence }
    }

    private func part(_ share: Float) -> String {
        switch share {
        case 0.93...: "nearly the whole frame"
        case 0.82...: "most of the frame"
        case 0.72...: "about three quarters of the frame"
        default: "about two thirds of the frame"
        }
    }

    private func amount(_ entry: Palette.Entry) -> String {
        switch entry.share {
        case ..<0.06: "a touch of \(entry.name)"
        case ..<0.14: "some \(entry.name)"
        case ..<0.24: "a good deal of \(entry.name)"
        default: "plenty of \(entry.name)"
        }
    }
}
