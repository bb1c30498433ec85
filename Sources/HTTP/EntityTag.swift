/// An entity tag, such as `"abc"` or `W/"abc"` (RFC 9110 section 8.8.3).
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// What stands between the quotes.
    package let opaque: String
    package let isWeak: Bool

    package init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    package init?(parsing text: some StringProtocol) {
        let isWeak = text.hasPrefix("W/")
        let quoted = isWeak ? text.dropFirst(2) : text[...]
        guard quoted.utf8.count >= 2, quoted.hasPrefix("\""), quoted.hasSuffix("\""),
            quoted.dropFirst().dropLast().utf8.allSatisfy({ $0 == 0x21 || $0 > 0x22 && $0 != 0x7F })
        else { return nil }
        self.init(String(quoted.dropFirst().dropLast()), isWeak: isWeak)
    }

    package var description: String { "\(isWeak ? "W/" : "")\"\(opaque)\"" }

    /// True if both are strong and equal, which is what bytes may be spliced on.
    package func matchesStrongly(_ other: EntityTag) -> Bool {
        !isWeak && self == other
    }

    package func matchesWeakly(_ other: EntityTag) -> Bool {
        opaque == other.opaque
    }

    /// Whether an `If-None-Match` or `If-Match` list holds this tag; `*` holds every tag.
    package func isListed(in list: String, weakly: Bool = true) -> Bool {
        if ASCII.trimmed(list[...]) == "*" { return true }
        return EntityTag.list(list).contains {
            weakly ? matchesWeakly($0) : matchesStrongly($0)
        }
    }

    /// Tags may hold commas, so the list is read from quote to quote. What is no tag ends the list.
    private static func list(_ text: String) -> [EntityTag] {
        var tags: [EntityTag] = []
        var rest = text[...]
        while true {
            rest = rest.drop { $0 == "," || $0 == " " || $0 == "\t" }
            let prefix = rest.hasPrefix("W/") ? 2 : 0
            guard rest.dropFirst(prefix).first == "\"",
                let end = rest.dropFirst(prefix + 1).firstIndex(of: "\""),
                let tag = EntityTag(parsing: rest[...end])
            else { return tags }
            tags.append(tag)
            rest = rest[rest.index(after: end)...]
        }
    }
}
