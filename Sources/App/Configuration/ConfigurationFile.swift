import Domain

/// The lines of a configuration file: `KEY = value`, `#` comments, values in quotes where blanks or line ends matter.
package struct ConfigurationFile: Sendable {
    package struct Line: Sendable, Equatable {
        package let number: Int
        package let name: String
        package let value: String
    }

    /// A line that cannot be understood.
    package struct Failure: Error, Sendable, Equatable {
        package let line: Int
        package let message: String
    }

    package let lines: [Line]

    package init(_ text: String) throws(Failure) {
        var lines: [Line] = []
        var seen: [String: Int] = [:]
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let content = String(raw).trimmingBlanks()
            if content.isEmpty || content.hasPrefix("#") { continue }
            let line = try Self.line(content, number: index + 1)
            guard Setting.named(line.name) != nil else {
                let hint = Setting.nearest(to: line.name).map { "; did you mean \($0)?" } ?? "."
                throw Failure(line: line.number, message: "\(line.name) is not a setting\(hint)")
            }
            if let earlier = seen.updateValue(line.number, forKey: line.name) {
                throw Failure(
                    line: line.number, message: "\(line.name) was already set in line \(earlier).")
            }
            lines.append(line)
        }
        self.lines = lines
    }

    /// `value` as it is written in a file, so that reading gives it back.
    package static func quoted(_ value: String) -> String {
        let isPlain =
            value == value.trimmingBlanks() && !value.contains("#")
            && !value.utf8.contains { $0 < 32 || $0 == UInt8(ascii: "\"") || $0 == 39 }
        if isPlain { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\" + String(scalar)
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    private static func line(_ content: String, number: Int) throws(Failure) -> Line {
        guard let equals = content.firstIndex(of: "=") else {
            throw Failure(line: number, message: "Expected KEY = value.")
        }
        let name = String(content[..<equals]).trimmingBlanks()
        let rest = String(content[content.index(after: equals)...]).trimmingBlanks()
        guard let value = value(rest) else {
            throw Failure(
                line: number,
                message: "The value of \(name) has quotes that do not match or an unknown escape.")
        }
        return Line(number: number, name: name, value: value)
    }

    private static func value(_ text: String) -> String? {
        guard let quote = text.unicodeScalars.first, quote == "\"" || quote == "'" else {
            return withoutComment(text)
        }
        var value = ""
        var scalars = text.unicodeScalars.dropFirst()
        while let scalar = scalars.popFirst() {
            if scalar == quote {
                let rest = String(scalars).trimmingBlanks()
                return rest.isEmpty || rest.hasPrefix("#") ? value : nil
            }
            if scalar == "\\" && quote == "\"" {
                guard let escaped = scalars.popFirst(), let meant = escapes[escaped] else {
                    return nil
                }
                value.unicodeScalars.append(meant)
            } else {
                value.unicodeScalars.append(scalar)
            }
        }
        return nil
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "\"": "\"",
    ]

    /// A number sign begins a comment after a blank only: it may stand within a value.
    private static func withoutComment(_ text: String) -> String {
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#" && (previous == " " || previous == "\t") {
                return String(text[..<index]).trimmingBlanks()
            }
            previous = text[index]
        }
        return text
    }
}
