/// Writes the title and the caption of a picture from what was measured.
struct CaptionWriter {
    private let palette: Palette
    private let appearance: Appearance
    private let map: AttentionMap
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
        let first = colors.first?.name ?? "grey"
        let second = colors.dropFirst().first(where: { $0.share >= 0.12 })?.name
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
            (appearance[.patterned], "pattern"), (appearance[.gradient], "gradient"),
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
        let first = (paletteClause + lightClause).capitalizedFirst
        var second = structureClause
        if !quotation.isEmpty {
            let reading = "the words \u{201C}\(quotation)\u{201D} can be read in it"
            second = second.isEmpty ? reading : "\(second), and \(reading)"
        }
        if !capture.isEmpty {
            second = second.isEmpty ? "it was \(capture)" : "\(second), \(capture)"
        }
        return second.isEmpty ? "\(first)." : "\(first). \(second.capitalizedFirst)."
    }

    /// Colours worth naming, largest first, each nuance once.
    private var colors: [Palette.Entry] { palette.entries.filter { $0.share >= 0.03 } }

    private var paletteClause: String {
        guard let first = colors.first else { return "an even grey fills the frame" }
        let rest = colors.dropFirst()
        let accent = self.accent
        guard let second = rest.first else {
            return pick([
                "\(first.name) fills the whole frame",
                "the frame is \(first.name) from edge to edge",
                "nothing but \(first.name) fills the frame",
            ])
        }
        if first.share > 0.62 {
            let counter = accent ?? second
            return pick([
                "\(first.name) fills \(part(first.share)), with \(amount(counter)) \(counter.name)",
                "\(part(first.share)) is \(first.name), set off by \(amount(counter)) \(counter.name)",
                "mostly \(first.name), the picture carries \(amount(counter)) \(counter.name)",
            ])
        }
        if first.share + second.share > 0.6 {
            let clause = pick([
                "\(first.name) and \(second.name) share the frame",
                "\(first.name) meets \(second.name)",
                "\(first.name) is set against \(second.name)",
            ])
            guard let accent, accent != second else { return clause }
            return "\(clause), with \(amount(accent)) \(accent.name)"
        }
        let third =
            accent.flatMap { $0 != second && $0 != first ? $0 : nil } ?? rest.dropFirst().first
        guard let third else { return "\(first.name) and \(second.name) share the frame" }
        return pick([
            "\(first.name), \(second.name) and \(third.name) mingle across the frame",
            "\(first.name) leads, followed by \(second.name) and \(third.name)",
            "a mix of \(first.name), \(second.name) and \(third.name) makes up the picture",
        ])
    }

    /// The small colour that catches the eye: vivid, and no shade of the largest.
    private var accent: Palette.Entry? {
        let small = colors.dropFirst().filter { $0.share < 0.25 && !$0.family.isNeutral }
        return small.max {
            $0.color.chroma * $0.share.squareRoot() < $1.color.chroma * $1.share.squareRoot()
        }
        .flatMap { $0.color.chroma > 25 ? $0 : nil }
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
        case ..<0.06: "a touch of"
        case ..<0.14: "some"
        case ..<0.24: "a good deal of"
        default: "plenty of"
        }
    }

    private var lightClause: String {
        let options: [(Float, [String])] = [
            (
                appearance[.lowKey],
                ["in deep shadow", "in a dark, low-key light", "with darkness all around"]
            ),
            (
                appearance[.highKey],
                ["in bright, airy light", "in light that leaves hardly a shadow"]
            ),
            (
                appearance[.backlit] * 0.9,
                ["with the light behind a darker middle", "against brighter surroundings"]
            ),
            (
                appearance[.spotlit] * 0.9,
                [
                    "with a bright middle in darker surroundings",
                    "with the light gathered in the middle",
                ]
            ),
            (
                appearance[.contrasty] * 0.95,
                ["in strong contrast of light and dark", "between deep darks and clear brights"]
            ),
            (
                appearance[.gentle] * 0.95,
                ["in soft, even light", "in gentle light without hard shadows"]
            ),
            (appearance[.litFromAbove] * 0.85, ["with light at the top and shade below"]),
            (appearance[.dark] * 0.8, ["in dim light"]),
            (appearance[.bright] * 0.8, ["in clear, bright light"]),
        ]
        let best = options.max { $0.0 < $1.0 }
        let warmth: String
        switch (appearance[.warm], appearance[.cool]) {
        case (0.55..., _) where !isSaid(.warm): warmth = ", warm in tone"
        case (_, 0.55...) where !isSaid(.cool): warmth = ", cool in tone"
        default: warmth = ""
        }
        guard let best, best.0 > 0.3 else { return warmth }
        return " " + pick(best.1) + warmth
    }

    /// Whether the colour names already make the temperature plain.
    private func isSaid(_ trait: Trait) -> Bool {
        guard let family = colors.first?.family else { return false }
        return trait == .warm ? family.isWarm : family.isCool
    }

    /// What texture, lines and composition add; empty where nothing stands out.
    private var structureClause: String {
        let texture: [(Float, [String])] = [
            (
                appearance[.patterned] * 1.1,
                [
                    "fine detail repeats evenly from edge to edge",
                    "one even pattern runs over the whole frame",
                ]
            ),
            (
                appearance[.gradient] * 1.1,
                ["the tones pass smoothly into each other", "one tone slides slowly into the next"]
            ),
            (
                appearance[.busy],
                ["there is busy detail nearly everywhere", "small shapes crowd the frame"]
            ),
            (
                appearance[.rough] * 0.95,
                ["the surfaces are coarse and richly textured", "rough texture gives it grip"]
            ),
            (
                appearance[.fine] * 0.9,
                ["fine detail is crisp throughout", "it is full of fine detail"]
            ),
            (
                appearance[.smooth] * 0.85,
                ["the surfaces are smooth and quiet", "large parts are perfectly smooth"]
            ),
        ]
        let order: [(Float, [String])] = [
            (
                appearance[.symmetric] * 0.95,
                [
                    "the two halves nearly mirror each other",
                    "left and right balance almost like a mirror",
                ]
            ),
            (appearance[.horizon] * 0.95, [horizonPhrase]),
            (
                appearance[.shallow],
                ["only \(placePhrase) is sharp and the rest falls off into blur"]
            ),
            (
                appearance[.centred] * 0.9,
                ["the eye is drawn to the middle", "everything gathers around the centre"]
            ),
            (appearance[.aside] * 0.9, ["the weight lies \(sidePhrase)"]),
            (
                appearance[.openSpace] * 0.8,
                ["wide empty areas leave it room to breathe", "most of the frame is left open"]
            ),
            (
                appearance[.vertical],
                ["upright lines set the rhythm", "lines rise through the frame"]
            ),
            (
                appearance[.horizontal],
                ["level lines set the rhythm", "lines run across the frame"]
            ),
            (
                appearance[.diagonal],
                ["slanting lines cross the frame", "diagonals give it movement"]
            ),
            (appearance[.grid], ["level and upright lines meet at right angles"]),
        ]
        let surface = texture.max { $0.0 < $1.0 }.flatMap { $0.0 > 0.3 ? pick($0.1) : nil }
        let layout = order.max { $0.0 < $1.0 }.flatMap { $0.0 > 0.3 ? pick($0.1) : nil }
        switch (surface, layout) {
        case (let surface?, let layout?):
            return choice % 2 == 0 ? "\(surface), while \(layout)" : "\(layout); \(surface)"
        case (let clause?, nil), (nil, let clause?): return clause
        case (nil, nil): return ""
        }
    }

    private var horizonPhrase: String {
        switch map.horizonHeight {
        case ..<0.42: "a level line parts the upper third from what lies below"
        case 0.58...: "a level line runs low, with open height above it"
        default: "a level line parts the frame in two"
        }
    }

    private var placePhrase: String {
        switch (map.center.x, map.center.y) {
        case (..<0.44, _): "the left part"
        case (0.56..., _): "the right part"
        case (_, ..<0.44): "the upper part"
        case (_, 0.56...): "the lower part"
        default: "the middle"
        }
    }

    private var sidePhrase: String {
        let dx = map.center.x - 0.5
        let dy = map.center.y - 0.5
        if abs(dx) >= abs(dy) { return dx < 0 ? "on the left" : "on the right" }
        return dy < 0 ? "in the upper part" : "in the lower part"
    }

    private func pick(_ options: [String]) -> String { options[choice % options.count] }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

    fileprivate var titleCasedKeepingAnd: String {
        titleCased.split(separator: " ").map { $0 == "And" ? "and" : String($0) }
            .joined(separator: " ")
    }
}
