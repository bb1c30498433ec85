/// How numbers, sizes, times and lists are written in settings: each pair of functions reads and writes one kind.
package enum SettingText {
    /// Digits with an optional minus: no point, exponent, plus sign or blank.
    package static func integer(_ word: String) -> Int? {
        let digits = word.hasPrefix("-") ? word.dropFirst() : word[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return nil }
        return Int(word)
    }

    /// Digits with an optional minus and one optional point: `0.5`, `168`; never `nan`, `1e9` or `0x1p4`.
    package static func decimal(_ word: String) -> Double? {
        let unsigned = word.hasPrefix("-") ? word.dropFirst() : word[...]
        let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), word.utf8.count <= 40,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) })
        else { return nil }
        return Double(word).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The shortest digits that read back as the same number, without exponent and without a useless `.0`.
    package static func decimal(_ number: Double) -> String {
        let text = number.description
        guard let mark = text.firstIndex(of: "e") else {
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        guard let exponent = Int(text[text.index(after: mark)...]), (-30..<0).contains(exponent)
        else { return text }
        let sign = number < 0 ? "-" : ""
        let digits = text[..<mark].filter { $0 != "." && $0 != "-" }
        let significant =
            digits.hasSuffix("0") && digits.count > 1 ? digits.dropLast() : digits[...]
        return sign + "0." + String(repeating: "0", count: -exponent - 1) + significant
    }

    package static func bool(_ word: String) -> Bool? {
        switch word.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: nil
        }
    }

    private static let byteUnits: [(name: String, size: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// `16KiB`, `16K`, `16 kib` or plain bytes; powers of 1024.
    package static func bytes(_ word: String) -> Int? {
        guard let (count, unit) = numberAndUnit(word), let number = integer(count) else {
            return nil
        }
        let match = byteUnits.first {
            let name = $0.name.lowercased()
            return unit == name || unit == name.prefix(1) || (unit.isEmpty && $0.size == 1)
        }
        guard let match else { return nil }
        let (size, overflow) = number.multipliedReportingOverflow(by: match.size)
        return overflow ? nil : size
    }

    package static func bytes(_ size: Int) -> String {
        guard size != 0, let unit = byteUnits.first(where: { size.isMultiple(of: $0.size) }),
            unit.size > 1
        else { return String(size) }
        return "\(size / unit.size)\(unit.name)"
    }

    private static let timeUnits: [(name: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// `10s`, `1.5s`, `250ms`, `5m`, `2h`, `90d` or plain seconds; at most a hundred years, to the millisecond.
    package static func duration(_ word: String) -> Duration? {
        guard let (count, unit) = numberAndUnit(word), let number = decimal(count),
            let match = timeUnits.first(where: { $0.name == (unit.isEmpty ? "s" : unit) })
        else { return nil }
        let milliseconds = (number * Double(match.milliseconds)).rounded()
        guard milliseconds >= 0, milliseconds <= 3_155_760_000_000 else { return nil }
        return .milliseconds(Int(milliseconds))
    }

    package static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        if milliseconds == 0 { return "0s" }
        let fits = timeUnits.first { milliseconds.isMultiple(of: $0.milliseconds) }
        let unit = fits ?? (name: "ms", milliseconds: 1)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    /// An absolute URL without its trailing slash.
    package static func url(_ word: String) -> String? {
        let lowered = word.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lowered.hasPrefix($0) }),
            word.utf8.count <= 2048,
            !word.utf8.contains(where: {
                $0 <= 32 || $0 >= 127 || "\"<>\\^`{|}#?@".utf8.contains($0)
            })
        else { return nil }
        var rest = word.dropFirst(scheme.count)
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        let authority = rest.prefix { $0 != "/" }
        guard ListenAddress.isHostWithOptionalPort(String(authority)) else { return nil }
        return scheme + rest
    }

    /// The number of a TCP port.
    package static func port(_ word: String) -> Int? {
        integer(word).flatMap { (1...65_535).contains($0) ? $0 : nil }
    }

    /// Items between commas, each as `item` writes it; blank items are skipped, one bad item refuses the list.
    package static func list(_ word: String, item: (String) -> String?) -> [String]? {
        var items: [String] = []
        for part in word.split(separator: ",") {
            let text = String(part).trimmingBlanks()
            if text.isEmpty { continue }
            guard let canonical = item(text) else { return nil }
            items.append(canonical)
        }
        return items
    }

    private static func numberAndUnit(_ word: String) -> (number: String, unit: String)? {
        let number = word.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard !number.isEmpty else { return nil }
        let unit = String(word.dropFirst(number.count)).trimmingBlanks().lowercased()
        return (String(number), unit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}

extension String {
    /// Without spaces, tabs and line ends at both ends.
    package func trimmingBlanks() -> String {
        let isBlank = { (c: Character) in c == " " || c == "\t" || c.isNewline }
        var rest = self[...].drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
        return String(rest)
    }
}
