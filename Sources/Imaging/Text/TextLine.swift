import Glibc

/// Shapes that stand in a row like the letters of a line, and the curve they stand on.
struct TextLine {
    /// From left to right, in pixels of the plane they were found in.
    let letters: [LetterShape]
    /// Pixels of the picture for one of the plane.
    let scale: Float
    /// Which of the planes.
    let plane: Int
    /// 1 for bright ink, −1 for dark.
    let sign: Int
    /// How much the shapes look like a line: letters, less what is irregular among them.
    let quality: Float
    let baseline: Baseline
    /// The height of most capitals, and of what rises highest.
    let capital: Float
    let ascent: Float

    init?(_ letters: [LetterShape], scale: Float, plane: Int, sign: Int) {
        guard let baseline = Baseline(letters) else { return nil }
        let heights = letters.map { baseline.height(of: $0) }.sorted()
        let capital = heights[heights.count * 3 / 4]
        guard capital > 5 else { return nil }
        self.letters = letters
        self.scale = scale
        self.plane = plane
        self.sign = sign
        self.baseline = baseline
        self.capital = capital
        ascent = min(heights[heights.count - 1], capital * 1.4)
        quality = TextLine.quality(letters, baseline, capital)
    }

    /// Its quality, less where there are few pixels to read.
    var rank: Float { quality * (0.75 + 0.25 * min(1, capital / 20)) }

    /// The rectangle around the letters, in pixels of the picture.
    var box: TextBox {
        TextBox(
            left: scale * Float(letters.map(\.left).min() ?? 0),
            top: scale * Float(letters.map(\.top).min() ?? 0),
            right: scale * Float((letters.map(\.right).max() ?? 0) + 1),
            bottom: scale * Float((letters.map(\.bottom).max() ?? 0) + 1))
    }

    private static func quality(
        _ letters: [LetterShape], _ baseline: Baseline, _ capital: Float
    ) -> Float {
        let count = Float(letters.count)
        let stroke = letters.reduce(0) { $0 + $1.stroke } / count
        let contrast = letters.reduce(0) { $0 + Float($1.contrast) } / count
        var strokes: Float = 0
        var contrasts: Float = 0
        var heights: Float = 0
        for letter in letters {
            strokes += abs(letter.stroke - stroke)
            contrasts += abs(Float(letter.contrast) - contrast)
            // Small letters are lower than capitals, so only what is unlike both is irregular.
            let height = baseline.height(of: letter) / capital
            heights += min(abs(height - 1), abs(height - 0.74))
        }
        let regular =
            fall(heights / count, from: 0.08, to: 0.3)
            * fall(strokes / count / stroke, from: 0.2, to: 0.45)
            * fall(contrasts / count / contrast, from: 0.18, to: 0.45)
            * fall(baseline.error / capital, from: 0.07, to: 0.2)
        // A shape as wide as several letters may be some that touch, but rather is none.
        let touching = letters.reduce(0) { $0 + min($1.letters - 1, 2) }
        let width = Float(letters.reduce(0) { $0 + $1.letters }) / count
        return (count + 0.4 * Float(touching) - 1.4) * regular * fall(width, from: 1.6, to: 3.4)
    }

    private static func fall(_ value: Float, from full: Float, to none: Float) -> Float {
        min(1, max(0, (none - value) / (none - full)))
    }
}

/// A rectangle in a picture.
struct TextBox {
    var left: Float
    var top: Float
    var right: Float
    var bottom: Float

    /// The part of the smaller of two that lies in the other.
    func overlap(_ other: TextBox) -> Float {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        guard across > 0, down > 0 else { return 0 }
        return across * down / min(area, other.area)
    }

    private var area: Float { max(1, (right - left) * (bottom - top)) }
}

/// The curve that the letters of a line stand on: a slope and, in turned coordinates, a parabola.
struct Baseline {
    let cosine: Float
    let sine: Float
    /// v = a + b u + c u², u along the slope and v across it.
    private var a: Float = 0
    private var b: Float = 0
    private var c: Float = 0
    /// Mean distance of the letters' feet from it, those that reach below left out.
    private(set) var error: Float = 0

    init?(_ letters: [LetterShape]) {
        guard letters.count >= 2 else { return nil }
        let feet = letters.map { (x: Float($0.left + $0.right) / 2, y: Float($0.bottom)) }
        let height = letters.map { Float($0.height) }.sorted()[letters.count / 2]
        let line = Baseline.fit(
            feet.map(\.x), feet.map(\.y), [Float](repeating: 1, count: feet.count), bends: false)
        guard abs(line.1) < 0.6 else { return nil }
        let angle = atanf(line.1)
        cosine = cosf(angle)
        sine = sinf(angle)
        let u = feet.map { $0.x * cosine + $0.y * sine }
        let v = feet.map { $0.y * cosine - $0.x * sine }
        var weights = [Float](repeating: 1, count: u.count)
        let span = (u.max() ?? 0) - (u.min() ?? 0)
        for _ in 0..<4 {
            let bends = weights.reduce(0, +) > 4.5 && span > 3 * height
            (a, b, c) = Baseline.fit(u, v, weights, bends: bends)
            // Flatter than a real bend is noise, steeper no line.
            if abs(c) * span * span > 2.4 * height {
                (a, b, c) = Baseline.fit(u, v, weights, bends: false)
            }
            for i in u.indices {
                let below = v[i] - self.v(at: u[i])
                weights[i] = below > 0.14 * height ? 0.05 : below < -0.25 * height ? 0.3 : 1
            }
        }
        var sum: Float = 0
        var total: Float = 0
        for i in u.indices {
            sum += weights[i] * abs(v[i] - self.v(at: u[i]))
            total += weights[i]
        }
        error = sum / max(total, 0.1) + 0.25 * height * (1 - total / Float(u.count))
    }

    func v(at u: Float) -> Float { a + b * u + c * u * u }

    /// Where along and how far across the slope a point lies.
    func turned(_ x: Float, _ y: Float) -> (u: Float, v: Float) {
        (x * cosine + y * sine, y * cosine - x * sine)
    }

    /// The point so far along, and so far above the curve.
    func point(_ u: Float, above: Float) -> (x: Float, y: Float) {
        let v = v(at: u) - above
        return (u * cosine - v * sine, u * sine + v * cosine)
    }

    /// How high a letter rises above the curve.
    func height(of letter: LetterShape) -> Float {
        let (u, v) = turned(Float(letter.left + letter.right) / 2, Float(letter.top))
        // A slanted letter's box is taller than the letter.
        return self.v(at: u) - v - abs(sine) * Float(letter.width) * 0.5
    }

    /// Weighted least squares, about the mean so that single precision suffices.
    private static func fit(
        _ x: [Float], _ y: [Float], _ weights: [Float], bends: Bool
    ) -> (Float, Float, Float) {
        var (w, mx, my): (Double, Double, Double) = (0, 0, 0)
        for i in x.indices {
            w += Double(weights[i])
            mx += Double(weights[i] * x[i])
            my += Double(weights[i] * y[i])
        }
        mx /= w
        my /= w
        var (s2, s3, s4, t1, t2): (Double, Double, Double, Double, Double) = (0, 0, 0, 0, 0)
        for i in x.indices {
            let (dx, dy, weight) = (Double(x[i]) - mx, Double(y[i]) - my, Double(weights[i]))
            s2 += weight * dx * dx
            s3 += weight * dx * dx * dx
            s4 += weight * dx * dx * dx * dx
            t1 += weight * dx * dy
            t2 += weight * dx * dx * dy
        }
        guard s2 > 0 else { return (Float(my), 0, 0) }
        var (p, q, r) = (0.0, t1 / s2, 0.0)
        let determinant = s2 * (s4 - s2 * s2 / w) - s3 * s3
        if bends, determinant > 1e-6 * s2 * s4 {
            r = (t2 * s2 - t1 * s3) / determinant
            q = (t1 - s3 * r) / s2
            p = -s2 * r / w
        }
        // Back from coordinates about the mean.
        return (
            Float(my + p - q * mx + r * mx * mx), Float(q - 2 * r * mx), Float(r)
        )
    }
}
