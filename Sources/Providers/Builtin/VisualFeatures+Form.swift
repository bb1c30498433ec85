/// Layout, lines, texture and small patterns.
extension VisualFeatures {
    /// The lowest frequencies of the three planes: where it is light, red and yellow.
    static func layout(_ image: SceneImage) -> [Float] {
        [image.relativeLightness, image.redness, image.yellowness].flatMap { plane in
            let waves = lowFrequencies(plane)
            let scale = 1 / (plane.deviation + 0.04)
            return waves.map { $0 * scale }
        }
    }

    /// The fifteen cosine coefficients below frequency 4 in both directions, without the mean.
    private static func lowFrequencies(_ plane: Plane) -> [Float] {
        let across = CircleTable.cosines(plane.width, 4)
        let down = CircleTable.cosines(plane.height, 4)
        var sums = [Float](repeating: 0, count: 16)
        for y in 0..<plane.height {
            var row: (Float, Float, Float, Float) = (0, 0, 0, 0)
            for x in 0..<plane.width {
                let value = plane[x, y]
                row.0 += value
                row.1 += value * across[1][x]
                row.2 += value * across[2][x]
                row.3 += value * across[3][x]
            }
            for v in 0..<4 {
                let weight = down[v][y]
                sums[v * 4] += row.0 * weight
                sums[v * 4 + 1] += row.1 * weight
                sums[v * 4 + 2] += row.2 * weight
                sums[v * 4 + 3] += row.3 * weight
            }
        }
        let scale = 1 / Float(plane.values.count)
        return sums.dropFirst().map { $0 * scale }
    }

    /// Directions of edges as harmonics of their angle: of the whole at four scales, then of six
    /// overlapping parts at one.
    static func lines(_ image: SceneImage) -> [Float] {
        var features: [Float] = []
        var plane = image.relativeLightness.boxBlurred(radius: 1)
        for scale in 0..<4 {
            let gradients = Gradients(plane)
            features += gradients.harmonics(4, in: .whole)
            if scale == 1 {
                for part in Gradients.Part.halves { features += gradients.harmonics(2, in: part) }
            }
            plane = plane.halved()
        }
        return features
    }

    /// Energies of detail in five octaves, of colour detail in three, and where detail lies.
    static func texture(_ image: SceneImage) -> [Float] {
        var features: [Float] = []
        var plane = image.relativeLightness
        for _ in 0..<5 {
            let coarse = plane.boxBlurred(radius: 1)
            features.append(logEnergy(plane, minus: coarse))
            plane = plane.halved()
        }
        for color in [image.redness, image.yellowness] {
            var plane = color
            for _ in 0..<3 {
                features.append(logEnergy(plane, minus: plane.boxBlurred(radius: 1)))
                plane = plane.halved()
            }
        }
        // Sparse detail (a few strong edges) against dense detail (grain everywhere).
        plane = image.relativeLightness
        for _ in 0..<3 {
            features.append(density(plane, minus: plane.boxBlurred(radius: 1)))
            plane = plane.halved()
        }
        let half = image.relativeLightness.halved()
        let strength = Gradients(half).strength.map { ($0 + 0.01).squareRoot() }
        let scale = 1 / (strength.mean)
        features += lowFrequencies(strength).map { $0 * scale }
        return features
    }

    private static func logEnergy(_ plane: Plane, minus coarse: Plane) -> Float {
        var sum: Float = 0
        for i in plane.values.indices {
            let detail = plane.values[i] - coarse.values[i]
            sum += detail * detail
        }
        return CircleTable.logarithm(sum / Float(plane.values.count) + 4e-5)
    }

    private static func density(_ plane: Plane, minus coarse: Plane) -> Float {
        var first: Float = 0
        var second: Float = 0
        for i in plane.values.indices {
            let detail = abs(plane.values[i] - coarse.values[i])
            first += detail
            second += detail * detail
        }
        let count = Float(plane.values.count)
        return (first / count + 0.004) / ((second / count).squareRoot() + 0.005)
    }

    static let filterCount = 24

    /// Mean answers of fixed random filters over all three planes at two scales.
    static func filters(_ image: SceneImage) -> [Float] {
        var planes = [image.relativeLightness, image.redness, image.yellowness]
        var features: [Float] = []
        for _ in 0..<2 {
            planes = planes.map { $0.halved() }
            features += RandomFilters.answers(planes, count: filterCount)
        }
        return features
    }
}
