/// An exact fraction in lowest terms with a positive denominator, of at most a thousand digits above and below.
struct Rational: Hashable, Sendable {
    let numerator: BigInteger
    let denominator: BigInteger

    static let zero = Rational(whole: .zero)
    static let one = Rational(whole: .one)
    static let hundred = Rational(whole: BigInteger(100))

    private static let maximumDigits = 1_000
    /// The least number that is too large.
    private static let bound = (0..<maximumDigits).reduce(BigInteger.one) { number, _ in
        number * BigInteger(10)
    }
    /// The largest exponent, up and down.
    static let maximumExponent = 64
    /// Places behind the point up to which a fraction is written as a decimal.
    private static let decimalPlaces = 10

    private init(whole: BigInteger) {
        numerator = whole
        denominator = .one
    }

    init(_ numerator: BigInteger, _ denominator: BigInteger = .one) throws(FormulaFailure) {
        guard !denominator.isZero else { throw .divisionByZero }
        let divisor = BigInteger.commonDivisor(numerator, denominator)
        let sign = denominator.isNegative ? -divisor : divisor
        self.numerator = numerator.divided(by: sign).quotient
        self.denominator = denominator.divided(by: sign).quotient
        guard self.numerator.magnitude < Self.bound, self.denominator < Self.bound else {
            throw .tooLarge
        }
    }

    var isZero: Bool { numerator.isZero }

    static prefix func - (a: Rational) throws(FormulaFailure) -> Rational {
        try Rational(-a.numerator, a.denominator)
    }

    static func + (a: Rational, b: Rational) throws(FormulaFailure) -> Rational {
        try Rational(
            a.numerator * b.denominator + b.numerator * a.denominator,
            a.denominator * b.denominator)
    }

    static func - (a: Rational, b: Rational) throws(FormulaFailure) -> Rational { try a + (-b) }

    static func * (a: Rational, b: Rational) throws(FormulaFailure) -> Rational {
        try Rational(a.numerator * b.numerator, a.denominator * b.denominator)
    }

    static func / (a: Rational, b: Rational) throws(FormulaFailure) -> Rational {
        try Rational(a.numerator * b.denominator, a.denominator * b.numerator)
    }

    /// This number to a whole power.
    func power(_ exponent: Rational) throws(FormulaFailure) -> Rational {
        guard exponent.denominator == .one else { throw .unreadable }
        guard let count = exponent.numerator.int, abs(count) <= Self.maximumExponent else {
            throw .tooLarge
        }
        var result = Rational.one
        for _ in 0..<abs(count) { result = try result * self }
        return count < 0 ? try Rational.one / result : result
    }
}

extension Rational: CustomStringConvertible {
    /// A whole number plainly, a decimal where it ends within ten places, else `p/q`.
    var description: String {
        if denominator == .one { return numerator.description }
        guard let places = endingPlaces else { return "\(numerator)/\(denominator)" }
        let scale = (0..<places).reduce(BigInteger.one) { number, _ in number * BigInteger(10) }
        let digits = (numerator.magnitude * scale).divided(by: denominator).quotient.description
        let padded =
            String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = numerator.isNegative ? "-" : ""
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// How many places its decimal form has; nil where it does not end within ten.
    private var endingPlaces: Int? {
        var scale = BigInteger.one
        for places in 0...Self.decimalPlaces {
            if scale.divided(by: denominator).remainder.isZero { return places }
            scale = scale * BigInteger(10)
        }
        return nil
    }
}

/// Why a problem has no answer.
enum FormulaFailure: String, Error, Sendable {
    /// It is none, or it cannot be read.
    case unreadable = "no problem found"
    case noSolution = "no solution"
    case anyValue = "any value"
    case notLinear = "not linear"
    case divisionByZero = "division by zero"
    case tooLarge = "too large"
    case timedOut = "timed out"
}
