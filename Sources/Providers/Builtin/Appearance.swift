/// A trait that a picture can show more or less of.
enum Trait: Int, Sendable, CaseIterable {
    // Light
    case dark, bright, lowKey, highKey, contrasty, gentle, backlit, spotlit, litFromAbove
    // Colour
    case vivid, muted, colourless, warm, cool, golden, pastel, earthy, jewel, manyColours, oneHue,
        opposites, gradient
    // Texture
    case smooth, fine, rough, busy, patterned
    // Lines
    case horizontal, vertical, diagonal, grid, free
    // Composition
    case centred, aside, symmetric, horizon, openSpace, fullFrame, shallow, evenDetail
    // Format
    case upright, wide, square, panoramic, tall
    // Text
    case lettered
}

extension Trait {
    /// Whether more or less light changes it.
    var isExposure: Bool { [.dark, .lowKey, .bright, .highKey].contains(self) }
}

/// How strongly a picture shows each trait, 0…1.
struct Appearance: Sendable, Equatable {
    private(set) var strengths = [Float](repeating: 0, count: Trait.allCases.count)

    subscript(_ trait: Trait) -> Float {
        get { strengths[trait.rawValue] }
        set { strengths[trait.rawValue] = min(max(newValue, 0), 1) }
    }

    /// Measures everything but the text.
    init(_ image: SceneImage, palette: Palette, width: Int, height: Int) {
        readLight(image)
        readColor(image, palette)
        readTexture(image)
        readComposition(image)
        readFormat(Float(width) / Float(height))
    }
}

extension Appearance {
    fileprivate mutating func readLight(_ image: SceneImage) {
        let mean = image.meanLightness
        let spread = image.lightness.deviation * image.exposureGain
        var darkShare: Float = 0
        var brightShare: Float = 0
        for l in image.lightness.values {
            darkShare += ramp(l, from: 34, to: 18)
            brightShare += ramp(l, from: 72, to: 88)
        }
        darkShare /= Float(image.count)
        brightShare /= Float(image.count)
        self[.dark] = ramp(mean, from: 52, to: 16)
        self[.bright] = ramp(mean, from: 54, to: 90)
        self[.lowKey] = ramp(darkShare, from: 0.35, to: 0.85)
        self[.highKey] = ramp(brightShare, from: 0.3, to: 0.8)
        self[.contrasty] = ramp(spread, from: 20, to: 35)
        self[.gentle] = ramp(spread, from: 19, to: 8)

        let small = image.lightness.halved().halved()
        var inner: Float = 0
        var outer: Float = 0
        var innerArea: Float = 0
        var outerArea: Float = 0
        var upper: Float = 0
        var lower: Float = 0
        for y in 0..<small.height {
            for x in 0..<small.width {
                let u = (Float(x) + 0.5) / Float(small.width)
                let v = (Float(y) + 0.5) / Float(small.height)
                let weight = Gradients.Part.middle.weight(u, v)
                inner += weight * small[x, y]
                innerArea += weight
                outer += (1 - weight) * small[x, y]
                outerArea += 1 - weight
                upper += 2 * (1 - v) * small[x, y]
                lower += 2 * v * small[x, y]
            }
        }
        let fall = inner / innerArea - outer / outerArea
        let slope = (upper - lower) / Float(small.values.count)
        self[.backlit] = ramp(-fall, from: 7, to: 26)
        self[.spotlit] = ramp(fall, from: 7, to: 26)
        self[.litFromAbove] = ramp(slope, from: 6, to: 24)
    }

    fileprivate mutating func readColor(_ image: SceneImage, _ palette: Palette) {
        var chroma: Float = 0
        var warmth: Float = 0
        var gold: Float = 0
        var pale: Float = 0
        var deep: Float = 0
        var x: Float = 0
        var y: Float = 0
        var squares: Float = 0
        for i in 0..<image.count {
            let color = image.color(i)
            let c = color.chroma
            chroma += c
            // The axis from cool blue-green to warm orange; green lies across it.
            warmth += 0.75 * color.a + 0.66 * color.b
            gold += ramp(color.b, from: 22, to: 48) * ramp(color.a, from: -6, to: 8)
            pale +=
                ramp(color.l, from: 66, to: 82) * ramp(c, from: 5, to: 14)
                * ramp(c, from: 42, to: 24)
            deep += ramp(color.l, from: 55, to: 36) * ramp(c, from: 20, to: 40)
            x += color.a * c
            y += color.b * c
            squares += c * c
        }
        let count = Float(image.count)
        chroma *= image.exposureGain / count
        self[.vivid] = ramp(chroma, from: 22, to: 52)
        self[.muted] = ramp(chroma, from: 24, to: 9) * ramp(chroma, from: 2.5, to: 6)
        self[.colourless] = ramp(chroma, from: 8, to: 2.5)
        self[.warm] = ramp(warmth * image.exposureGain / count, from: 4, to: 26)
        self[.cool] = ramp(warmth * image.exposureGain / count, from: -1, to: -17)
        self[.golden] = ramp(gold / count, from: 0.12, to: 0.6)
        self[.pastel] = ramp(pale / count, from: 0.15, to: 0.7)
        self[.jewel] = ramp(deep / count, from: 0.1, to: 0.55)
        let earth =
            palette.share(.brown) + palette.share(.olive) + palette.share(.beige)
            + 0.4 * palette.share(.orange)
        self[.earthy] = ramp(earth, from: 0.25, to: 0.75)
        // Colours of one hue pull together; opposite ones cancel.
        let pull = (x * x + y * y).squareRoot() / (squares + 1)
        self[.oneHue] = ramp(pull, from: 0.88, to: 0.985) * ramp(chroma, from: 7, to: 18)

        let colored = ColorFamily.allCases.filter { !$0.isNeutral }
        let strong = colored.map { ramp(palette.share($0), from: 0.02, to: 0.1) }.reduce(0, +)
        self[.manyColours] = ramp(strong, from: 4, to: 8) * ramp(chroma, from: 10, to: 22)
        let warmShare = colored.filter(\.isWarm).map(palette.share).reduce(0, +)
        let coolShare = colored.filter(\.isCool).map(palette.share).reduce(0, +)
        self[.opposites] =
            ramp(min(warmShare, coolShare), from: 0.08, to: 0.3)
            * ramp(chroma, from: 10, to: 24)
    }

    fileprivate mutating func readTexture(_ image: SceneImage) {
        let plane = image.lightness
        let fineDetail = plane.difference(from: plane.boxBlurred(radius: 1))
        let half = plane.halved()
        let coarseDetail = half.difference(from: half.boxBlurred(radius: 1))
        let quarter = half.halved()
        let bigDetail = quarter.difference(from: quarter.boxBlurred(radius: 1))
        let fine = fineDetail.mean * image.exposureGain
        let coarse = coarseDetail.mean * image.exposureGain
        let quiet =
            fineDetail.boxBlurred(radius: 2).values
            .reduce(0) { $0 + ramp($1, from: 1.6, to: 0.5) } / Float(image.count)
        self[.smooth] = ramp(quiet, from: 0.35, to: 0.9)
        self[.fine] = ramp(fine, from: 1.2, to: 4.5)
        self[.rough] = ramp(coarse, from: 2.2, to: 6.5)
        self[.busy] =
            ramp(fine + coarse + bigDetail.mean, from: 7, to: 18)
            * ramp(quiet, from: 0.6, to: 0.25)
        // Even detail everywhere is a pattern; uneven detail is a subject.
        let local = fineDetail.boxBlurred(radius: 6)
        let unevenness = local.deviation / (local.mean + 0.4)
        self[.patterned] = ramp(unevenness, from: 0.5, to: 0.2) * ramp(fine, from: 0.7, to: 2.2)
        self[.evenDetail] = ramp(unevenness, from: 0.8, to: 0.45) * (1 - 0.5 * self[.smooth])
        self[.gradient] =
            self[.smooth] * ramp(quarter.deviation, from: 5, to: 14)
            * ramp(bigDetail.mean, from: 3.5, to: 1.2)

        let gradients = Gradients(image.relativeLightness.boxBlurred(radius: 1).halved())
        let harmonics = gradients.harmonics(2, in: .whole)
        // The gradient stands across the edge: horizontal gradients are vertical lines.
        self[.vertical] = ramp(harmonics[0], from: 0.1, to: 0.45)
        self[.horizontal] = ramp(-harmonics[0], from: 0.1, to: 0.45)
        self[.diagonal] = ramp(abs(harmonics[1]), from: 0.1, to: 0.4)
        self[.grid] =
            ramp(harmonics[2], from: 0.16, to: 0.42)
            * ramp(
                abs(harmonics[0]), from: 0.4, to: 0.12)
        let strongest = harmonics.map(abs).max() ?? 0
        self[.free] = ramp(strongest, from: 0.2, to: 0.06) * ramp(coarse, from: 1, to: 2.5)
    }

    fileprivate mutating func readComposition(_ image: SceneImage) {
        let map = AttentionMap(image)
        self[.centred] = ramp(map.centering, from: 1.05, to: 1.7)
        self[.aside] = ramp(map.offset, from: 0.1, to: 0.24)
        self[.symmetric] = ramp(map.mirrorLikeness, from: 0.55, to: 0.92)
        self[.horizon] = ramp(map.horizonStep, from: 1.2, to: 2.6)
        self[.openSpace] = ramp(map.quietShare, from: 0.4, to: 0.85)
        self[.fullFrame] = ramp(map.quietShare, from: 0.3, to: 0.03)
        // One crisp place among soft shapes.
        self[.shallow] =
            ramp(map.sharpShare, from: 0.45, to: 0.15) * ramp(map.peakDetail, from: 2, to: 5)
            * ramp(map.blurredShare, from: 0.12, to: 0.3)
            * ramp(map.crispShare, from: 0.02, to: 0.08) * (1 - self[.busy])
    }

    fileprivate mutating func readFormat(_ ratio: Float) {
        self[.square] = ramp(max(ratio, 1 / ratio), from: 1.12, to: 1.03)
        self[.upright] = ramp(1 / ratio, from: 1.05, to: 1.15)
        self[.wide] = ramp(ratio, from: 1.05, to: 1.15)
        self[.panoramic] = ramp(ratio, from: 1.85, to: 2.2)
        self[.tall] = ramp(1 / ratio, from: 1.85, to: 2.2)
    }
}
