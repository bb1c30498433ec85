/// Percent-encoding of URIs (RFC 3986 section 2.1), strict in both directions.
package enum PercentCoding {
    /// Decodes `%XX` (and `+` as a space where asked); nil for a broken escape or bytes that are not UTF-8.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var needsWork = false
        for byte in text.utf8 where byte == 0x25 || (plusIsSpace && byte == 0x2B) {
            needsWork = true
            break
        }
        guard needsWork else { return String(text) }
        guard let bytes = decodedBytes(text.utf8, plusIsSpace: plusIsSpace) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Encodes everything outside the unreserved set, and outside `allowed`.
    package static func encode(_ text: String, allowing allowed: String = "") -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if ASCII.isUnreserved(byte) || allowed.utf8.contains(byte) {
                output.append(byte)
            } else {
                output.append(0x25)
                output.append(ASCII.upperHex(byte >> 4))
                output.append(ASCII.upperHex(byte & 15))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func decodedBytes(
        _ text: some Sequence<UInt8>, plusIsSpace: Bool
    ) -> [UInt8]? {
        var output: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            if byte == 0x25 {
                guard let high = rest.next().flatMap(ASCII.hexValue),
                    let low = rest.next().flatMap(ASCII.hexValue)
                else { return nil }
                output.append(high << 4 | low)
            } else {
                output.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
            }
        }
        return output
    }
}
