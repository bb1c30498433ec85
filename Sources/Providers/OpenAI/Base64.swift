/// Base64 as of RFC 4648 section 4, padded.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The two characters of each twelve bits: halves the lookups, which are what encoding consists of.
    private static let pairs: [UInt16] = (0..<4096).map { bits in
        UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 63]) << 8
    }

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        return values
    }()

    /// The number of characters that `bytes` become.
    static func count(of bytes: [UInt8]) -> Int {
        (bytes.count + 2) / 3 * 4
    }

    /// Writes `bytes` behind what `text` holds.
    static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        let start = text.count
        text += repeatElement(padding, count: count(of: bytes))
        let source = bytes.span
        let pairs = Base64.pairs.span
        var target = text.mutableSpan
        var write = start
        var read = 0
        while read + 2 < source.count {
            let bits = Int(source[read]) << 16 | Int(source[read + 1]) << 8 | Int(source[read + 2])
            let (high, low) = (pairs[bits >> 12], pairs[bits & 0xFFF])
            target[write] = UInt8(truncatingIfNeeded: high)
            target[write + 1] = UInt8(truncatingIfNeeded: high >> 8)
            target[write + 2] = UInt8(truncatingIfNeeded: low)
            target[write + 3] = UInt8(truncatingIfNeeded: low >> 8)
            read += 3
            write += 4
        }
        guard read < source.count else { return }
        let second = read + 1 < source.count ? source[read + 1] : 0
        target[write] = alphabet[Int(source[read] >> 2)]
        target[write + 1] = alphabet[Int(source[read] & 3) << 4 | Int(second >> 4)]
        if read + 1 < source.count { target[write + 2] = alphabet[Int(second & 15) << 2] }
    }

    /// The bytes of a text with or without padding; nil if it holds anything else.
    static func decode(_ text: String) -> [UInt8]? {
        var characters = Array(text.utf8)
        if characters.count.isMultiple(of: 4) {
            for _ in 0..<2 where characters.last == padding { characters.removeLast() }
        }
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var held = 0
        for character in characters {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        return bytes
    }
}
