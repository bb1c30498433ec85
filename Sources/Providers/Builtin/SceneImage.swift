import Domain

/// A picture brought to one working size, as L*a*b* planes and their brightness-free counterparts.
///
/// Every picture is measured at about the same number of pixels, so that its size does not change
/// what is measured.
struct SceneImage: Sendable {
    /// Pixels of the working size, whatever the picture's shape.
    static let workingArea = 112.0 * 112.0

    let lightness: Plane
    let a: Plane
    let b: Plane
    /// Lightness relative to the picture's mean: the same when the picture is only brighter.
    let relativeLightness: Plane
    /// `a` and `b` relative to lightness: the same when the picture is only brighter.
    let redness: Plane
    let yellowness: Plane
    /// Mean lightness, 0…100.
    let meanLightness: Float

    var width: Int { lightness.width }
    var height: Int { lightness.height }
    var count: Int { lightness.values.count }

    init(_ raster: Raster) {
        let (width, height) = SceneImage.workingSize(raster.width, raster.height)
        let channels = Resampling.channels(of: raster, width: width, height: height)
        let count = width * height
        var l = [Float](repeating: 0, count: count)
        var a = l
        var b = l
        for i in 0..<count {
            let color = LabColor(red: channels[0][i], green: channels[1][i], blue: channels[2][i])
            l[i] = color.l
            a[i] = color.a
            b[i] = color.b
        }
        self.lightness = Plane(width: width, height: height, values: l)
        self.a = Plane(width: width, height: height, values: a)
        self.b = Plane(width: width, height: height, values: b)
        self.meanLightness = lightness.mean

        // A gain on the pixels multiplies L* + 16, a* and b* by one and the same factor; their
        // ratios do not move. In the dark the ratios are mostly noise and fade.
        let reference = meanLightness + 16
        self.relativeLightness = lightness.map { ($0 + 16) / reference }
        var red = a
        var yellow = b
        for i in 0..<count {
            let trust = l[i] / ((l[i] + 6) * (l[i] + 16))
            red[i] = a[i] * trust
            yellow[i] = b[i] * trust
        }
        self.redness = Plane(width: width, height: height, values: red)
        self.yellowness = Plane(width: width, height: height, values: yellow)
    }

    /// What differences of lightness and colour are multiplied by to be those of a picture of
    /// middling exposure, within reason: the night stays dark and snow stays pale.
    var exposureGain: Float { min(max(66 / (meanLightness + 16), 0.75), 1.4) }

    func color(_ index: Int) -> LabColor {
        LabColor(l: lightness.values[index], a: a.values[index], b: b.values[index])
    }

    /// The size of `workingArea` pixels in the picture's shape, no side below 4 or above 1,024.
    private static func workingSize(_ width: Int, _ height: Int) -> (Int, Int) {
        let scale = (workingArea / (Double(width) * Double(height))).squareRoot()
        func side(_ length: Int) -> Int {
            min(max(Int((Double(length) * scale).rounded()), 4), 1024)
        }
        return (side(width), side(height))
    }
}
