/// The three ways a record becomes bytes.
package enum LogFormat {
    /// One JSON object and a newline: `time`, `level`, `message`, then the fields.
    package static func json(_ record: LogRecord) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(320)
        line += #"{"time":""#.utf8
        Timestamp.appendRFC3339(record.time, to: &line)
        line += #"","level":""#.utf8
        line += record.level.name.utf8
        line += #"","message":"#.utf8
        appendJSON(record.message, to: &line)
        for (name, value) in record.fields.pairs {
            line.append(UInt8(ascii: ","))
            let isTaken = name == "time" || name == "level" || name == "message"
            appendJSON(isTaken ? name + "_" : name, to: &line)
            line.append(UInt8(ascii: ":"))
            switch value {
            case .text(let text): appendJSON(text, to: &line)
            case .decimal(let number) where !number.isFinite: line += "null".utf8
            default: line += value.text.utf8
            }
        }
        line += "}\n".utf8
        return line
    }

    /// A line for people: time of day, level, message, `name=value` pairs; never more than one line.
    package static func text(_ record: LogRecord, colour: Bool) -> [UInt8] {
        let (on, dim, off) =
            colour ? (colours(record.level), "\u{1B}[2m", "\u{1B}[0m") : ("", "", "")
        var line: [UInt8] = []
        line.reserveCapacity(320)
        line += dim.utf8
        Timestamp.appendTimeOfDay(record.time, to: &line)
        line += off.utf8
        line.append(UInt8(ascii: " "))
        let level = record.level.name.uppercased()
        line += (on + level + off + String(repeating: " ", count: 8 - level.count)).utf8
        appendPrintable(record.message, quoted: false, to: &line)
        for (name, value) in record.fields.pairs {
            line += (" " + dim).utf8
            appendPrintable(name, quoted: false, to: &line)
            line += ("=" + off).utf8
            appendPrintable(value.text, quoted: needsQuotes(value.text), to: &line)
        }
        line.append(10)
        return line
    }

    /// A value in the journal is cut after this many bytes: the kernel refuses datagrams of more than about
    /// 200 KiB, and nobody reads such lines.
    package static let journalValueLimit = 16_384

    /// A datagram of the journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
    package static func journal(_ record: LogRecord, identifier: String) -> [UInt8] {
        var datagram: [UInt8] = []
        appendJournal("MESSAGE", record.message, to: &datagram)
        appendJournal("PRIORITY", String(record.level.rawValue), to: &datagram)
        appendJournal("SYSLOG_IDENTIFIER", identifier, to: &datagram)
        for (name, value) in record.fields.pairs {
            appendJournal(journalName(name), value.text, to: &datagram)
        }
        return datagram
    }

    private static func colours(_ level: LogLevel) -> String {
        switch level {
        case .error: "\u{1B}[1;31m"
        case .warning: "\u{1B}[33m"
        case .notice: "\u{1B}[1m"
        case .info: "\u{1B}[32m"
        case .debug: "\u{1B}[2m"
        }
    }

    private static func needsQuotes(_ text: String) -> Bool {
        text.isEmpty || text.utf8.contains { $0 <= 32 || $0 == UInt8(ascii: "\"") || $0 == 61 }
    }

    private static func appendJSON(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        defer { line.append(UInt8(ascii: "\"")) }
        let characters = text.utf8.span
        // Without a way out of the loop the compiler looks at many bytes at once.
        var special: UInt8 = 0
        for index in characters.indices {
            let byte = characters[index]
            special |= (byte < 32 ? 1 : 0) | (byte == 34 ? 1 : 0) | (byte == 92 ? 1 : 0)
            special |= byte == 127 ? 1 : 0
        }
        if special == 0 {
            line += text.utf8
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case 10: line += "\\n".utf8
            case 0..<32, 127: line += escape("\\u00", byte)
            default: line.append(byte)
            }
        }
    }

    /// What a stranger sent must not move the cursor, ring bells or begin lines of its own on a terminal:
    /// controls of ASCII and of Latin-1 and the two separators of Unicode are shown escaped.
    private static func appendPrintable(_ text: String, quoted: Bool, to line: inout [UInt8]) {
        if quoted { line.append(UInt8(ascii: "\"")) }
        defer { if quoted { line.append(UInt8(ascii: "\"")) } }
        let isPlain = text.utf8.allSatisfy { (32..<127).contains($0) && $0 != 34 && $0 != 92 }
        if isPlain {
            line += text.utf8
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 10: line += "\\n".utf8
            case 0..<32, 127..<160: line += escape("\\x", UInt8(scalar.value))
            case 0x2028, 0x2029: line += ("\\u" + String(scalar.value, radix: 16)).utf8
            case 34 where quoted, 92 where quoted: line += [92, UInt8(scalar.value)]
            default: line += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
    }

    private static func escape(_ prefix: String, _ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return Array(prefix.utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    /// Values of several lines travel with their length, so no value can forge a field.
    private static func appendJournal(
        _ name: String, _ value: String, to datagram: inout [UInt8]
    ) {
        let isLong = value.utf8.count > journalValueLimit
        let value =
            isLong ? String(decoding: value.utf8.prefix(journalValueLimit), as: UTF8.self) : value
        datagram += name.utf8
        if value.utf8.contains(10) {
            datagram.append(10)
            let count = UInt64(value.utf8.count)
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                datagram.append(UInt8(truncatingIfNeeded: count >> shift))
            }
        } else {
            datagram.append(UInt8(ascii: "="))
        }
        datagram += value.utf8
        datagram.append(10)
    }

    /// The journal takes capitals, digits and underscores, no underscore or digit first, at most 64.
    private static func journalName(_ name: String) -> String {
        let mapped = name.uppercased().utf8.map { byte in
            (65...90).contains(byte) || (48...57).contains(byte) ? byte : UInt8(ascii: "_")
        }
        let text = String(decoding: mapped.prefix(60), as: UTF8.self)
        let reserved: Set<String> = ["MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", ""]
        let first = text.utf8.first ?? 95
        return reserved.contains(text) || !(65...90).contains(first) ? "F_" + text : text
    }
}
