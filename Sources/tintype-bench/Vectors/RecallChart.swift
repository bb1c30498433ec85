import Foundation

/// Recall against queries per second, one line for each index, as an SVG.
struct RecallChart {
    struct Line {
        let name: String
        /// Recall and queries per second of each setting.
        let points: [(recall: Double, throughput: Double)]
        let isOurs: Bool
    }

    let title: String
    let lines: [Line]

    private static let (width, height) = (860.0, 520.0)
    private static let (left, right, top, bottom) = (70.0, 190.0, 40.0, 50.0)
    private static let lowest = 0.8
    private static let colours = [
        "#7a7a7a", "#b07aa1", "#4e79a7", "#f28e2b", "#76b7b2", "#59a14f", "#edc948", "#9c755f",
    ]

    /// Recall runs as the logarithm of what is missing, so that 0.95 and 0.99 lie apart.
    private func x(_ recall: Double) -> Double {
        let scale = { (recall: Double) in -log10(1 - min(recall, 0.9995)) }
        let share =
            (scale(recall) - scale(RecallChart.lowest))
            / (scale(0.9995) - scale(RecallChart.lowest))
        return RecallChart.left
            + share * (RecallChart.width - RecallChart.left - RecallChart.right)
    }

    private func y(_ throughput: Double) -> Double {
        let (low, high) = (log10(500.0), log10(100_000.0))
        let share = (log10(max(throughput, 500)) - low) / (high - low)
        return RecallChart.height - RecallChart.bottom
            - share * (RecallChart.height - RecallChart.top - RecallChart.bottom)
    }

    func svg() -> String {
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(RecallChart.width))" \
            height="\(Int(RecallChart.height))" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            <text x="\(RecallChart.left)" y="24" font-size="15">\(title)</text>
            """
        ]
        parts += grid()
        for (place, line) in lines.enumerated() { parts += draw(line, place) }
        return (parts + ["</svg>", ""]).joined(separator: "\n")
    }

    private func grid() -> [String] {
        let (left, right) = (RecallChart.left, RecallChart.width - RecallChart.right)
        let (top, bottom) = (RecallChart.top, RecallChart.height - RecallChart.bottom)
        let across = [500.0, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000].map { value in
            """
            <path d="M\(left) \(y(value))H\(right)" stroke="#ddd"/>
            <text x="\(left - 6)" y="\(y(value) + 4)" text-anchor="end">\(Int(value))</text>
            """
        }
        let down = [0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999].map { value in
            """
            <path d="M\(x(value)) \(top)V\(bottom)" stroke="#ddd"/>
            <text x="\(x(value))" y="\(bottom + 18)" text-anchor="middle">\(value)</text>
            """
        }
        return across + down + [
            """
            <text x="\((left + right) / 2)" y="\(bottom + 38)" text-anchor="middle">recall@10</text>
            <text x="\(left - 6)" y="\(top - 8)" text-anchor="end">queries/s</text>
            """
        ]
    }

    private func draw(_ line: Line, _ place: Int) -> [String] {
        let colour =
            line.isOurs ? "#d62728" : RecallChart.colours[place % RecallChart.colours.count]
        let points = line.points.filter { $0.recall >= RecallChart.lowest }
        let path = points.map { "\(x($0.recall)),\(y($0.throughput))" }.joined(separator: " ")
        let row = RecallChart.top + 12 + Double(place) * 18
        let column = RecallChart.width - RecallChart.right + 14
        return [
            """
            <polyline points="\(path)" fill="none" stroke="\(colour)" \
            stroke-width="\(line.isOurs ? 3 : 1.5)"/>
            <path d="M\(column) \(row)h20" stroke="\(colour)" \
            stroke-width="\(line.isOurs ? 3 : 1.5)"/>
            <text x="\(column + 26)" y="\(row + 4)">\(line.name)</text>
            """
        ]
    }
}
