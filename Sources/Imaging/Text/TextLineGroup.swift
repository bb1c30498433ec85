/// Candidates that are about one line of the picture, the most line-like first.
struct TextLineGroup {
    private(set) var lines: [TextLine]
    private let box: TextBox

    /// At most this many lines are read, each tried in so many ways.
    private static let mostGroups = 40
    private static let mostTries = 3

    /// Sorts candidates, the best first, by the place they are about.
    static func groups(of candidates: [TextLine]) -> [TextLineGroup] {
        var groups: [TextLineGroup] = []
        for line in candidates.prefix(1_500) {
            let box = line.box
            if let index = groups.firstIndex(where: { $0.box.overlap(box) > 0.4 }) {
                if groups[index].lines.count < mostTries { groups[index].lines.append(line) }
            } else if groups.count < mostGroups {
                groups.append(TextLineGroup(lines: [line], box: box))
            }
        }
        return groups
    }
}
