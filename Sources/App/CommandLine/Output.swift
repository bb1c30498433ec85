import FoundationEssentials

/// Where a command writes: data for programs, lines for people, and how far it has come.
///
/// The same command writes to a terminal when it runs by itself, and through the daemon's socket when it runs there.
package protocol Output: Sendable {
    var traits: OutputTraits { get }

    /// A line of data, for standard output.
    func out(_ line: String)
    /// A line for people, for standard error.
    func err(_ line: String)
    /// How far a long command has come; shown on terminals only, nil removes it.
    func progress(_ progress: CommandProgress?)
}

/// What the place is like that a command writes to in the end.
package struct OutputTraits: Sendable, Equatable, Codable {
    /// Whether data is to be JSON.
    package var json = false
    /// Whether standard output shows colours.
    package var colour = false
    /// Width of the terminal.
    package var columns = 80

    package init(json: Bool = false, colour: Bool = false, columns: Int = 80) {
        self.json = json
        self.colour = colour
        self.columns = columns
    }
}

/// How far a long command has come.
package struct CommandProgress: Sendable, Equatable, Codable {
    package var label: String
    package var done: Int
    package var total: Int

    package init(_ label: String, done: Int, total: Int) {
        self.label = label
        self.done = done
        self.total = total
    }
}

extension Output {
    /// Writes `value` as one line of JSON where that was asked for, else the lines.
    package func data(_ value: some Encodable, lines: () -> [String]) throws {
        if !traits.json { return lines().forEach(out) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        out(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// Rows with aligned columns, for lists on a terminal.
package struct TextTable: Sendable {
    private let rows: [[String]]

    package init(_ header: [String], _ rows: [[String]]) { self.rows = [header] + rows }

    package var lines: [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ")
        }
    }
}
