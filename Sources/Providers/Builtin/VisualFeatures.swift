/// What a picture looks like, as numbers that barely move between near views of one scene.
///
/// Colour is taken relative to lightness and lightness relative to its mean, so exposure does not
/// count for much; tilt and position enter only through smooth functions.
enum VisualFeatures {
    /// The raw features of `image`: colour, tone, layout, lines, texture; `count` values.
    static func measure(_ image: SceneImage) -> [Float] {
        var features: [Float] = []
        features.reserveCapacity(count)
        features += colors(image)
        features += tone(image)
        features += layout(image)
        features += lines(image)
        features += texture(image)
        features += filters(image)
        features += exposure(image)
        return features
    }

    static let count =
        hueCount * 3 + 1 + (hueCount + 1) * 3 + 3
        + 10 + 4
        + 3 * 15
        + 4 * 8 + 4 * 6
        + 5 + 3 * 3 + 15
        + filterCount * 2
        + 3

    // MARK: Colour

    static let hueCount = 12

    /// Shares of hues at three levels of saturation, then of hues in the dark, middle and bright
    /// parts, then the correlations of the three planes.
    private static func colors(_ image: SceneImage) -> [Float] {
        var saturated = [Float](repeating: 0, count: hueCount * 3 + 1)
        var lit = [Float](repeating: 0, count: (hueCount + 1) * 3)
        var hues = [Float](repeating: 0, count: hueCount)
        for i in 0..<image.count {
            let x = image.redness.values[i]
            let y = image.yellowness.values[i]
            let strength = (x * x + y * y).squareRoot()
            let levels = saturationLevels(strength)
            let depth = depthLevels(image.relativeLightness.values[i])
            saturated[hueCount * 3] += levels.0
            let color = 1 - levels.0
            if color > 0 {
                hueShares(x / strength, y / strength, into: &hues)
                for h in 0..<hueCount {
                    let share = hues[h]
                    saturated[h] += share * levels.1
                    saturated[hueCount + h] += share * levels.2
                    saturated[hueCount * 2 + h] += share * levels.3
                    lit[h] += share * color * depth.0
                    lit[hueCount + 1 + h] += share * color * depth.1
                    lit[(hueCount + 1) * 2 + h] += share * color * depth.2
                }
            }
            lit[hueCount] += levels.0 * depth.0
            lit[hueCount * 2 + 1] += levels.0 * depth.1
            lit[hueCount * 3 + 2] += levels.0 * depth.2
        }
        let scale = 1 / Float(image.count)
        let shares = (saturated + lit).map { ($0 * scale).squareRoot() }
        return shares + [
            correlation(image.relativeLightness, image.redness),
            correlation(image.relativeLightness, image.yellowness),
            correlation(image.redness, image.yellowness),
        ]
    }

    /// Memberships in neutral, muted, clear and vivid; they add up to one.
    private static func saturationLevels(_ strength: Float) -> (Float, Float, Float, Float) {
        let muted = ramp(strength, from: 0.03, to: 0.14)
        let clear = ramp(strength, from: 0.14, to: 0.42)
        let vivid = ramp(strength, from: 0.42, to: 0.95)
        return (1 - muted, muted - clear, clear - vivid, vivid)
    }

    /// Memberships in the dark, middle and bright parts; they add up to one.
    private static func depthLevels(_ relative: Float) -> (Float, Float, Float) {
        let middle = ramp(relative, from: 0.5, to: 0.95)
        let bright = ramp(relative, from: 1.0, to: 1.4)
        return (1 - middle, middle - bright, bright)
    }

    /// Unit vectors of the hues, evenly around the circle.
    private static let hueDirections: [(Float, Float)] = CircleTable.directions(hueCount)

    private static func hueShares(_ x: Float, _ y: Float, into shares: inout [Float]) {
        var sum: Float = 0
        for h in 0..<hueCount {
            let direction = hueDirections[h]
            let along = max(0, x * direction.0 + y * direction.1)
            let second = along * along
            let fourth = second * second
            let share = fourth * fourth * fourth
            shares[h] = share
            sum += share
        }
        let scale = 1 / max(sum, 1e-6)
        for h in 0..<hueCount { shares[h] *= scale }
    }

    private static func correlation(_ p: Plane, _ q: Plane) -> Float {
        let (mp, mq) = (p.mean, q.mean)
        var sum: Float = 0
        for i in p.values.indices { sum += (p.values[i] - mp) * (q.values[i] - mq) }
        // The floors keep a nearly flat plane from turning noise into correlation.
        return sum / Float(p.values.count) / ((p.deviation + 0.03) * (q.deviation + 0.03))
    }

    // MARK: Tone

    /// The histogram of relative lightness, then its spread, lean, and the spread of colour.
    private static func tone(_ image: SceneImage) -> [Float] {
        var bins = [Float](repeating: 0, count: 10)
        var cubes: Float = 0
        for value in image.relativeLightness.values {
            let position = min(max((value - 0.2) * 5.5, 0), 8.999)
            let bin = Int(position)
            bins[bin] += 1 - (position - Float(bin))
            bins[bin + 1] += position - Float(bin)
            cubes += (value - 1) * (value - 1) * (value - 1)
        }
        let scale = 1 / Float(image.count)
        let spread = image.relativeLightness.deviation
        return bins.map { ($0 * scale).squareRoot() } + [
            spread,
            cubes * scale / ((spread + 0.05) * (spread + 0.05) * (spread + 0.05)),
            image.redness.deviation,
            image.yellowness.deviation,
        ]
    }

    // MARK: Layout

    /// The lowest frequencies of the three planes: where it is light, red and yellow.
    private static func layout(_ image: SceneImage) -> [Float] {
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

    // MARK: Lines

    /// Directions of edges as harmonics of their angle: of the whole at four scales, then of six
    /// overlapping parts at one.
    private static func lines(_ image: SceneImage) -> [Float] {
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

    // MARK: Texture

    /// Energies of detail in five octaves, of colour detail in three, and where detail lies.
    private static func texture(_ image: SceneImage) -> [Float] {
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

    // MARK: Filters

    static let filterCount = 24

    /// Mean answers of fixed random filters over all three planes at two scales.
    private static func filters(_ image: SceneImage) -> [Float] {
        var planes = [image.relativeLightness, image.redness, image.yellowness]
        var features: [Float] = []
        for _ in 0..<2 {
            planes = planes.map { $0.halved() }
            features += RandomFilters.answers(planes, count: filterCount)
        }
        return features
    }

    // MARK: Exposure

    /// Mean lightness and the shares of dark and bright, which tell night from snow.
    private static func exposure(_ image: SceneImage) -> [Float] {
        var dark: Float = 0
        var bright: Float = 0
        for l in image.lightness.values {
            dark += ramp(l, from: 40, to: 12)
            bright += ramp(l, from: 60, to: 92)
        }
        let count = Float(image.count)
        return [image.meanLightness / 100, dark / count, bright / count]
    }
}

/// From 0 to 1 while `value` goes from `low` to `high`.
func ramp(_ value: Float, from low: Float, to high: Float) -> Float {
    min(max((value - low) / (high - low), 0), 1)
}
