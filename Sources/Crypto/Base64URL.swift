extension [UInt8] {
    /// Base64 with `-` and `_` and without padding (RFC 4648, section 5; RFC 7515, section 2).
    package var base64URL: String {
        String(unsafeUninitializedCapacity: (count * 4 + 2) / 3) { buffer in
            var written = 0
            var bits: UInt32 = 0
            var bitCount: UInt32 = 0
            for byte in self {
                bits = bits << 8 | UInt32(byte)
                bitCount += 8
                while bitCount >= 6 {
                    bitCount -= 6
                    buffer[written] = alphabet[Int(bits >> bitCount & 63)]
                    written += 1
                }
            }
            if bitCount > 0 {
                buffer[written] = alphabet[Int(bits << (6 - bitCount) & 63)]
                written += 1
            }
            return written
        }
    }

    /// Reads what `base64URL` writes and nothing else: no padding, no white space, no other
    /// spelling of the same bytes, so that a signed text has one form only.
    package init?(base64URL text: some StringProtocol) {
        guard text.utf8.count % 4 != 1 else { return nil }
        self.init()
        reserveCapacity(text.utf8.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in text.utf8 {
            guard let value = base64URLValue(character) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        guard bits & (1 << bitCount - 1) == 0 else { return nil }
    }
}

private let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

private func base64URLValue(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
}
