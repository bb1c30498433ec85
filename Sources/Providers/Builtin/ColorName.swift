/// The plain kinds of colour that people sort nuances into.
enum ColorFamily: Int, Sendable, CaseIterable {
    case red, orange, brown, beige, yellow, olive, green, teal, blue, navy, purple, pink, white,
        grey, black

    /// The family as one word of a text.
    var word: String { String(describing: self) }

    /// White, grey and black, which have no hue.
    var isNeutral: Bool { self == .white || self == .grey || self == .black }

    /// Families of a fire's side of the colour circle, and of water's side.
    var isWarm: Bool {
        switch self {
        case .red, .orange, .brown, .beige, .yellow, .pink: true
        default: false
        }
    }

    var isCool: Bool {
        switch self {
        case .teal, .blue, .navy, .purple: true
        default: false
        }
    }
}

/// A nuance that has a name: a place in colour space and the family it counts as.
struct ColorName: Sendable {
    let name: String
    let family: ColorFamily
    let color: LabColor

    private init(_ name: String, _ rgb: Int, _ family: ColorFamily) {
        self.name = name
        self.family = family
        color = LabColor(
            red: Float(rgb >> 16), green: Float(rgb >> 8 & 255), blue: Float(rgb & 255))
    }

    /// How unlike `other` this nuance looks; lightness counts less than hue.
    func squaredDistance(to other: LabColor) -> Float {
        let l = (color.l - other.l) * 0.75
        let a = color.a - other.a
        let b = color.b - other.b
        return l * l + a * a + b * b
    }

    /// Every nuance the analyser can name.
    static let all: [ColorName] = [
        ColorName("crimson", 0xB3122F, .red), ColorName("scarlet", 0xE0301E, .red),
        ColorName("brick red", 0x9C3B2E, .red), ColorName("burgundy", 0x6D1A2D, .red),
        ColorName("dark red", 0x4A1216, .red), ColorName("coral red", 0xE8604F, .red),
        ColorName("orange", 0xF08A24, .orange), ColorName("burnt orange", 0xC65A1E, .orange),
        ColorName("tangerine", 0xF59B42, .orange), ColorName("terracotta", 0xC8704F, .orange),
        ColorName("peach", 0xF3B48B, .orange), ColorName("copper", 0xB06A3B, .orange),
        ColorName("rust", 0x9E4A23, .orange), ColorName("flame orange", 0xF2601C, .orange),
        ColorName("chestnut", 0x74402A, .brown), ColorName("chocolate", 0x4A2C1D, .brown),
        ColorName("dark brown", 0x33231A, .brown), ColorName("warm brown", 0x8B5E3C, .brown),
        ColorName("caramel", 0xA9763F, .brown), ColorName("umber", 0x5C4A36, .brown),
        ColorName("taupe", 0x85756A, .brown), ColorName("rosy brown", 0x9A7468, .brown),
        ColorName("cream", 0xF4EAD2, .beige), ColorName("beige", 0xDDC9A8, .beige),
        ColorName("sand", 0xD2B98C, .beige), ColorName("warm beige", 0xC9AF94, .beige),
        ColorName("ivory", 0xF8F2E0, .beige), ColorName("tan", 0xBE9A70, .beige),
        ColorName("soft peach", 0xF0D5C0, .beige), ColorName("oatmeal", 0xC8BFAF, .beige),
        ColorName("golden yellow", 0xF2C230, .yellow), ColorName("lemon yellow", 0xF3E55A, .yellow),
        ColorName("amber", 0xE3A21A, .yellow), ColorName("mustard", 0xC39A2B, .yellow),
        ColorName("old gold", 0xA88432, .yellow), ColorName("straw", 0xE0CD84, .yellow),
        ColorName("pale yellow", 0xF5EDB0, .yellow),
        ColorName("olive", 0x7C7A33, .olive), ColorName("khaki", 0xA39A62, .olive),
        ColorName("moss", 0x5E6B2E, .olive), ColorName("dark olive", 0x3F4422, .olive),
        ColorName("bronze", 0x6E5A22, .olive),
        ColorName("forest green", 0x1F5B2C, .green), ColorName("leaf green", 0x4E9A34, .green),
        ColorName("lime green", 0xA5D03C, .green), ColorName("emerald", 0x1E9E60, .green),
        ColorName("sage", 0x9DB08A, .green), ColorName("dark green", 0x16361F, .green),
        ColorName("mint", 0xA9E2C0, .green), ColorName("fresh green", 0x6FBF4A, .green),
        ColorName("grass green", 0x3E7D2B, .green), ColorName("pale green", 0xCFE3B8, .green),
        ColorName("grey green", 0x6E7F6C, .green), ColorName("bright green", 0x3CCB3C, .green),
        ColorName("teal", 0x1B7F7C, .teal), ColorName("deep teal", 0x0E4448, .teal),
        ColorName("turquoise", 0x3FC7BE, .teal), ColorName("aqua", 0x8FDDE0, .teal),
        ColorName("petrol", 0x2C5F68, .teal), ColorName("sea green", 0x5FA08A, .teal),
        ColorName("pale teal", 0x9CC0B8, .teal), ColorName("grey teal", 0x6F9290, .teal),
        ColorName("sky blue", 0x87BFEA, .blue), ColorName("pale blue", 0xC3DBEE, .blue),
        ColorName("cornflower blue", 0x5B8FD9, .blue), ColorName("cobalt", 0x1F4FB5, .blue),
        ColorName("azure", 0x2E8BE0, .blue), ColorName("steel blue", 0x4A7BA8, .blue),
        ColorName("slate blue", 0x5C6F8C, .blue), ColorName("powder blue", 0xA9C1D6, .blue),
        ColorName("electric blue", 0x1C2FE0, .blue),
        ColorName("navy", 0x1A2A57, .navy), ColorName("midnight blue", 0x0E1733, .navy),
        ColorName("indigo", 0x33327A, .navy), ColorName("ink blue", 0x22344A, .navy),
        ColorName("violet", 0x7A45B8, .purple), ColorName("lavender", 0xB9A5DE, .purple),
        ColorName("plum", 0x5E2A5A, .purple), ColorName("mauve", 0x9B7A9E, .purple),
        ColorName("deep purple", 0x3A1F58, .purple), ColorName("lilac", 0xD6C4E8, .purple),
        ColorName("rose", 0xD9597B, .pink), ColorName("blush pink", 0xF0C6C8, .pink),
        ColorName("magenta", 0xC22B86, .pink), ColorName("hot pink", 0xF0569B, .pink),
        ColorName("dusty rose", 0xB9868A, .pink), ColorName("salmon", 0xF08F7C, .pink),
        ColorName("white", 0xFDFDFD, .white), ColorName("soft white", 0xEFEFED, .white),
        ColorName("pearl", 0xDFDFDC, .white),
        ColorName("silver grey", 0xBFC1C3, .grey), ColorName("mid grey", 0x8C8C8C, .grey),
        ColorName("slate grey", 0x5F6770, .grey), ColorName("warm grey", 0x8E867F, .grey),
        ColorName("cool grey", 0x8A949E, .grey), ColorName("charcoal", 0x444547, .grey),
        ColorName("dove grey", 0xA7A39D, .grey), ColorName("dark grey", 0x5F5F5F, .grey),
        ColorName("black", 0x080808, .black), ColorName("soft black", 0x1D1C1B, .black),
        ColorName("graphite", 0x2C2D2F, .black),
    ]
}
