/// A room that the analyser suggests.
struct Room: Sendable, Equatable {
    let name: String
    /// The name in lowercase with dashes.
    let key: String
    let description: String

    init(name: String, description: String) {
        self.name = name
        self.description = description
        key = Room.slug(name)
    }

    /// Lowercase letters and digits of `text` with one dash between words.
    static func slug(_ text: String) -> String {
        var slug = ""
        for character in text.lowercased().unicodeScalars {
            if ("a"..."z").contains(character) || ("0"..."9").contains(character) {
                slug.unicodeScalars.append(character)
            } else if !slug.isEmpty && !slug.hasSuffix("-") {
                slug += "-"
            }
        }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug
    }
}

extension Room {
    /// The ten rooms that fit a picture best, strongest first.
    ///
    /// Every possible room is scored by smooth functions of what was measured, so a slightly
    /// different view of a scene changes the order a little and the choice hardly. Each kind of
    /// room has a quota: ten rooms about colour alone would say little.
    static func best(for palette: Palette, _ appearance: Appearance, words: [String]) -> [Room] {
        var candidates = RoomCandidate.fromTraits(appearance)
        candidates += RoomCandidate.fromColors(palette, appearance)
        candidates += RoomCandidate.fromWords(words)
        // Swift's sort is stable: equal scores keep the order of the tables.
        candidates.sort { $0.score > $1.score }

        var used = [Int](repeating: 0, count: RoomKind.allCases.count)
        var keys: Set<String> = []
        var rooms: [Room] = []
        func take(_ candidate: RoomCandidate) {
            guard rooms.count < 10, keys.insert(candidate.room.key).inserted else { return }
            used[candidate.kind.rawValue] += 1
            rooms.append(candidate.room)
        }
        let fitting = candidates.prefix { $0.score > 0.12 }
        for candidate in fitting where used[candidate.kind.rawValue] < candidate.kind.quota {
            take(candidate)
        }
        // A plain picture shows few kinds of traits: rather more of those than untrue ones.
        for candidate in fitting { take(candidate) }
        for candidate in candidates.dropFirst(fitting.count) { take(candidate) }
        return rooms
    }
}

/// A room that might be suggested, and how well it fits.
struct RoomCandidate: Sendable {
    let room: Room
    let kind: RoomKind
    let score: Float

    private init(_ kind: RoomKind, _ score: Float, _ name: String, _ description: String) {
        room = Room(name: name, description: description)
        self.kind = kind
        self.score = score
    }

    static func fromTraits(_ appearance: Appearance) -> [RoomCandidate] {
        TraitRoom.all.map { room in
            let strengths = room.traits.map { appearance[$0] }
            // A name that promises two things holds no better than the weaker of them; when both
            // hold it says more.
            let weakest = strengths.min() ?? 0
            var score = strengths.count > 1 ? weakest * 1.12 : weakest * 0.95
            // Every picture has a format, so that says least.
            if room.kind == .format { score *= 0.5 }
            return RoomCandidate(room.kind, score, room.name, room.description)
        }
    }

    /// Rooms of single families, of pairs, and of nuances.
    static func fromColors(_ palette: Palette, _ appearance: Appearance) -> [RoomCandidate] {
        var candidates: [RoomCandidate] = []
        let families = ColorFamily.allCases
        let tint = 1 - 0.6 * appearance[.colourless]
        for family in families {
            let share = palette.share(family)
            let word = family.word
            let capital = word.capitalizedWord
            let weight: Float = family.isNeutral ? 0.85 : 1
            let color = family.isNeutral ? 1 : tint
            candidates.append(
                RoomCandidate(
                    .hue, weight * ramp(share, from: 0.3, to: 0.75) * 1.05, "Mostly \(capital)",
                    "Pictures that are \(word) before they are anything else."))
            candidates.append(
                RoomCandidate(
                    .hue, weight * color * ramp(share, from: 0.05, to: 0.36), "\(capital) Tones",
                    "Pictures with a good part of \(word) in them."))
            guard !family.isNeutral else { continue }
            let touch = ramp(share, from: 0.008, to: 0.05) * ramp(share, from: 0.3, to: 0.12)
            candidates.append(
                RoomCandidate(
                    .touch, tint * touch * 0.8, "Touches of \(capital)",
                    "A little \(word) that makes the picture."))
            for (trait, adjective, phrase) in RoomCandidate.adjectives {
                let score = min(ramp(share, from: 0.12, to: 0.5), appearance[trait]) * 1.1
                candidates.append(
                    RoomCandidate(
                        .nuance, score, "\(adjective) \(capital)",
                        "Pictures in \(word), \(phrase)."))
            }
        }
        for (i, first) in families.enumerated() {
            for second in families.dropFirst(i + 1) {
                let (p, q) = (palette.share(first), palette.share(second))
                let plain = first.isNeutral && second.isNeutral
                let score =
                    ramp(min(p, q), from: 0.04, to: 0.28) * ramp(p + q, from: 0.2, to: 0.7)
                    * (plain ? 0.8 : 1.1)
                candidates.append(
                    RoomCandidate(
                        .mix, score,
                        "\(first.word.capitalizedWord) and \(second.word.capitalizedWord)",
                        "Pictures that live on \(first.word) and \(second.word)."))
            }
        }
        for (nuance, share) in zip(ColorName.all, palette.nuances) where !nuance.family.isNeutral {
            candidates.append(
                RoomCandidate(
                    .nuance, tint * ramp(share, from: 0.04, to: 0.22),
                    "\(nuance.name.titleCased) Shades",
                    "Everything around the colour \(nuance.name)."))
        }
        return candidates
    }

    private static let adjectives: [(Trait, String, String)] = [
        (.dark, "Dark", "at the dark end"), (.bright, "Light", "with plenty of light"),
        (.vivid, "Vivid", "as strong as it gets"), (.muted, "Muted", "turned down"),
        (.smooth, "Smooth", "on quiet surfaces"), (.rough, "Textured", "on coarse surfaces"),
        (.contrasty, "Contrasting", "between light and dark"),
    ]

    /// Rooms named by what was read, in the order given.
    static func fromWords(_ words: [String]) -> [RoomCandidate] {
        words.enumerated().map { index, word in
            RoomCandidate(
                .words, index == 0 ? 1.2 : 1.1, word.titleCased,
                "Pictures in which the words \u{201C}\(word)\u{201D} can be read.")
        }
    }
}

extension String {
    /// The first letter as a capital, the others as they are.
    var capitalizedWord: String { prefix(1).uppercased() + dropFirst() }

    /// Every word with a capital first letter and lowercase others.
    var titleCased: String {
        split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
            .joined(separator: " ")
    }
}
