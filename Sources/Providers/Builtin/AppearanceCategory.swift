/// The closed list of kinds of appearance that a caption's category comes from.
///
/// A category says how a picture looks, never what it shows.
package enum AppearanceCategory: String, Sendable, CaseIterable {
    /// Something in the picture could be read.
    case lettering = "Text and lettering"
    /// No colour to speak of.
    case monochrome = "Monochrome"
    /// Little light, most of the frame dark.
    case dark = "Dark and moody"
    /// Much light, most of the frame bright.
    case bright = "Bright and airy"
    /// Strong colours dominate.
    case bold = "Bold colour"
    /// Pale or restrained colours, gentle tones.
    case soft = "Soft and muted"
    /// Reds, oranges, browns and golds dominate.
    case warm = "Warm tones"
    /// Blues, teals and violets dominate.
    case cool = "Cool tones"
    /// Bright and dark parts stand hard against each other.
    case contrast = "High contrast"
    /// Detail of one kind runs over the whole frame.
    case texture = "Texture and pattern"
    /// Lines of one or two directions rule the frame.
    case lines = "Lines and geometry"
    /// Large quiet areas leave room around little detail.
    case open = "Open and minimal"

    /// The kind that the traits speak for most.
    init(_ appearance: Appearance) {
        if appearance[.lettered] > 0.5 {
            self = .lettering
            return
        }
        let lines = max(appearance[.vertical], appearance[.horizontal], appearance[.diagonal])
        let scores: [(AppearanceCategory, Float)] = [
            (.monochrome, appearance[.colourless] * 1.1),
            (.dark, (appearance[.dark] + appearance[.lowKey]) * 0.52),
            (.bright, (appearance[.bright] + appearance[.highKey]) * 0.5),
            (.bold, appearance[.vivid]),
            (
                .soft,
                max(appearance[.pastel], min(appearance[.muted], appearance[.gentle] + 0.3)) * 0.85
            ),
            (.warm, appearance[.warm] * 0.8),
            (.cool, appearance[.cool] * 0.85),
            (.contrast, appearance[.contrasty] * 0.8),
            (.texture, max(appearance[.patterned], appearance[.busy] * 0.8)),
            (.lines, max(lines, appearance[.grid]) * 0.75),
            (.open, appearance[.openSpace] * 0.7),
        ]
        var best = scores[0]
        for score in scores where score.1 > best.1 { best = score }
        self = best.0
    }
}
