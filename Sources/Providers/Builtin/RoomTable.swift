/// A room that fits pictures with certain traits.
struct TraitRoom: Sendable {
    let name: String
    let description: String
    let kind: RoomKind
    let traits: [Trait]

    init(_ kind: RoomKind, _ name: String, _ traits: [Trait], _ description: String) {
        self.name = name
        self.description = description
        self.kind = kind
        self.traits = traits
    }
}

/// What a room's name speaks of; a picture's ten rooms are spread over the kinds.
enum RoomKind: Int, Sendable, CaseIterable {
    case words, mix, hue, touch, nuance, mood, light, texture, lines, composition, format

    /// How many of the ten may be of this kind.
    var quota: Int {
        switch self {
        case .words: 2
        case .mix: 2
        case .hue, .touch: 2
        case .nuance: 2
        case .mood: 3
        case .light, .texture, .lines, .composition: 2
        case .format: 1
        }
    }
}

extension TraitRoom {
    /// Every room that is chosen by traits.
    static let all: [TraitRoom] = [
        TraitRoom(
            .light, "Deep Shadows", [.lowKey], "Pictures in which darkness fills most of the frame."
        ),
        TraitRoom(
            .light, "Bright and Airy", [.highKey], "Light, open pictures with hardly a dark corner."
        ),
        TraitRoom(.light, "Low Light", [.dark], "What can be seen when there is little light."),
        TraitRoom(.light, "Well Lit", [.bright], "Pictures with plenty of light in them."),
        TraitRoom(.light, "Strong Contrast", [.contrasty], "Bright brights against dark darks."),
        TraitRoom(
            .light, "Gentle Contrast", [.gentle], "Pictures whose tones stay close together."),
        TraitRoom(
            .light, "Glowing Edges", [.backlit],
            "Pictures with a darker middle and light around it."),
        TraitRoom(
            .light, "Pools of Light", [.spotlit],
            "A bright middle that stands out of darker surroundings."),
        TraitRoom(
            .light, "Lit From Above", [.litFromAbove],
            "Bright at the top, darker towards the bottom."),
        TraitRoom(
            .light, "Light and Shade", [.contrasty, .spotlit],
            "Pictures shaped by where the light falls."),
        TraitRoom(
            .light, "Out of the Dark", [.lowKey, .spotlit],
            "Something bright that comes out of a dark frame."),
        TraitRoom(
            .light, "Against the Light", [.backlit, .contrasty],
            "Dark shapes in front of bright surroundings."),
        TraitRoom(
            .light, "Even Light", [.gentle, .evenDetail], "Calm light without deep shadows."),
        TraitRoom(
            .light, "Soft Glow", [.gentle, .spotlit], "Light that swells gently towards the middle."
        ),

        TraitRoom(.mood, "Dark and Moody", [.dark, .muted], "Quiet colours in little light."),
        TraitRoom(.mood, "Bold Colour", [.vivid], "Strong colours, and no shyness about them."),
        TraitRoom(.mood, "Muted Colour", [.muted], "Colours that hold themselves back."),
        TraitRoom(.mood, "Monochrome", [.colourless], "Pictures that do without colour."),
        TraitRoom(
            .mood, "Dark Monochrome", [.colourless, .dark], "Greys that lean towards black."),
        TraitRoom(
            .mood, "Light Monochrome", [.colourless, .bright], "Greys that lean towards white."),
        TraitRoom(
            .mood, "Graphic Monochrome", [.colourless, .contrasty],
            "Black and white with little in between."),
        TraitRoom(
            .mood, "Quiet Greys", [.colourless, .gentle], "Soft steps from one grey to the next."),
        TraitRoom(.mood, "Warm Tones", [.warm], "Reds, oranges and golds set the mood."),
        TraitRoom(.mood, "Cool Tones", [.cool], "Blues and greens set the mood."),
        TraitRoom(.mood, "Warm and Dark", [.warm, .dark], "Warm colours glowing in the dark."),
        TraitRoom(
            .mood, "Warm and Bright", [.warm, .bright], "Warm colours with plenty of light."),
        TraitRoom(
            .mood, "Warm and Soft", [.warm, .gentle],
            "Warm colours without hard edges between them."),
        TraitRoom(.mood, "Warm and Muted", [.warm, .muted], "Warm colours, turned down."),
        TraitRoom(.mood, "Warm and Bold", [.warm, .vivid], "Warm colours, turned up."),
        TraitRoom(.mood, "Cool and Dark", [.cool, .dark], "Cool colours at the dark end."),
        TraitRoom(
            .mood, "Cool and Bright", [.cool, .bright], "Cool colours with plenty of light."),
        TraitRoom(
            .mood, "Cool and Soft", [.cool, .gentle], "Cool colours that flow into each other."),
        TraitRoom(.mood, "Cool and Muted", [.cool, .muted], "Cool colours, turned down."),
        TraitRoom(.mood, "Cool and Bold", [.cool, .vivid], "Cool colours, turned up."),
        TraitRoom(.mood, "Golden Glow", [.golden], "Gold and orange all over."),
        TraitRoom(.mood, "Pastel Mood", [.pastel], "Pale, friendly colours."),
        TraitRoom(.mood, "Earth Colours", [.earthy], "Browns, olives and sand."),
        TraitRoom(.mood, "Jewel Colours", [.jewel], "Deep, saturated colours."),
        TraitRoom(
            .mood, "Many Colours", [.manyColours],
            "Pictures that cannot decide on one colour, happily."),
        TraitRoom(
            .mood, "One Colour Stories", [.oneHue], "Pictures that stay with a single colour."),
        TraitRoom(.mood, "Warm Meets Cool", [.opposites], "Warm and cool colours side by side."),
        TraitRoom(
            .mood, "Earthy Contrast", [.earthy, .contrasty],
            "Browns and sand between light and dark."),
        TraitRoom(.mood, "Bright Pops", [.vivid, .bright], "Strong colour in bright light."),
        TraitRoom(.mood, "Vivid in the Dark", [.vivid, .dark], "Strong colour in the dark."),
        TraitRoom(
            .mood, "Colour and Contrast", [.vivid, .contrasty],
            "Strong colour and strong contrast together."),
        TraitRoom(.mood, "Colour and Calm", [.vivid, .smooth], "Strong colour on quiet surfaces."),

        TraitRoom(.texture, "Smooth Surfaces", [.smooth], "Surfaces with hardly a mark on them."),
        TraitRoom(.texture, "Fine Detail", [.fine], "Pictures full of small things to find."),
        TraitRoom(.texture, "Rough Textures", [.rough], "Coarse surfaces one could almost feel."),
        TraitRoom(.texture, "Busy Scenes", [.busy], "A lot going on, everywhere."),
        TraitRoom(
            .texture, "Edge to Edge Detail", [.patterned],
            "The same kind of detail from edge to edge."),
        TraitRoom(
            .texture, "Soft Gradients", [.gradient], "One tone that turns slowly into another."),
        TraitRoom(.texture, "Dark Textures", [.rough, .dark], "Coarse surfaces in little light."),
        TraitRoom(
            .texture, "Pale Textures", [.rough, .bright], "Coarse surfaces in plenty of light."),
        TraitRoom(
            .texture, "Grey Textures", [.rough, .colourless], "Coarse surfaces without colour."),
        TraitRoom(.texture, "Warm Textures", [.rough, .warm], "Coarse surfaces in warm colours."),
        TraitRoom(.texture, "Cool Textures", [.rough, .cool], "Coarse surfaces in cool colours."),
        TraitRoom(
            .texture, "Colourful Textures", [.rough, .vivid], "Coarse surfaces in strong colours."),
        TraitRoom(.texture, "Smooth and Dark", [.smooth, .dark], "Quiet surfaces in the dark."),
        TraitRoom(
            .texture, "Smooth and Bright", [.smooth, .bright], "Quiet surfaces in the light."),
        TraitRoom(
            .texture, "Smooth and Warm", [.smooth, .warm], "Quiet surfaces in warm colours."),
        TraitRoom(
            .texture, "Smooth and Cool", [.smooth, .cool], "Quiet surfaces in cool colours."),
        TraitRoom(.texture, "Fine Grain", [.patterned, .fine], "Small detail, evenly spread."),
        TraitRoom(
            .texture, "Blur and Detail", [.shallow, .smooth], "Sharp detail next to soft blur."),
        TraitRoom(
            .texture, "Organic Textures", [.free, .rough],
            "Coarse detail that runs in no one direction."),

        TraitRoom(.lines, "Horizontal Lines", [.horizontal], "Lines that lie level."),
        TraitRoom(.lines, "Vertical Lines", [.vertical], "Lines that stand upright."),
        TraitRoom(.lines, "Diagonals", [.diagonal], "Lines that cross the frame at a slant."),
        TraitRoom(.lines, "Grids and Right Angles", [.grid], "Level and upright lines together."),
        TraitRoom(.lines, "Free Forms", [.free], "Shapes that keep to no direction."),
        TraitRoom(
            .lines, "Bold Verticals", [.vertical, .contrasty], "Upright lines in strong contrast."),
        TraitRoom(
            .lines, "Bold Horizontals", [.horizontal, .contrasty], "Level lines in strong contrast."
        ),
        TraitRoom(
            .lines, "Bold Diagonals", [.diagonal, .contrasty], "Slanting lines in strong contrast."),
        TraitRoom(.lines, "Soft Verticals", [.vertical, .gentle], "Upright lines, gently drawn."),
        TraitRoom(
            .lines, "Soft Horizontals", [.horizontal, .gentle], "Level lines, gently drawn."),
        TraitRoom(.lines, "Soft Diagonals", [.diagonal, .gentle], "Slanting lines, gently drawn."),
        TraitRoom(
            .lines, "Curves and Softness", [.free, .smooth], "Rounded shapes on quiet surfaces."),
        TraitRoom(
            .lines, "Upright Stripes", [.vertical, .patterned], "One upright line after another."),
        TraitRoom(
            .lines, "Level Stripes", [.horizontal, .patterned], "One level line after another."),
        TraitRoom(
            .lines, "Slanting Stripes", [.diagonal, .patterned], "One slanting line after another."),

        TraitRoom(
            .composition, "Right in the Middle", [.centred], "Everything turns around the centre."),
        TraitRoom(
            .composition, "Off Centre", [.aside], "The weight of the picture lies to one side."),
        TraitRoom(.composition, "Mirror Images", [.symmetric], "The left half answers the right."),
        TraitRoom(
            .composition, "Split Frames", [.horizon], "A level line parts the frame in two."),
        TraitRoom(.composition, "Room to Breathe", [.openSpace], "Large empty areas on purpose."),
        TraitRoom(.composition, "Full Frames", [.fullFrame], "Detail right up to the edges."),
        TraitRoom(
            .composition, "Shallow Focus", [.shallow], "One sharp place, everything else soft."),
        TraitRoom(
            .composition, "Sharp All Over", [.evenDetail, .fine],
            "As sharp at the edges as in the middle."),
        TraitRoom(
            .composition, "Centre Stage", [.centred, .spotlit],
            "A bright centre that draws the eye."),
        TraitRoom(
            .composition, "Focus in the Middle", [.centred, .shallow],
            "A sharp centre in soft surroundings."),
        TraitRoom(
            .composition, "Focus to One Side", [.aside, .shallow],
            "A sharp spot beside a soft expanse."),
        TraitRoom(
            .composition, "Lots of Space", [.openSpace, .centred],
            "A small middle in a wide open frame."),
        TraitRoom(
            .composition, "Space to One Side", [.openSpace, .aside],
            "Detail on one side, emptiness on the other."),
        TraitRoom(.composition, "Calm Symmetry", [.symmetric, .smooth], "Balanced and quiet."),
        TraitRoom(.composition, "Bold Symmetry", [.symmetric, .contrasty], "Balanced and loud."),
        TraitRoom(
            .composition, "Less Is More", [.openSpace, .gentle],
            "Pictures that leave out nearly everything."),
        TraitRoom(
            .composition, "Calm and Quiet", [.smooth, .gentle], "Nothing in a hurry, nothing loud."),
        TraitRoom(
            .composition, "Plain and Simple", [.smooth, .openSpace],
            "Plain surfaces with little on them."),
        TraitRoom(
            .composition, "Wide Split Frames", [.horizon, .wide],
            "A level line across a wide frame."),
        TraitRoom(
            .composition, "Upper and Lower", [.horizon, .litFromAbove],
            "A bright upper part over a darker lower one."),

        TraitRoom(.format, "Square Frames", [.square], "As wide as tall."),
        TraitRoom(.format, "Upright Frames", [.upright], "Taller than wide."),
        TraitRoom(.format, "Wide Frames", [.wide], "Wider than tall."),
        TraitRoom(.format, "Panoramas", [.panoramic], "Twice as wide as tall, or more."),
        TraitRoom(.format, "Tall and Narrow", [.tall], "Twice as tall as wide, or more."),
        TraitRoom(
            .format, "Dark Portrait Format", [.upright, .dark], "Upright frames in little light."),
        TraitRoom(
            .format, "Bright Portrait Format", [.upright, .bright],
            "Upright frames in plenty of light."),
        TraitRoom(.format, "Dark Wide Format", [.wide, .dark], "Wide frames in little light."),
        TraitRoom(
            .format, "Bright Wide Format", [.wide, .bright], "Wide frames in plenty of light."),

        TraitRoom(
            .words, "Words in Pictures", [.lettered], "Pictures in which something can be read."),
        TraitRoom(
            .words, "Letters and Colour", [.lettered, .vivid],
            "Something to read, in strong colours."),
        TraitRoom(
            .words, "Letters in the Dark", [.lettered, .dark],
            "Something to read where light is scarce."),
        TraitRoom(
            .words, "Plain Print", [.lettered, .colourless], "Something to read, without colour."),
    ]
}
