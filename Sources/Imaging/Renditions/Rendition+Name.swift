extension Rendition.Specification {
    /// A name that says it all and makes a key: `cover-200-q80`, `fit-400x300-webp-q75`, `cover-64-png`,
    /// `max-2mp-q85`, `max-2MiB`.
    package var name: String {
        var parts: [String]
        var isRedundant = false
        switch size {
        case .cover(let width, let height): parts = ["cover", Self.box(width, height)]
        case .fit(let width, let height): parts = ["fit", Self.box(width, height)]
        case .maximumPixels(let pixels): parts = ["max", Self.megapixels(pixels)]
        case .maximumBytes(let bytes):
            parts = ["max", Self.bytes(bytes)]
            isRedundant = encoding.quality == ByteLadder.best
        }
        if encoding.format != .jpeg { parts.append(encoding.format.rawValue) }
        if let quality = encoding.quality, !isRedundant { parts.append("q\(quality)") }
        return parts.joined(separator: "-")
    }

    /// Reads a name; nil where it is none.
    package init?(name: String) {
        var words = name.split(separator: "-", omittingEmptySubsequences: false)[...]
        guard let kind = words.popFirst(), let measure = words.popFirst(),
            let size = Self.size(kind, measure)
        else { return nil }
        var format = ImageFormat.jpeg
        if let word = words.first, let named = ImageFormat(rawValue: String(word)) {
            format = named
            words.removeFirst()
        }
        var quality: Int?
        if let word = words.first, word.first == "q" {
            guard let number = Self.number(word.dropFirst()) else { return nil }
            quality = number
            words.removeFirst()
        } else if case .maximumBytes = size, format != .png {
            quality = ByteLadder.best
        }
        guard words.isEmpty else { return nil }
        let encoding: PictureEncoding
        switch (format, quality) {
        case (.jpeg, let quality?): encoding = .jpeg(quality: quality)
        case (.webp, let quality?): encoding = .webp(quality: quality)
        case (.png, nil): encoding = .png
        default: return nil
        }
        guard Self.isPossible(size, encoding) else { return nil }
        self.init(size, encoding)
    }

    private static func box(_ width: Int, _ height: Int) -> String {
        width == height ? "\(width)" : "\(width)x\(height)"
    }

    /// Millions with as few of six decimals as it takes.
    private static func megapixels(_ pixels: Int) -> String {
        let digits = String(pixels % 1_000_000 + 1_000_000).dropFirst()
        let decimals = digits.reversed().drop { $0 == "0" }.reversed()
        return "\(pixels / 1_000_000)" + (decimals.isEmpty ? "" : "." + decimals) + "mp"
    }

    private static func bytes(_ bytes: Int) -> String {
        for (unit, shift) in [("MiB", 20), ("KiB", 10)] where bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)B"
    }

    private static func size(_ kind: Substring, _ measure: Substring) -> Size? {
        guard kind == "max" else {
            let sides = measure.split(separator: "x", omittingEmptySubsequences: false).map(number)
            guard let width = sides[0], let height = sides.count == 2 ? sides[1] : width,
                sides.count <= 2
            else { return nil }
            switch kind {
            case "cover": return .cover(width: width, height: height)
            case "fit": return .fit(width: width, height: height)
            default: return nil
            }
        }
        if measure.hasSuffix("mp") { return pixels(measure.dropLast(2)).map(Size.maximumPixels) }
        for (unit, shift) in [("MiB", 20), ("KiB", 10), ("B", 0)] where measure.hasSuffix(unit) {
            return number(measure.dropLast(unit.count)).map { .maximumBytes($0 << shift) }
        }
        return nil
    }

    private static func pixels(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let millions = number(parts[0]) else { return nil }
        guard parts.count == 2 else { return millions * 1_000_000 }
        guard parts[1].count <= 6 else { return nil }
        let padded = parts[1] + String(repeating: "0", count: max(0, 6 - parts[1].count))
        return number(padded[...]).map { millions * 1_000_000 + $0 }
    }

    /// A plain number of at most nine digits.
    private static func number(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int(text)
    }
}
