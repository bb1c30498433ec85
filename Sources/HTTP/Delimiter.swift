/// The line break, hyphens and boundary that end a part, prepared for a search that looks at few bytes
/// (Horspool 1980): most of a photo is skipped a delimiter's length at a time.
struct Delimiter {
    private let bytes: [UInt8]
    private let skips: [UInt8]

    /// Nil for a boundary that RFC 2046 section 5.1.1 does not allow.
    init?(boundary: String) {
        let allowed = "'()+_,-./:=? ".utf8
        guard (1...70).contains(boundary.utf8.count), !boundary.hasSuffix(" "),
            boundary.utf8.allSatisfy({ ASCII.isAlphanumeric($0) || allowed.contains($0) })
        else { return nil }
        bytes = Array("\r\n--".utf8) + Array(boundary.utf8)
        var skips = [UInt8](repeating: UInt8(bytes.count), count: 256)
        for (index, byte) in bytes.dropLast().enumerated() {
            skips[Int(byte)] = UInt8(bytes.count - 1 - index)
        }
        self.skips = skips
    }

    var count: Int { bytes.count }

    struct Match {
        /// Where the delimiter starts, or could start when more bytes come; the end of the text if it can't.
        let start: Int
        let isComplete: Bool
    }

    func search(_ text: Span<UInt8>, from first: Int) -> Match {
        let bytes = bytes.span
        let skips = skips.span
        let last = bytes.count - 1
        var start = first
        while start + last < text.count {
            let byte = text[start + last]
            if byte == bytes[last] && matches(text, at: start, length: last) {
                return Match(start: start, isComplete: true)
            }
            start += Int(skips[Int(byte)])
        }
        while start < text.count && !matches(text, at: start, length: text.count - start) {
            start += 1
        }
        return Match(start: start, isComplete: false)
    }

    private func matches(_ text: Span<UInt8>, at start: Int, length: Int) -> Bool {
        let bytes = bytes.span
        for index in 0..<length where text[start + index] != bytes[index] {
            return false
        }
        return true
    }
}
