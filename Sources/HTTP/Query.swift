/// Decoded name–value pairs of a query string or of an urlencoded form, in order.
package struct Query: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package enum ParseError: Error, Hashable {
        /// An escape is broken or does not decode to UTF-8.
        case malformed
        case tooManyItems(limit: Int)
    }

    /// More pairs than any page asks for; an attacker's million would only cost memory.
    package static let maximumItems = 256

    package let items: [Item]

    package init(_ items: [Item] = []) {
        self.items = items
    }

    /// Parses `a=1&b=2`, where `+` is a space. Empty pairs are skipped.
    package init(parsing text: some StringProtocol, maximumItems: Int = Query.maximumItems)
        throws(ParseError)
    {
        var items: [Item] = []
        for pair in text.utf8.split(separator: 0x26) {
            guard items.count < maximumItems else { throw .tooManyItems(limit: maximumItems) }
            let equals = pair.firstIndex(of: 0x3D) ?? pair.endIndex
            let rest = equals < pair.endIndex ? pair.index(after: equals) : equals
            guard
                let name = PercentCoding.decode(text[pair.startIndex..<equals], plusIsSpace: true),
                let value = PercentCoding.decode(text[rest..<pair.endIndex], plusIsSpace: true)
            else { throw .malformed }
            items.append(Item(name: name, value: value))
        }
        self.items = items
    }

    /// The last value under a name, as most frameworks read repeated parameters.
    package subscript(name: String) -> String? {
        items.last { $0.name == name }?.value
    }

    package func values(of name: String) -> [String] {
        items.compactMap { $0.name == name ? $0.value : nil }
    }

    package var isEmpty: Bool { items.isEmpty }
}
