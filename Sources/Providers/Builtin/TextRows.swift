import Domain

/// Looks for rows of letter-like shapes: alike in height, stroke and contrast, on one base line.
struct TextRows {
    private(set) var score: Float = 0

    init(_ raster: Raster) {
        let luma = TextRows.luma(raster)
        let radius = max(6, max(raster.width, raster.height) / 28)
        let relief = luma.subtracting(luma.boxBlurred(radius: radius))
        for sign in [Float(1), -1] {
            // Faint print needs a low threshold; on a lively ground a high one cuts letters free.
            for threshold in [Float(14), 42] where score < 1 {
                let shapes = Shape.all(in: relief, sign: sign, threshold: threshold)
                score = max(score, TextRows.score(shapes.filter(\.isLetterLike)))
            }
        }
    }

    private static func luma(_ raster: Raster) -> Plane {
        var values = [Float](repeating: 0, count: raster.width * raster.height)
        for i in values.indices {
            let (r, g, b) = (raster.rgb[3 * i], raster.rgb[3 * i + 1], raster.rgb[3 * i + 2])
            values[i] = Float((Int(r) * 77 + Int(g) * 150 + Int(b) * 29) >> 8)
        }
        return Plane(width: raster.width, height: raster.height, values: values)
    }

    /// Adds up the rows; a row among many shapes in no order is chance and counts little.
    private static func score(_ shapes: [Shape]) -> Float {
        let sorted = shapes.sorted { ($0.left, $0.top) < ($1.left, $1.top) }
        var next = [Int](repeating: -1, count: sorted.count)
        var taken = [Bool](repeating: false, count: sorted.count)
        for i in sorted.indices {
            var nearest = Float.greatestFiniteMagnitude
            for j in sorted.indices[(i + 1)...] {
                let gap = sorted[j].left - sorted[i].right
                if sorted[j].left > sorted[i].right + 2 * sorted[i].height { break }
                guard !taken[j], sorted[i].mayPrecede(sorted[j]) else { continue }
                let distance = Float(gap) + 2 * Float(abs(sorted[j].bottom - sorted[i].bottom))
                if distance < nearest {
                    nearest = distance
                    next[i] = j
                }
            }
            if next[i] >= 0 { taken[next[i]] = true }
        }
        var total: Float = 0
        for start in sorted.indices where !taken[start] {
            var row: [Shape] = []
            var i = start
            while i >= 0 {
                row.append(sorted[i])
                i = next[i]
            }
            total += rowScore(row)
        }
        // Letters stand in rows; of the clutter of a texture only a few shapes happen to.
        let share = total * 4 / Float(sorted.count + 8)
        return total * 1.75 * min(1, share)
    }

    /// The number of letters beyond the first few, weighed by how regular the row is.
    private static func rowScore(_ row: [Shape]) -> Float {
        guard row.count >= 4 else { return 0 }
        let count = Float(row.count)
        let height = row.reduce(0) { $0 + Float($1.height) } / count
        let stroke = row.reduce(0) { $0 + $1.stroke } / count
        var heights: Float = 0
        var strokes: Float = 0
        var contrasts: Float = 0
        let contrast = row.reduce(0) { $0 + $1.contrast } / count
        for shape in row {
            heights += abs(Float(shape.height) - height)
            strokes += abs(shape.stroke - stroke)
            contrasts += abs(shape.contrast - contrast)
        }
        let regular =
            ramp(heights / count / height, from: 0.34, to: 0.16)
            * ramp(strokes / count / stroke, from: 0.4, to: 0.18)
            * ramp(contrasts / count / contrast, from: 0.35, to: 0.15)
            * ramp(baselineError(row) / height, from: 0.2, to: 0.07)
        return (count - 2.4) * regular
    }

    /// Mean distance of the lower ends from a straight line through them.
    private static func baselineError(_ row: [Shape]) -> Float {
        let count = Float(row.count)
        let x = row.map { Float($0.left + $0.right) * 0.5 }
        let y = row.map { Float($0.bottom) }
        let mx = x.reduce(0, +) / count
        let my = y.reduce(0, +) / count
        var xx: Float = 0
        var xy: Float = 0
        for i in x.indices {
            xx += (x[i] - mx) * (x[i] - mx)
            xy += (x[i] - mx) * (y[i] - my)
        }
        let slope = xx > 0 ? xy / xx : 0
        var error: Float = 0
        for i in x.indices { error += abs(y[i] - my - slope * (x[i] - mx)) }
        return error / count
    }
}
