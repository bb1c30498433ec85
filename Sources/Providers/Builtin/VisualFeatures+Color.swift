/// Colour, tone and exposure.
extension VisualFeatures {
    static let hueCount = 12

    /// Shares of hues at three levels of saturation, then of hues in the dark, middle and bright
    /// parts, then the correlations of the three planes.
    static func colors(_ image: SceneImage) -> [Float] {
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

    /// The histogram of relative lightness, then its spread, lean, and the spread of colour.
    static func tone(_ image: SceneImage) -> [Float] {
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

    /// Mean lightness and the shares of dark and bright, which tell night from snow.
    static func exposure(_ image: SceneImage) -> [Float] {
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
