/// A colour in CIE L*a*b* (D65): lightness 0…100, `a` from green to red, `b` from blue to yellow.
struct LabColor: Sendable, Equatable {
    var l: Float
    var a: Float
    var b: Float

    /// Distance from grey.
    var chroma: Float { (a * a + b * b).squareRoot() }

    /// The colour of sRGB values 0…255.
    init(red: Float, green: Float, blue: Float) {
        let r = LabTables.linear(red)
        let g = LabTables.linear(green)
        let b = LabTables.linear(blue)
        // sRGB primaries to XYZ, divided by the D65 white (IEC 61966-2-1).
        let x = LabTables.root(0.433_953 * r + 0.376_219 * g + 0.189_828 * b)
        let y = LabTables.root(0.212_673 * r + 0.715_152 * g + 0.072_175 * b)
        let z = LabTables.root(0.017_758 * r + 0.109_477 * g + 0.872_765 * b)
        self.init(l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z))
    }

    /// The colour in other light: a factor on L* + 16 goes with the same factor on `a` and `b`.
    func exposed(_ gain: Float) -> LabColor {
        LabColor(l: min(max((l + 16) * gain - 16, 0), 100), a: a * gain, b: b * gain)
    }

    init(l: Float, a: Float, b: Float) {
        self.l = l
        self.a = a
        self.b = b
    }
}

/// The two curves of the conversion, tabulated.
///
/// The tables are made with Newton's method instead of `pow`, whose last bit differs between
/// C libraries.
private enum LabTables {
    static let linearSteps: [Float] = (0...256).map {
        Float(linearised(Double(min($0, 255)) / 255))
    }
    static let rootSteps: [Float] = (0...4097).map { Float(labRoot(Double($0) / 4096)) }

    static func linear(_ value: Float) -> Float {
        let clamped = min(max(value, 0), 255)
        let step = Int(clamped)
        let low = linearSteps[step]
        return low + (linearSteps[step + 1] - low) * (clamped - Float(step))
    }

    static func root(_ value: Float) -> Float {
        let clamped = min(max(value, 0), 1) * 4096
        let step = Int(clamped)
        let low = rootSteps[step]
        return low + (rootSteps[step + 1] - low) * (clamped - Float(step))
    }

    private static func linearised(_ value: Double) -> Double {
        guard value > 0.04045 else { return value / 12.92 }
        let base = (value + 0.055) / 1.055
        let fifth = newtonRoot(base, degree: 5)
        // x^2.4 = x² · (x^⅕)²
        return base * base * fifth * fifth
    }

    private static func labRoot(_ value: Double) -> Double {
        value > 216.0 / 24389 ? newtonRoot(value, degree: 3) : (24389.0 / 27 * value + 16) / 116
    }

    private static func newtonRoot(_ value: Double, degree: Int) -> Double {
        var guess = 1.0
        for _ in 0..<60 {
            var power = 1.0
            for _ in 1..<degree { power *= guess }
            guess += (value / power - guess) / Double(degree)
        }
        return guess
    }
}
