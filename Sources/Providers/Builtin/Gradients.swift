/// Direction and strength of the edges in a plane.
struct Gradients: Sendable {
    let width: Int
    let height: Int
    /// Length of the gradient at every value.
    let strength: Plane
    /// Cosine and sine of twice the direction, times the strength: opposite directions agree.
    let cosine: [Float]
    let sine: [Float]

    init(_ plane: Plane) {
        width = plane.width
        height = plane.height
        var length = [Float](repeating: 0, count: plane.values.count)
        var cosine = length
        var sine = length
        for y in 0..<height {
            let above = max(y - 1, 0) * width
            let below = min(y + 1, height - 1) * width
            for x in 0..<width {
                let i = y * width + x
                let dx =
                    (plane.values[y * width + min(x + 1, width - 1)]
                        - plane.values[y * width + max(x - 1, 0)]) * 0.5
                let dy = (plane.values[below + x] - plane.values[above + x]) * 0.5
                let square = dx * dx + dy * dy
                guard square > 1e-12 else { continue }
                let root = square.squareRoot()
                length[i] = root
                cosine[i] = (dx * dx - dy * dy) / root
                sine[i] = 2 * dx * dy / root
            }
        }
        strength = Plane(width: width, height: height, values: length)
        self.cosine = cosine
        self.sine = sine
    }

    /// A part of the picture, with soft borders.
    enum Part: CaseIterable {
        case whole, top, bottom, left, right, middle, rim

        static let halves: [Part] = [.top, .bottom, .left, .right, .middle, .rim]

        func weight(_ x: Float, _ y: Float) -> Float {
            switch self {
            case .whole: 1
            case .top: 1 - y
            case .bottom: y
            case .left: 1 - x
            case .right: x
            case .middle: 16 * x * (1 - x) * y * (1 - y)
            case .rim: 1 - 16 * x * (1 - x) * y * (1 - y)
            }
        }
    }

    /// Cosines and sines of 2, 4, 6 … times the edge direction, averaged by strength.
    func harmonics(_ orders: Int, in part: Part) -> [Float] {
        var sums = [Float](repeating: 0, count: orders * 2)
        var total: Float = 0
        var area: Float = 0
        let stepX = 1 / Float(width)
        let stepY = 1 / Float(height)
        for y in 0..<height {
            for x in 0..<width {
                let i = y * width + x
                let weight = part.weight((Float(x) + 0.5) * stepX, (Float(y) + 0.5) * stepY)
                area += weight
                let length = strength.values[i]
                guard length > 0 else { continue }
                total += weight * length
                // Multiples of the angle by complex multiplication; `c` and `s` have length one.
                let c = cosine[i] / length
                let s = sine[i] / length
                var (kc, ks) = (c, s)
                for k in 0..<orders {
                    sums[2 * k] += weight * length * kc
                    sums[2 * k + 1] += weight * length * ks
                    (kc, ks) = (kc * c - ks * s, kc * s + ks * c)
                }
            }
        }
        // The floor fades directions out where there is hardly an edge.
        let scale = 1 / (total + 0.012 * area)
        return sums.map { $0 * scale }
    }
}
