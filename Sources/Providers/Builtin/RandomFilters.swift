/// Fixed pseudo-random filters over lightness and colour: a vocabulary of small patterns.
///
/// How often each pattern occurs tells textures and colour edges apart that no named measure
/// covers (random features after Rahimi & Recht 2007).
enum RandomFilters {
    /// Filter coefficients over 3 × 3 places and three planes.
    private static let weights: [[Float]] = {
        var random = SplitMix64(seed: 0x7469_6e74_7970_6521)
        return (0..<64).map { _ in
            var weights = (0..<27).map { _ in random.centered() }
            // Colour planes vary less than lightness and are weighed up.
            for i in 9..<27 { weights[i] *= 2 }
            // Each plane's part adds up to zero: only differences count, not the level.
            for plane in 0..<3 {
                let mean = weights[plane * 9..<plane * 9 + 9].reduce(0, +) / 9
                for i in plane * 9..<plane * 9 + 9 { weights[i] -= mean }
            }
            return weights
        }
    }()

    /// For each filter, how often its pattern or the negative of it is there, 0…1.
    static func answers(_ planes: [Plane], count: Int) -> [Float] {
        let (width, height) = (planes[0].width, planes[0].height)
        var sums = [Float](repeating: 0, count: count)
        var patch = [Float](repeating: 0, count: 27)
        for y in 0..<height {
            for x in 0..<width {
                var i = 0
                for plane in planes {
                    for dy in -1...1 {
                        let row = min(max(y + dy, 0), height - 1) * width
                        for dx in -1...1 {
                            patch[i] = plane.values[row + min(max(x + dx, 0), width - 1)]
                            i += 1
                        }
                    }
                }
                for f in 0..<count {
                    let filter = weights[f]
                    var answer: Float = 0
                    for k in 0..<27 { answer += filter[k] * patch[k] }
                    let size = abs(answer)
                    sums[f] += size / (size + 0.15)
                }
            }
        }
        let scale = 1 / Float(width * height)
        return sums.map { $0 * scale }
    }
}

/// A small generator of reproducible numbers (Steele, Lea & Flood 2014).
struct SplitMix64: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number in −1…1, denser around zero.
    mutating func centered() -> Float {
        let bits = next()
        let first = Float(bits & 0xffff)
        let second = Float((bits >> 16) & 0xffff)
        return (first + second) / 65535 - 1
    }
}
