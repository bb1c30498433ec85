/// The address of a picture as the gallery takes it: absolute, `http` or `https`, with a host.
package enum GalleryURL {
    package static let maximumLength = 1024

    /// Whether `text` is such an address; whether anything answers there is another matter.
    package static func isValid(_ text: String) -> Bool {
        let lowered = text.prefix(8).lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lowered.hasPrefix($0) }),
            !text.unicodeScalars.contains(where: isForbidden)
        else { return false }
        let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return isHostWithOptionalPort(place)
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
            || "\"<>\\^`{|}".unicodeScalars.contains(scalar)
    }

    private static func isHostWithOptionalPort(_ text: Substring) -> Bool {
        var rest = text
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"),
                NetworkRange(String(text[text.index(after: text.startIndex)..<end]))?.isIPv6
                    == true
            else { return false }
            rest = text[text.index(after: end)...]
        } else {
            let host = text.prefix { $0 != ":" }
            guard isName(host) else { return false }
            rest = text[host.endIndex...]
        }
        return rest.isEmpty || rest == ":"
            || rest.hasPrefix(":") && SettingText.port(String(rest.dropFirst())) != nil
    }

    private static func isName(_ host: Substring) -> Bool {
        var labels = host.split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, labels.last == "" { labels.removeLast() }
        return host.unicodeScalars.count <= 253
            && labels.allSatisfy { label in
                !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.unicodeScalars.allSatisfy { scalar in
                        scalar.value >= 128 || scalar == "-" || scalar == "_"
                            || scalar.properties.isASCIIHexDigit || ("g"..."z").contains(scalar)
                            || ("G"..."Z").contains(scalar)
                    }
            }
    }
}
