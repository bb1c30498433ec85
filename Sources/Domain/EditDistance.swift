/// Finds what somebody probably meant to type.
package enum EditDistance {
    /// The candidate nearest to `word`, if it is near enough to be worth a hint.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let best =
            candidates
            .map { (name: $0, distance: between(word, $0)) }
            .min { $0.distance < $1.distance }
        guard let best, best.distance <= max(2, min(word.count, best.name.count) / 3) else {
            return nil
        }
        return best.name
    }

    /// Insertions, deletions and substitutions that turn `a` into `b` (Levenshtein); long words are cut at 64.
    package static func between(_ a: String, _ b: String) -> Int {
        let a = Array(a.unicodeScalars.prefix(64))
        let b = Array(b.unicodeScalars.prefix(64))
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let substituted = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
