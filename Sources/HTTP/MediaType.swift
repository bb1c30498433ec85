/// What a content type says about its bytes.
package enum MediaType {
    /// Whether the bytes are text that gzip makes much smaller. Pictures never are, not even SVG: what is stored is
    /// sent as it is stored.
    package static func isCompressible(_ type: String) -> Bool {
        let type = ASCII.trimmed(type.prefix { $0 != ";" }).lowercased()
        if type == "text/event-stream" { return false }
        return type.hasPrefix("text/") || type == "application/json" || type.hasSuffix("+json")
            || type == "application/javascript"
    }
}

extension Fields {
    /// Adds a field's name to `Vary`, once.
    package mutating func vary(on name: Name) {
        guard let names = list(of: .vary) else {
            self[.vary] = name.spelling
            return
        }
        let isNamed = names.split(separator: ",").contains { element in
            let element = ASCII.trimmed(element)
            return element == "*" || ASCII.equalIgnoringCase(element, name.spelling)
        }
        if !isNamed { append(.vary, name.spelling) }
    }
}
