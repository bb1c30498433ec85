/// The value of a field of a log line, kept in its type so that JSON has numbers where there are numbers.
package enum LogValue: Sendable, Equatable, ExpressibleByStringLiteral,
    ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    case text(String)
    case integer(Int)
    case decimal(Double)
    case bool(Bool)
    /// Written as milliseconds with three decimals.
    case duration(Duration)

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .decimal(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    /// As plain text.
    package var text: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .decimal(let number): number.description
        case .bool(let flag): flag ? "true" : "false"
        case .duration(let duration): Self.milliseconds(duration)
        }
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let micros = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        let fraction = String(abs(micros % 1000))
        let sign = micros < 0 && micros > -1000 ? "-" : ""
        return sign + "\(micros / 1000)."
            + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}

/// Fields of a log line in the order they were given: `["status": 200, "path": .text(path)]`.
package struct LogFields: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package private(set) var pairs: [(name: String, value: LogValue)]

    package init(dictionaryLiteral elements: (String, LogValue)...) {
        pairs = elements.map { (name: $0.0, value: $0.1) }
    }

    /// Adds a field, or replaces the one of that name.
    package mutating func set(_ name: String, _ value: LogValue) {
        if let index = pairs.firstIndex(where: { $0.name == name }) {
            pairs[index].value = value
        } else {
            pairs.append((name: name, value: value))
        }
    }

    package func merging(_ other: LogFields) -> LogFields {
        if pairs.isEmpty { return other }
        if other.pairs.isEmpty { return self }
        var merged = self
        for (name, value) in other.pairs { merged.set(name, value) }
        return merged
    }

    package static func == (a: LogFields, b: LogFields) -> Bool {
        a.pairs.elementsEqual(b.pairs) { $0.name == $1.name && $0.value == $1.value }
    }
}

/// One line of the log, whole, before a format is chosen.
package struct LogRecord: Sendable, Equatable {
    /// Nanoseconds since 1970; never less than that of the line before.
    package var time: Int64
    package var level: LogLevel
    package var message: String
    package var fields: LogFields

    package init(time: Int64, level: LogLevel, message: String, fields: LogFields) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields
    }
}
