/// The rules that turn a text into the code of a room.
package enum RoomKey {
    /// Code points that a key has at most.
    package static let maximumLength = 100

    /// `text` in lowercase ASCII letters and digits: accents folded, every run of anything else
    /// one dash, none at the ends. Empty if nothing is left.
    package static func slug(_ text: String) -> String {
        var slug: [UInt8] = []
        var pendingDash = false
        for scalar in text.unicodeScalars {
            // A combining accent belongs to the letter before it.
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            let letters = folded(scalar)
            guard !letters.isEmpty else {
                pendingDash = !slug.isEmpty
                continue
            }
            if pendingDash { slug.append(UInt8(ascii: "-")) }
            pendingDash = false
            slug.append(contentsOf: letters.utf8)
            if slug.count >= maximumLength { break }
        }
        slug.removeLast(max(slug.count - maximumLength, 0))
        if slug.last == UInt8(ascii: "-") { slug.removeLast() }
        return String(decoding: slug, as: UTF8.self)
    }

    /// The key of a room whose name has no letter for one: `room-` and eight hexadecimal digits.
    package static func fallback(for name: String, sha256: ([UInt8]) -> [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let digest = sha256(Array(name.utf8)).prefix(4)
        let hex = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "room-" + String(decoding: hex, as: UTF8.self)
    }

    /// The ASCII letters or digit that `scalar` stands for; empty if it stands for none.
    ///
    /// Unicode names tell the letter under the accents: LATIN SMALL LETTER O WITH STROKE. They are
    /// stable by Unicode's policy, so a key never changes with a library.
    private static func folded(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "a"..."z", "0"..."9": return String(scalar)
        case "A"..."Z": return String(scalar).lowercased()
        case "\0"..."\u{7F}": return ""
        case "ß", "ẞ": return "ss"
        case "œ", "Œ": return "oe"
        case "ı": return "i"
        default: break
        }
        guard let name = scalar.properties.name, name.hasPrefix("LATIN ") else { return "" }
        let words = name.split(separator: " ")
        guard words.count == 4 || words.count > 4 && words[4] == "WITH", words[2] == "LETTER",
            words[3].utf8.count <= 2
        else { return "" }
        return words[3].lowercased()
    }
}
