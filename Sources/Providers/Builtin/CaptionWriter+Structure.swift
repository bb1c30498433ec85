/// What a caption says of light, texture and composition.
extension CaptionWriter {
    var lightClause: String {
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
    var structureClause: String {
        let texture: [(Float, [String])] = [
            (
                ramp(appearance[.patterned], from: 0.5, to: 0.9) * 1.1,
                [
                    "fine detail repeats evenly from edge to edge",
                    "one even pattern runs over the whole frame",
                ]
            ),
            (
                appearance[.patterned],
                [
                    "detail is spread evenly over the whole frame",
                    "the edges hold as much detail as the middle",
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
            return isInverted ? "\(layout), and \(surface)" : "\(surface), while \(layout)"
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
}
