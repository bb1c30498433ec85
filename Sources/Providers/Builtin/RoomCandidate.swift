/// A room that might be suggested, and how well it fits.
struct RoomCandidate: Sendable {
    let kind: RoomKind
    /// How well the name fits; about 0…1.
    let score: Float
    let name: String
    let description: String
    /// What the name speaks of.
    var traits: [Trait] = []
    var families: [ColorFamily] = []

    /// A candidate for every room of the table.
    static func fromTraits(_ appearance: Appearance) -> [RoomCandidate] {
        TraitRoom.all.map { room in
            let strengths = room.traits.map { appearance[$0] }
            // A name that promises two things holds no better than the weaker of them; when both
            // hold it says more.
            let weakest = strengths.min() ?? 0
            var score = strengths.count > 1 ? weakest * 1.12 : weakest * 0.95
            // Every picture has a format, so that says least.
            if room.kind == .format { score *= 0.5 }
            // Exposure is what differs most between two photos of one thing.
            if room.traits.contains(where: \.isExposure) { score *= 0.82 }
            return RoomCandidate(
                kind: room.kind, score: score, name: room.name, description: room.description,
                traits: room.traits)
        }
    }

    /// Rooms named by what was read, in the order given.
    static func fromWords(_ words: [String]) -> [RoomCandidate] {
        words.enumerated().map { index, word in
            RoomCandidate(
                kind: .words, score: index == 0 ? 1.4 : 1.3, name: word.titleCased,
                description: "Pictures in which \u{201C}\(word)\u{201D} can be read.")
        }
    }

    /// Rooms of families, of pairs of them, and of nuances.
    static func fromColors(_ palette: Palette, _ appearance: Appearance) -> [RoomCandidate] {
        // In a grey picture the faint colours of its greys are no colours.
        let tint = 1 - appearance[.colourless]
        // A darker exposure turns blue into navy; the room stays the same.
        let families = ColorFamily.allCases.filter { $0 != .navy }
        let shares = families.map {
            palette.share($0) + ($0 == .blue ? palette.share(.navy) : 0)
        }
        var candidates: [RoomCandidate] = []
        for (family, share) in zip(families, shares) {
            candidates += single(family, share, tint, appearance)
        }
        for i in families.indices {
            for j in families.indices.dropFirst(i + 1) {
                candidates.append(pair(families[i], shares[i], families[j], shares[j], tint))
            }
        }
        for (nuance, share) in zip(ColorName.all, palette.nuances) where !nuance.family.isNeutral {
            candidates.append(
                RoomCandidate(
                    kind: .nuance, score: tint * ramp(share, from: 0.04, to: 0.2),
                    name: "\(nuance.name.titleCased) Shades",
                    description: "Everything around the colour \(nuance.name).",
                    families: [nuance.family]))
        }
        return candidates.filter { $0.score > 0 }
    }

    private static func single(
        _ family: ColorFamily, _ share: Float, _ tint: Float, _ appearance: Appearance
    ) -> [RoomCandidate] {
        let word = family.word
        let capital = word.titleCased
        let weight: Float = family.isNeutral ? 0.85 : 1
        let color = family.isNeutral ? 0.85 : tint
        var candidates = [
            RoomCandidate(
                kind: .hue, score: weight * ramp(share, from: 0.3, to: 0.75) * 1.05,
                name: "Mostly \(capital)",
                description: "Pictures that are \(word) before they are anything else.",
                families: [family]),
            RoomCandidate(
                kind: .hue, score: color * ramp(share, from: 0.05, to: 0.36),
                name: "\(capital) Tones",
                description: "Pictures with a good part of \(word) in them.",
                families: [family]),
        ]
        guard !family.isNeutral else { return candidates }
        let touch = ramp(share, from: 0.008, to: 0.05) * ramp(share, from: 0.3, to: 0.12)
        candidates.append(
            RoomCandidate(
                kind: .touch, score: tint * touch * 0.8, name: "Touches of \(capital)",
                description: "A little \(word) that makes the picture.", families: [family]))
        for (trait, adjective, phrase) in adjectives
        where trait != .vivid || (family != .brown && family != .beige) {
            let score =
                tint * min(ramp(share, from: 0.12, to: 0.5), appearance[trait])
                * (trait.isExposure ? 0.85 : 1)
            candidates.append(
                RoomCandidate(
                    kind: .nuance, score: score, name: "\(adjective) \(capital)",
                    description: "Pictures in \(word), \(phrase).", traits: [trait],
                    families: [family]))
        }
        return candidates
    }

    private static let adjectives: [(Trait, String, String)] = [
        (.dark, "Dark", "at the dark end"), (.bright, "Light", "with plenty of light"),
        (.vivid, "Vivid", "as strong as it gets"), (.muted, "Muted", "turned down"),
        (.smooth, "Smooth", "on quiet surfaces"), (.rough, "Textured", "on coarse surfaces"),
        (.contrasty, "Contrasting", "between light and dark"),
    ]

    private static func pair(
        _ first: ColorFamily, _ p: Float, _ second: ColorFamily, _ q: Float, _ tint: Float
    ) -> RoomCandidate {
        let weight = first.isNeutral && second.isNeutral ? 0.8 : 1.1 * tint
        return RoomCandidate(
            kind: .mix,
            score: weight * ramp(min(p, q), from: 0.04, to: 0.28)
                * ramp(p + q, from: 0.2, to: 0.7),
            name: "\(first.word.titleCased) and \(second.word.titleCased)",
            description: "Pictures that live on \(first.word) and \(second.word).",
            families: [first, second])
    }
}

extension String {
    /// Every word with a capital first letter and lowercase others.
    var titleCased: String {
        split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
            .joined(separator: " ")
    }
}
