/// A connected region that differs from its background.
struct Shape: Sendable {
    var left: Int
    var right: Int
    var top: Int
    var bottom: Int
    var area = 0
    /// Sides of pixels that face the outside.
    var outline = 0
    /// Summed difference from the background, then its mean.
    var contrast: Float = 0

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
    /// The width of a long thin line with this area and outline.
    var stroke: Float { 2 * Float(area) / Float(max(outline, 1)) }

    /// Whether size, fill and stroke are those of a letter.
    var isLetterLike: Bool {
        guard (6...150).contains(height), width <= height * 2, width * 12 >= height else {
            return false
        }
        let fill = Float(area) / Float(width * height)
        let thickness = stroke / Float(height)
        return fill > 0.15 && (fill < 0.85 || width * 3 < height) && contrast > 22
            && (0.04...0.36).contains(thickness)
    }

    /// Whether `next` could be the letter to the right.
    func mayPrecede(_ next: Shape) -> Bool {
        let taller = max(height, next.height)
        let shorter = min(height, next.height)
        let gap = next.left - right
        guard taller * 10 <= shorter * 19, gap * 10 > -taller * 3, gap * 10 < taller * 11,
            next.left + next.right > left + right
        else { return false }
        let aligned =
            abs(next.bottom - bottom) * 4 <= taller || abs(next.top - top) * 5 <= taller
        guard aligned else { return false }
        let strokes = max(stroke, next.stroke) < 2 * min(stroke, next.stroke)
        let contrasts = max(contrast, next.contrast) < 1.7 * min(contrast, next.contrast)
        return strokes && contrasts
    }
}

extension Shape {
    /// The connected regions, corners included, that rise above the background by more than
    /// `threshold`, or with `sign` −1 lie as much below it.
    ///
    /// Works on runs of pixels with a disjoint-set forest: one pass over the picture.
    static func all(in relief: Plane, sign: Float, threshold: Float) -> [Shape] {
        var runs: [Shape] = []
        var parents: [Int] = []
        func root(_ run: Int) -> Int {
            var run = run
            while parents[run] != run {
                parents[run] = parents[parents[run]]
                run = parents[run]
            }
            return run
        }
        var above = 0..<0
        for y in 0..<relief.height {
            // More pieces than any print has: noise, which would only take time.
            guard runs.count * 5 <= relief.values.count else { return [] }
            let start = runs.count
            appendRuns(of: y, in: relief, sign, threshold, to: &runs)
            parents.append(contentsOf: start..<runs.count)
            var candidate = above.lowerBound
            for run in start..<runs.count {
                while candidate < above.upperBound && runs[candidate].right < runs[run].left - 1 {
                    candidate += 1
                }
                var other = candidate
                while other < above.upperBound && runs[other].left <= runs[run].right + 1 {
                    let shared =
                        min(runs[other].right, runs[run].right)
                        - max(runs[other].left, runs[run].left) + 1
                    runs[run].outline -= 2 * max(shared, 0)
                    parents[root(run)] = root(other)
                    other += 1
                }
            }
            above = start..<runs.count
        }
        return merged(runs, root)
    }

    /// Adds the runs of one row, each as a shape of its own with its contrast summed up.
    private static func appendRuns(
        of y: Int, in relief: Plane, _ sign: Float, _ threshold: Float, to runs: inout [Shape]
    ) {
        var x = 0
        let row = y * relief.width
        while x < relief.width {
            guard relief.values[row + x] * sign > threshold else {
                x += 1
                continue
            }
            var run = Shape(left: x, right: x, top: y, bottom: y)
            while x < relief.width, relief.values[row + x] * sign > threshold {
                run.contrast += relief.values[row + x] * sign
                x += 1
            }
            run.right = x - 1
            run.area = run.width
            run.outline = 2 * run.width + 2
            runs.append(run)
        }
    }

    /// Joins the runs of each root; contrasts become means.
    private static func merged(_ runs: [Shape], _ root: (Int) -> Int) -> [Shape] {
        var shapes = runs
        for run in runs.indices {
            let target = root(run)
            guard target != run else { continue }
            shapes[target].left = min(shapes[target].left, runs[run].left)
            shapes[target].right = max(shapes[target].right, runs[run].right)
            shapes[target].top = min(shapes[target].top, runs[run].top)
            shapes[target].bottom = max(shapes[target].bottom, runs[run].bottom)
            shapes[target].area += runs[run].area
            shapes[target].outline += runs[run].outline
            shapes[target].contrast += runs[run].contrast
        }
        return runs.indices.filter { root($0) == $0 }.map { run in
            var shape = shapes[run]
            shape.contrast /= Float(shape.area)
            return shape
        }
    }
}
