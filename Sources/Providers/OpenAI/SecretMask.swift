/// Makes what a server wrote fit for a log: no keys, no control characters, not too long.
enum SecretMask {
    private static let maximumCharacters = 600
    /// What is looked at; masking comes before cutting, or a key cut in half would slip through.
    private static let maximumBytes = 64 * 1024

    /// `bytes` as text with `key`, anything like `sk-…` and what follows `Bearer` replaced by `***`.
    static func masked(_ bytes: [UInt8], key: String?) -> String {
        var text = Array(bytes.prefix(maximumBytes))
        if let key, !key.isEmpty { text = replacing(Array(key.utf8), in: text) }
        var masked: [UInt8] = []
        var index = 0
        while index < text.count {
            if let end = secretEnd(in: text, at: index) {
                masked += "***".utf8
                index = end
            } else {
                masked.append(text[index] < 0x20 || text[index] == 0x7F ? 0x20 : text[index])
                index += 1
            }
        }
        return String(String(decoding: masked, as: UTF8.self).prefix(maximumCharacters))
    }

    private static func replacing(_ key: [UInt8], in text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index...].starts(with: key) {
                result += "***".utf8
                index += key.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// Where a secret that begins at `start` ends; nil if none begins there.
    private static func secretEnd(in text: [UInt8], at start: Int) -> Int? {
        for prefix in ["sk-", "bearer "] {
            let length = prefix.utf8.count
            let word = text[start...].prefix(length)
            guard word.elementsEqual(prefix.utf8, by: { lowercased($0) == $1 }) else { continue }
            let end = text[(start + length)...].firstIndex { !isPartOfKey($0) } ?? text.count
            // Words such as "task-force" are no keys.
            let isKey = prefix == "sk-" ? startsWord(text, start) : end > start + length
            if isKey { return end }
        }
        return nil
    }

    private static func startsWord(_ text: [UInt8], _ index: Int) -> Bool {
        guard index > 0 else { return true }
        let before = lowercased(text[index - 1])
        return !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(before)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Characters of tokens, and the stars that servers put into the keys that they quote.
    private static func isPartOfKey(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"),
            UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "*"):
            true
        default: false
        }
    }
}
