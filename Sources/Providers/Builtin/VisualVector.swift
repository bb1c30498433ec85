/// The visual half of an embedding: 512 components of length one, close for views of one scene.
enum VisualVector {
    static let dimensions = 512

    /// Standardises what was measured against typical photos, so that what is common to all
    /// pictures counts for nothing and unrelated ones stand about at right angles.
    static func make(_ features: [Float]) -> [Float] {
        var vector = [Float](repeating: 0, count: dimensions)
        for i in features.indices {
            let difference = (features[i] - VisualStatistics.mean[i]) * VisualStatistics.scale[i]
            let limit = VisualStatistics.limit[i]
            vector[i] = min(max(difference, -limit), limit)
        }
        normalise(&vector)
        mix(&vector)
        return vector
    }

    /// Scales `vector` to length one; a vector of zeros becomes the first unit vector.
    static func normalise(_ vector: inout [Float]) {
        var sum = 0.0
        for value in vector { sum += Double(value) * Double(value) }
        guard sum > 1e-24 else {
            for i in vector.indices { vector[i] = i == 0 ? 1 : 0 }
            return
        }
        let scale = Float(1 / sum.squareRoot())
        for i in vector.indices { vector[i] *= scale }
    }

    /// Spreads every feature over all components by signs and a Walsh–Hadamard transform.
    ///
    /// Angles stay as they are; no component stands out, which is what quantised search likes.
    private static func mix(_ vector: inout [Float]) {
        for i in vector.indices where signs[i] { vector[i] = -vector[i] }
        var half = 1
        while half < dimensions {
            var start = 0
            while start < dimensions {
                for i in start..<(start + half) {
                    let (p, q) = (vector[i], vector[i + half])
                    vector[i] = p + q
                    vector[i + half] = p - q
                }
                start += 2 * half
            }
            half *= 2
        }
        let scale = Float(1 / Double(dimensions).squareRoot())
        for i in vector.indices { vector[i] *= scale }
    }

    private static let signs: [Bool] = {
        var random = SplitMix64(seed: 0x616e_616c_7973_6572)
        return (0..<dimensions).map { _ in random.next() & 1 == 1 }
    }()
}
