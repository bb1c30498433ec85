/// Header or trailer fields in the order they came, looked up without regard to case.
package struct Fields: Hashable, Sendable, ExpressibleByDictionaryLiteral, Sequence {
    /// One line of a header block.
    package struct Field: Hashable, Sendable {
        package let name: Name
        package let value: String

        package init(_ name: Name, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var all: [Field]

    package init() {
        all = []
    }

    package init(_ fields: [Field]) {
        all = fields
    }

    package init(dictionaryLiteral elements: (Name, String)...) {
        all = elements.map { Field($0.0, $0.1) }
    }

    package var count: Int { all.count }
    package var isEmpty: Bool { all.isEmpty }

    /// The first value under a name; setting replaces all values, nil removes them.
    package subscript(name: Name) -> String? {
        get {
            for field in all where field.name == name {
                return field.value
            }
            return nil
        }
        set {
            guard let newValue else {
                all.removeAll { $0.name == name }
                return
            }
            guard let index = all.firstIndex(where: { $0.name == name }) else {
                all.append(Field(name, newValue))
                return
            }
            all[index] = Field(name, newValue)
            if all.count > index + 1 {
                all[(index + 1)...].removeAll { $0.name == name }
            }
        }
    }

    /// Every value under a name, in order.
    package func values(of name: Name) -> [String] {
        all.compactMap { $0.name == name ? $0.value : nil }
    }

    /// The values under a name joined with commas, as RFC 9110 section 5.3 lets a reader do; nil if none.
    package func list(of name: Name) -> String? {
        let values = values(of: name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    package func contains(_ name: Name) -> Bool {
        all.contains { $0.name == name }
    }

    /// Adds one more line, keeping those under the same name.
    package mutating func append(_ name: Name, _ value: String) {
        all.append(Field(name, value))
    }

    /// Sets a value unless there is one already.
    package mutating func setDefault(_ name: Name, _ value: @autoclosure () -> String) {
        if !contains(name) {
            all.append(Field(name, value()))
        }
    }

    package func makeIterator() -> IndexingIterator<[Field]> {
        all.makeIterator()
    }
}
