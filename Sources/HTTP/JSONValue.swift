/// A JSON document as a tree. Objects keep the order of their members; of equal keys the last wins.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Number)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: JSONValue

        package init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// A number as it was written, so that no digit is lost before someone asks for a type.
    package struct Number: Hashable, Sendable {
        package let text: String

        /// The number if it is written as an integer and fits.
        package var int: Int? { Int(text) }
        package var double: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
    }

    /// The member under a key; nil too when this is not an object.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    /// The element at a place; nil too when this is not an array or too short.
    package subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    package var isNull: Bool { self == .null }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    package var int: Int? {
        if case .number(let number) = self { number.int } else { nil }
    }

    package var double: Double? {
        if case .number(let number) = self { number.double } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// Compact JSON with the same members in the same order.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}
