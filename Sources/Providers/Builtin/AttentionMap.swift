/// Where a picture holds its detail and its odd colours, and what that says of its composition.
struct AttentionMap: Sendable {
    /// Attention in the middle against the whole; 1 where it is spread evenly.
    let centering: Float
    /// How far the weight of attention lies from the middle, in frame sizes.
    let offset: Float
    /// How much the left half looks like the mirrored right, −1…1.
    let mirrorLikeness: Float
    /// The strongest change between neighbouring bands of rows, against what varies in a band.
    let horizonStep: Float
    /// Where that change lies, 0 at the top, 1 at the bottom.
    let horizonHeight: Float
    /// Part of the picture with hardly any detail.
    let quietShare: Float
    /// Part of the picture that is about as sharp as its sharpest place.
    let sharpShare: Float
    /// Part of the picture that holds shapes with soft edges.
    let blurredShare: Float
    /// Part of the picture that holds shapes with crisp edges.
    let crispShare: Float
    /// Detail at the sharpest place, in steps of L*.
    let peakDetail: Float
    /// The weight of attention, 0…1 from left and top.
    let center: (x: Float, y: Float)

    init(_ image: SceneImage) {
        let fine = image.lightness.difference(from: image.lightness.boxBlurred(radius: 1))
        let detail = fine.halved().boxBlurred(radius: 3)
        let odd = AttentionMap.oddness(image)
        let mean = detail.mean + 0.3
        var attention = detail
        for i in attention.values.indices {
            attention.values[i] = detail.values[i] / mean + odd.values[i] / 22
        }
        var total: Float = 0
        var inner: Float = 0
        var innerArea: Float = 0
        var sumX: Float = 0
        var sumY: Float = 0
        for y in 0..<attention.height {
            for x in 0..<attention.width {
                let u = (Float(x) + 0.5) / Float(attention.width)
                let v = (Float(y) + 0.5) / Float(attention.height)
                let weight = Gradients.Part.middle.weight(u, v)
                let value = attention[x, y]
                total += value
                inner += weight * value
                innerArea += weight
                sumX += value * u
                sumY += value * v
            }
        }
        let count = Float(attention.values.count)
        let level = total / count + 0.2
        centering = (inner / innerArea + 0.2) / level
        center = (
            (sumX + 0.1 * count) / (total + 0.2 * count),
            (sumY + 0.1 * count) / (total + 0.2 * count)
        )
        let (dx, dy) = (center.x - 0.5, center.y - 0.5)
        offset = 2 * (dx * dx + dy * dy).squareRoot()
        mirrorLikeness = AttentionMap.mirrorLikeness(image.lightness.halved().halved().halved())
        (horizonStep, horizonHeight) = AttentionMap.horizon(image.lightness.halved().halved())
        let quiet = detail.values.reduce(0) { $0 + ramp($1, from: 1.5, to: 0.5) }
        quietShare = quiet / count
        (blurredShare, crispShare) = AttentionMap.focus(image, fine)
        let peak = max(detail.values.max() ?? 0, 0.1)
        let sharp = detail.values.reduce(0) { $0 + ramp($1, from: 0.25 * peak, to: 0.5 * peak) }
        sharpShare = sharp / count
        peakDetail = peak
    }

    /// How much each place differs in colour from the rim of the picture.
    private static func oddness(_ image: SceneImage) -> Plane {
        let l = image.lightness.halved()
        let a = image.a.halved()
        let b = image.b.halved()
        var rim = (l: Float(0), a: Float(0), b: Float(0), area: Float(0))
        var weights = l.values
        for y in 0..<l.height {
            for x in 0..<l.width {
                let u = (Float(x) + 0.5) / Float(l.width)
                let v = (Float(y) + 0.5) / Float(l.height)
                let edge = 1 - Gradients.Part.middle.weight(u, v)
                let weight = edge * edge * edge * edge
                weights[y * l.width + x] = weight
                rim.l += weight * l[x, y]
                rim.a += weight * a[x, y]
                rim.b += weight * b[x, y]
                rim.area += weight
            }
        }
        var out = l
        for i in out.values.indices {
            let dl = l.values[i] - rim.l / rim.area
            let da = a.values[i] - rim.a / rim.area
            let db = b.values[i] - rim.b / rim.area
            out.values[i] = (0.5 * dl * dl + da * da + db * db).squareRoot()
        }
        return out.boxBlurred(radius: 2)
    }

    /// The parts of the picture whose shapes have soft edges, and whose shapes have crisp ones.
    ///
    /// Plain areas have no edges and belong to neither: emptiness is not blur.
    private static func focus(_ image: SceneImage, _ fine: Plane) -> (Float, Float) {
        let small = image.lightness.halved().halved()
        let broad = small.difference(from: small.boxBlurred(radius: 1)).boxBlurred(radius: 2)
        let crisp = fine.halved().halved().boxBlurred(radius: 2)
        var blurred: Float = 0
        var sharp: Float = 0
        for i in broad.values.indices {
            let edges = ramp(broad.values[i], from: 0.8, to: 2)
            let ratio = crisp.values[i] / (broad.values[i] + 0.1)
            blurred += edges * ramp(ratio, from: 0.34, to: 0.16)
            sharp += edges * ramp(ratio, from: 0.42, to: 0.62)
        }
        let count = Float(broad.values.count)
        return (blurred / count, sharp / count)
    }

    private static func mirrorLikeness(_ plane: Plane) -> Float {
        let mean = plane.mean
        var product: Float = 0
        var square: Float = 0
        for y in 0..<plane.height {
            for x in 0..<plane.width {
                let value = plane[x, y] - mean
                product += value * (plane[plane.width - 1 - x, y] - mean)
                square += value * value
            }
        }
        return product / (square + 16 * Float(plane.values.count))
    }

    /// The best place to cut the picture into an upper and a lower part.
    private static func horizon(_ plane: Plane) -> (step: Float, height: Float) {
        let rows = (0..<plane.height).map { y in
            (0..<plane.width).reduce(Float(0)) { $0 + plane[$1, y] } / Float(plane.width)
        }
        let band = max(1, plane.height / 5)
        guard plane.height >= 3 * band else { return (0, 0.5) }
        var across: Float = 0
        for y in 0..<plane.height {
            for x in 0..<plane.width { across += abs(plane[x, y] - rows[y]) }
        }
        across /= Float(plane.values.count)
        var best: (step: Float, height: Float) = (0, 0.5)
        for cut in band...(plane.height - band) {
            let above = rows[(cut - band)..<cut].reduce(0, +) / Float(band)
            let below = rows[cut..<(cut + band)].reduce(0, +) / Float(band)
            let step = abs(above - below) / (across + 6)
            if step > best.step { best = (step, Float(cut) / Float(plane.height)) }
        }
        return best
    }
}
