/// A JSON document as it is stored and answered, written by whoever knows its shape.
package struct JSONText: Sendable, Hashable {
    package let text: String

    /// Takes over what is JSON already.
    package init(_ text: String) {
        self.text = text
    }

    package init(_ bytes: [UInt8]) {
        text = String(decoding: bytes, as: UTF8.self)
    }

    package static let null = JSONText("null")
    package static let emptyObject = JSONText("{}")

    /// A text as a JSON string.
    package static func string(_ text: String) -> JSONText {
        JSONText(StoredSuggestions.quoted(text))
    }
}
