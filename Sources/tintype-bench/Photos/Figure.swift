import Foundation

/// One line of the table: what was measured, what it should be, and what it was.
struct Figure {
    let work: String
    let goal: String
    let ours: String
    var peer = "–"
    var ratio = "–"
    /// Nil where there is nothing to reach.
    let isReached: Bool?

    /// The lines as a table in Markdown.
    static func table(_ figures: [Figure]) -> String {
        let head = [
            "| work | to reach | ours | peer | ratio | reached |", "|---|---|---|---|---|---|",
        ]
        let lines = figures.map { figure in
            let mark = figure.isReached.map { $0 ? "yes" : "**no**" } ?? ""
            return "| \(figure.work) | \(figure.goal) | \(figure.ours) | \(figure.peer) "
                + "| \(figure.ratio) | \(mark) |"
        }
        return (head + lines).joined(separator: "\n")
    }
}

/// Repeated measurements of one thing.
struct Samples {
    var values: [Double] = []

    /// The middle one; 0 where nothing was measured.
    var median: Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    var minimum: Double { values.min() ?? 0 }
    var maximum: Double { values.max() ?? 0 }

    /// The value that so many of a hundred do not exceed; 0 where nothing was measured.
    func percentile(_ share: Int) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * share / 100)]
    }

    /// The median and, in brackets, the least and the greatest.
    func text(_ unit: String, decimals: Int = 0) -> String {
        "\(median.text(decimals)) \(unit) (\(minimum.text(decimals))–\(maximum.text(decimals)))"
    }

    /// Adds the milliseconds that `body` takes.
    mutating func measure<T>(_ body: () async throws -> T) async rethrows -> T {
        let start = ContinuousClock.now
        let result = try await body()
        values.append(start.duration(to: .now) / .milliseconds(1))
        return result
    }
}

extension Double {
    func text(_ decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}

/// Why a measurement cannot be made.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A word to who waits; the table alone goes to standard output.
func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}
