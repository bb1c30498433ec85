/// A connected region that stands out from its surroundings as a letter would.
struct LetterShape {
    /// The first and last column and row, in pixels of the plane it was found in.
    var left: Int
    var right: Int
    var top: Int
    var bottom: Int
    var area: Int
    /// Sides of pixels that face the outside.
    var outline: Int
    /// How much it stands out: a sum while it grows, then the mean.
    var contrast: Int

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
    /// The width of a long thin line with this area and outline.
    var stroke: Float { 2 * Float(area) / Float(max(outline, 1)) }

    /// Letters in it if they stand as wide as letters do: small print runs together.
    var letters: Int { max(1, (width * 10 + height * 4) / (height * 8)) }

    /// Whether size, fill and stroke are those of a letter, or of a few that touch.
    var isLetterLike: Bool {
        guard TextLineFinder.letterHeights.contains(height), width <= height * 6,
            width * 14 >= height
        else { return false }
        let fill = Float(area) / Float(width * height)
        let thickness = stroke / Float(height)
        return fill > 0.14 && (fill < 0.88 || width * 5 < height * 2) && contrast >= 9
            && (0.035...0.4).contains(thickness)
    }

    /// Whether `next` could be the letter to the right.
    func mayPrecede(_ next: LetterShape) -> Bool {
        let taller = max(height, next.height)
        let shorter = min(height, next.height)
        let gap = next.left - right
        guard taller * 10 <= shorter * 19, gap * 10 > -taller * 3, gap * 10 < taller * 12,
            next.left + next.right > left + right
        else { return false }
        let aligned =
            abs(next.bottom - bottom) * 4 <= taller || abs(next.top - top) * 5 <= taller
        return aligned && max(stroke, next.stroke) < 2 * min(stroke, next.stroke)
            && max(contrast, next.contrast) * 10 < 19 * min(contrast, next.contrast)
    }
}

extension LetterShape {
    /// Whether `next` could be one more letter of a line that ends with this one.
    func mightPrecede(_ next: LetterShape) -> Bool {
        let taller = max(height, next.height)
        let shorter = min(height, next.height)
        let gap = next.left - right
        guard gap * 10 > -taller, gap * 10 < taller * 6, taller * 10 <= shorter * 19,
            next.width <= 2 * taller
        else { return false }
        let shared = min(bottom, next.bottom) - max(top, next.top) + 1
        return shared * 10 >= shorter * 7
            && max(stroke, next.stroke) * 2 < 5 * min(stroke, next.stroke)
            && max(contrast, next.contrast) * 2 < 5 * min(contrast, next.contrast)
    }
}

/// What of a relief counts as ink.
struct InkThreshold {
    /// 1 for bright ink, −1 for dark.
    let sign: Int
    /// The least that ink stands out.
    let least: Int
    /// The share of the spread around that it stands out by, in 16ths.
    let share: Int
}

extension LetterShape {
    /// The letter-like regions of ink, corners connected.
    ///
    /// Works on runs of pixels with a disjoint-set forest: one pass over the plane.
    static func all(in relief: TextRelief, _ threshold: InkThreshold) -> [LetterShape] {
        var runs: [LetterShape] = []
        var parents: [Int32] = []
        func root(_ run: Int) -> Int {
            var run = run
            while Int(parents[run]) != run {
                parents[run] = parents[Int(parents[run])]
                run = Int(parents[run])
            }
            return run
        }
        var above = 0..<0
        for y in 0..<relief.height {
            // More pieces than any print has: noise, which would only take time.
            guard runs.count * 6 <= relief.values.count else { return [] }
            let start = runs.count
            relief.appendRuns(of: y, threshold, to: &runs)
            for run in start..<runs.count { parents.append(Int32(run)) }
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
                    let (upper, lower) = (root(other), root(run))
                    parents[max(upper, lower)] = Int32(min(upper, lower))
                    other += 1
                }
            }
            above = start..<runs.count
        }
        for run in runs.indices.reversed() {
            let target = root(run)
            if target != run { runs[target].add(runs[run]) }
        }
        return runs.indices.compactMap { run in
            guard Int(parents[run]) == run else { return nil }
            var shape = runs[run]
            shape.contrast /= shape.area
            return shape.isLetterLike ? shape : nil
        }
    }

    private mutating func add(_ other: LetterShape) {
        left = min(left, other.left)
        right = max(right, other.right)
        top = min(top, other.top)
        bottom = max(bottom, other.bottom)
        area += other.area
        outline += other.outline
        contrast += other.contrast
    }
}

extension TextRelief {
    /// Adds the runs of one row, each as a shape of its own with its contrast summed up.
    fileprivate func appendRuns(
        of y: Int, _ threshold: InkThreshold, to runs: inout [LetterShape]
    ) {
        let row = y * width
        var x = 0
        while x < width {
            var end = x
            var contrast = 0
            while end < width {
                let value = Int(values[row + end]) * threshold.sign
                guard value > threshold.least,
                    value * 16 > Int(spread[row + end]) * threshold.share
                else { break }
                contrast += value
                end += 1
            }
            if end > x {
                runs.append(
                    LetterShape(
                        left: x, right: end - 1, top: y, bottom: y, area: end - x,
                        outline: 2 * (end - x) + 2, contrast: contrast))
            }
            x = end + 1
        }
    }
}
