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
    /// different view of a scene changes the order a little and the choice hardly.
    static func best(for palette: Palette, _ appearance: Appearance, words: [String]) -> [Room] {
        var candidates = RoomCandidate.fromWords(words)
        candidates += RoomCandidate.fromColors(palette, appearance)
        candidates += RoomCandidate.fromTraits(appearance)
        // Equal scores keep the order of the tables, whatever the sort does with them.
        let ranked = candidates.enumerated()
            .sorted { ($0.element.score, $1.offset) > ($1.element.score, $0.offset) }
            .map(\.element)

        var choice = RoomChoice()
        let fitting = ranked.prefix { $0.score > 0.12 }
        for candidate in fitting where choice.hasRoom(for: candidate) { choice.take(candidate) }
        // A plain picture shows few traits: rather more rooms about those than untrue ones.
        for candidate in fitting { choice.take(candidate) }
        for candidate in ranked.dropFirst(fitting.count) { choice.take(candidate) }
        return choice.rooms
    }
}

/// The rooms taken so far, spread over kinds and themes: ten about one colour would say little.
private struct RoomChoice {
    private(set) var rooms: [Room] = []
    private var keys: Set<String> = []
    private var kinds = [Int](repeating: 0, count: RoomKind.allCases.count)
    private var traits = [Int](repeating: 0, count: Trait.allCases.count)
    private var families = [Int](repeating: 0, count: ColorFamily.allCases.count)

    func hasRoom(for candidate: RoomCandidate) -> Bool {
        kinds[candidate.kind.rawValue] < candidate.kind.quota
            && candidate.traits.allSatisfy { traits[$0.theme.rawValue] < 2 }
            && candidate.families.allSatisfy { families[$0.rawValue] < 3 }
    }

    mutating func take(_ candidate: RoomCandidate) {
        guard rooms.count < 10 else { return }
        let room = Room(name: candidate.name, description: candidate.description)
        guard !room.key.isEmpty, keys.insert(room.key).inserted else { return }
        rooms.append(room)
        kinds[candidate.kind.rawValue] += 1
        for trait in candidate.traits { traits[trait.theme.rawValue] += 1 }
        for family in candidate.families { families[family.rawValue] += 1 }
    }
}

extension Trait {
    /// The trait that stands for this and its likes: much about exposure would all change with it.
    fileprivate var theme: Trait {
        switch self {
        case _ where isExposure: .dark
        case .backlit, .spotlit, .litFromAbove: .spotlit
        default: self
        }
    }
}
