/// The answers in the shape that the prompts ask a model for.
extension SceneAnalysis {
    /// `{"suggestions":[{"name","key","description"}…]}`
    package var suggestionsJSON: String {
        let items = rooms.map { room in
            "{\"name\":\(quoted(room.name)),\"key\":\(quoted(room.key)),"
                + "\"description\":\(quoted(room.description))}"
        }
        return "{\"suggestions\":[" + items.joined(separator: ",") + "]}"
    }

    /// `{"title","category","visible_text","caption"}`
    package var captionJSON: String {
        "{\"title\":\(quoted(title)),\"category\":\(quoted(category.rawValue)),"
            + "\"visible_text\":\(quoted(visibleText)),\"caption\":\(quoted(caption))}"
    }

    /// A JSON string (RFC 8259, section 7).
    private func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
