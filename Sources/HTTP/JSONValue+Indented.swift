extension JSONValue {
    /// The same JSON for people: a line for each member and element, two blanks a level.
    package var indented: String {
        var text = ""
        append(to: &text, indent: "\n")
        return text
    }

    private func append(to text: inout String, indent: String) {
        let deeper = indent + "  "
        switch self {
        case .object(let members) where !members.isEmpty:
            var separator = "{"
            for member in members {
                text += separator + deeper
                text += String(decoding: JSONValue.string(member.key).encoded, as: UTF8.self) + ": "
                member.value.append(to: &text, indent: deeper)
                separator = ","
            }
            text += indent + "}"
        case .array(let elements) where !elements.isEmpty:
            var separator = "["
            for element in elements {
                text += separator + deeper
                element.append(to: &text, indent: deeper)
                separator = ","
            }
            text += indent + "]"
        default: text += String(decoding: encoded, as: UTF8.self)
        }
    }
}
