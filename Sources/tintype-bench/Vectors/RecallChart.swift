import Foundation

/// Recall against queries per second, one line for each index, as an SVG.
struct RecallChart {
    struct Line {
        let name: String
        let points: [CurvePoint]
        let isOurs: Bool
    }

    let title: String
    let lines: [Line]

    private static let (width, height) = (880.0, 540.0)
    private static let (left, right, top, bottom) = (76.0, 150.0, 66.0, 58.0)
    private static let (lowest, highest) = (0.85, 0.9985)
    private static let colours = [
        "#4e79a7", "#59a14f", "#f28e2b", "#b07aa1", "#76b7b2", "#9c755f", "#edc948",
    ]

    private var points: [CurvePoint] {
        lines.flatMap(\.points).filter { $0.recall10 >= Self.lowest && $0.qps1 > 0 }
    }

    /// Recall runs as the logarithm of what is missing, so that 0.95 and 0.99 lie apart.
    private func x(_ recall: Double) -> Double {
        let scale = { (recall: Double) in -log10(1 - min(recall, Self.highest)) }
        let share =
            (scale(recall) - scale(Self.lowest)) / (scale(Self.highest) - scale(Self.lowest))
        return Self.left + share * (Self.width - Self.left - Self.right)
    }

    private func y(_ throughput: Double) -> Double {
        let rates = points.map(\.qps1)
        let (low, high) = (log10((rates.min() ?? 1) / 1.2), log10((rates.max() ?? 10) * 1.2))
        let share = (log10(throughput) - low) / (high - low)
        return Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
    }

    func svg() -> String {
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \
            \(Int(Self.height))" font-family="system-ui, sans-serif" font-size="12" fill="#333">
            <rect width="100%" height="100%" fill="white"/>
            <text x="\(Self.left)" y="26" font-size="16" font-weight="600">\(title)</text>
            <text x="\(Self.left)" y="46" fill="#666">queries per second of one thread against \
            recall@10; M = 16, ef_construction = 200; up and to the right is better</text>
            """
        let body = lines.enumerated().flatMap { draw($1, $0) }
        return ([head] + grid() + body + names() + ratios() + ["</svg>", ""])
            .joined(separator: "\n")
    }

    private func grid() -> [String] {
        let (left, right) = (Self.left, Self.width - Self.right)
        let (top, bottom) = (Self.top, Self.height - Self.bottom)
        let steps = (2...6).flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }
        let across = steps.filter { top...bottom ~= y($0) }.map { value in
            """
            <path d="M\(left) \(y(value).text(1))H\(right)" stroke="#e4e4e4"/>
            <text x="\(left - 8)" y="\((y(value) + 4).text(1))" text-anchor="end">\
            \(Int(value).grouped)</text>
            """
        }
        let down = [0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998].map { value in
            """
            <path d="M\(x(value).text(1)) \(top)V\(bottom)" stroke="#e4e4e4"/>
            <text x="\(x(value).text(1))" y="\(bottom + 18)" text-anchor="middle">\(value)</text>
            """
        }
        let label = """
            <text x="\((left + right) / 2)" y="\(bottom + 42)" text-anchor="middle">recall@10</text>
            """
        return across + down + [label]
    }

    private func draw(_ line: Line, _ place: Int) -> [String] {
        let shown = line.points.filter { Self.lowest...Self.highest ~= $0.recall10 }
        let places = shown.map { "\(x($0.recall10).text(1)),\(y($0.qps1).text(1))" }
        let dots = shown.map {
            """
            <circle cx="\(x($0.recall10).text(1))" cy="\(y($0.qps1).text(1))" \
            r="\(line.isOurs ? 3.5 : 2.5)" fill="\(colour(place))"><title>\(line.name), ef \($0.ef): \
            \(Int($0.qps1).grouped)/s at \($0.recall10.text(4))</title></circle>
            """
        }
        let path = """
            <polyline points="\(places.joined(separator: " "))" fill="none" \
            stroke="\(colour(place))" stroke-width="\(line.isOurs ? 3 : 1.5)"/>
            """
        return [path] + dots
    }

    private func colour(_ place: Int) -> String {
        lines[place].isOurs ? "#d62728" : Self.colours[place % Self.colours.count]
    }

    /// Each line's name at its end, moved apart where ends lie close together.
    private func names() -> [String] {
        let ends = lines.indices.compactMap { place -> (place: Int, y: Double)? in
            lines[place].points.last { Self.lowest...Self.highest ~= $0.recall10 }
                .map { (place, y($0.qps1)) }
        }.sorted { $0.y < $1.y }
        var last = -Double.infinity
        return ends.map { end in
            let height = max(end.y + 4, last + 16)
            last = height
            let weight = lines[end.place].isOurs ? 700 : 400
            return """
                <text x="\(Self.width - Self.right + 10)" y="\(height.text(1))" \
                fill="\(colour(end.place))" font-weight="\(weight)">\(lines[end.place].name)</text>
                """
        }
    }

    /// How far ours is above the best of the others, where it is asked for.
    private func ratios() -> [String] {
        [0.95, 0.99].compactMap { recall in
            let rates = lines.map {
                (isOurs: $0.isOurs, rate: $0.points.throughput(at: recall)?.one)
            }
            guard let ours = rates.first(where: \.isOurs)?.rate,
                let peer = rates.filter({ !$0.isOurs }).compactMap(\.rate).max()
            else { return nil }
            let middle = (y(ours) + y(peer)) / 2
            return """
                <path d="M\(x(recall).text(1)) \((y(ours) + 6).text(1))V\((y(peer) - 5).text(1))" \
                stroke="#333" stroke-dasharray="3 3"/>
                <text x="\((x(recall) + 7).text(1))" y="\(middle.text(1))" font-size="14" \
                font-weight="600">\((ours / peer).text(1)) ×</text>
                """
        }
    }
}
