/// Chooses among what can be offered by what an `Accept` field prefers (RFC 9110 section 12.5.1).
package enum Negotiation {
    /// The best of `offers` (most wanted by the server first), nil if the client refuses them all.
    ///
    /// No field, or one without any readable element, accepts everything.
    package static func choose(_ offers: [String], accept: String?) -> String? {
        guard let accept else { return offers.first }
        let ranges = accept.split(separator: ",").compactMap { MediaRange($0) }
        guard !ranges.isEmpty else { return offers.first }
        var best: (offer: String, quality: Int)?
        for offer in offers {
            let quality = quality(of: offer, ranges)
            if quality > best?.quality ?? 0 { best = (offer, quality) }
        }
        return best?.offer
    }

    /// Whether a coding such as gzip is acceptable under an `Accept-Encoding` field.
    package static func accepts(coding: String, _ acceptEncoding: String?) -> Bool {
        guard let acceptEncoding else { return false }
        let ranges = acceptEncoding.split(separator: ",").compactMap { MediaRange($0) }
        let named = ranges.first { $0.text == coding } ?? ranges.first { $0.text == "*" }
        return (named?.quality ?? 0) > 0
    }

    /// The most specific range that covers the offer decides.
    private static func quality(of offer: String, _ ranges: [MediaRange]) -> Int {
        let type = offer.prefix { $0 != ";" }.lowercased()
        let family = type.prefix { $0 != "/" } + "/*"
        for wanted in [type[...], family[...], "*/*"] {
            if let range = ranges.first(where: { $0.text == wanted }) { return range.quality }
        }
        return 0
    }

    /// One element of the field; quality in thousandths.
    private struct MediaRange {
        let text: String
        var quality = 1000

        init?(_ element: Substring) {
            let parts = element.split(separator: ";")
            guard let first = parts.first else { return nil }
            text = ASCII.trimmed(first).lowercased()
            guard !text.isEmpty else { return nil }
            for part in parts.dropFirst() {
                let parameter = ASCII.trimmed(part)
                guard parameter.hasPrefix("q=") || parameter.hasPrefix("Q=") else { continue }
                guard let value = Double(parameter.dropFirst(2)), (0...1).contains(value) else {
                    return nil
                }
                quality = Int(value * 1000)
            }
        }
    }
}
