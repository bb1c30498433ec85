/// Cosines and logarithms from plain arithmetic, the same on every machine.
///
/// The C library's own differ in their last bit between systems and processors.
enum CircleTable {
    private static let pi = 3.141_592_653_589_793

    /// The cosine of any moderate angle, good to about 1e-10.
    static func cosine(_ angle: Double) -> Double {
        let turns = angle / (2 * pi)
        let reduced = (turns - turns.rounded()) * 2 * pi
        // cos x = 2 cos²(x/2) − 1, twice, brings the angle to where the series is short.
        let quarter = reduced / 4
        let square = quarter * quarter
        var term = 1.0
        var sum = 1.0
        for k in 1...9 {
            term *= -square / Double((2 * k - 1) * (2 * k))
            sum += term
        }
        let half = 2 * sum * sum - 1
        return 2 * half * half - 1
    }

    static func sine(_ angle: Double) -> Double { cosine(angle - pi / 2) }

    /// `count` unit vectors evenly around the circle, from angle zero.
    static func directions(_ count: Int) -> [(Float, Float)] {
        (0..<count).map {
            let angle = 2 * pi * Double($0) / Double(count)
            return (Float(cosine(angle)), Float(sine(angle)))
        }
    }

    /// The first `count` cosine waves over `length` samples, scaled to mean square one.
    static func cosines(_ length: Int, _ count: Int) -> [[Float]] {
        (0..<count).map { k in
            let scale = k == 0 ? 1 : 2.0.squareRoot()
            return (0..<length).map {
                Float(scale * cosine(pi * (Double($0) + 0.5) * Double(k) / Double(length)))
            }
        }
    }

    /// The natural logarithm of a positive normal number, good to about 1e-7.
    static func logarithm(_ value: Float) -> Float {
        let exponent = Double(value.exponent)
        let mantissa = Double(value.significand)
        // ln m = 2 artanh((m − 1) / (m + 1)), with m in 1…2.
        let t = (mantissa - 1) / (mantissa + 1)
        let square = t * t
        var power = t
        var sum = 0.0
        for k in 0..<10 {
            sum += power / Double(2 * k + 1)
            power *= square
        }
        return Float(2 * sum + exponent * 0.693_147_180_559_945_3)
    }
}
