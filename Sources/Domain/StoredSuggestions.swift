/// Suggestions as they are kept and answered: one JSON array, keys in the documented order, read only when needed.
package struct StoredSuggestions: Sendable, Equatable {
    /// `[{"name":…,"key":…,"description":…}…]`, compact.
    package let json: String
    package let count: Int

    /// Takes what the store holds.
    package init(json: String, count: Int) {
        self.json = json
        self.count = count
    }

    package init(_ items: [Suggestion]) {
        let objects = items.map { item in
            "{\"name\":\(Self.quoted(item.name)),\"key\":\(Self.quoted(item.key)),"
                + "\"description\":\(Self.quoted(item.description))}"
        }
        json = "[" + objects.joined(separator: ",") + "]"
        count = items.count
    }

    /// The suggestions one by one.
    package var items: [Suggestion] {
        (LooseJSON.first(in: json) { $0.elements } ?? []).compactMap { item in
            guard let members = item.members, let name = members["name"]?.string,
                let key = members["key"]?.string,
                let description = members["description"]?.string
            else { return nil }
            return Suggestion(name: name, key: key, description: description)
        }
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
