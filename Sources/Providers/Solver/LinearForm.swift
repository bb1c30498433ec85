/// A sum of unknowns with factors and of a number: what a side of an equation comes to.
struct LinearForm: Hashable, Sendable {
    private(set) var constant: Rational
    /// The factor of each unknown; never zero.
    private(set) var factors: [Character: Rational]

    init(_ constant: Rational) {
        self.constant = constant
        factors = [:]
    }

    init(unknown: Character) {
        constant = .zero
        factors = [unknown: .one]
    }

    var isConstant: Bool { factors.isEmpty }

    func factor(of unknown: Character) -> Rational { factors[unknown] ?? .zero }

    static func + (a: LinearForm, b: LinearForm) throws(FormulaFailure) -> LinearForm {
        var sum = a
        sum.constant = try a.constant + b.constant
        for (unknown, factor) in b.factors {
            let total = try sum.factor(of: unknown) + factor
            sum.factors[unknown] = total.isZero ? nil : total
        }
        return sum
    }

    static func - (a: LinearForm, b: LinearForm) throws(FormulaFailure) -> LinearForm {
        try a + (b.scaled(by: -Rational.one))
    }

    static func * (a: LinearForm, b: LinearForm) throws(FormulaFailure) -> LinearForm {
        if b.isConstant { return try a.scaled(by: b.constant) }
        guard a.isConstant else { throw .notLinear }
        return try b.scaled(by: a.constant)
    }

    static func / (a: LinearForm, b: LinearForm) throws(FormulaFailure) -> LinearForm {
        guard b.isConstant else { throw .notLinear }
        return try a.scaled(by: Rational.one / b.constant)
    }

    func power(_ exponent: LinearForm) throws(FormulaFailure) -> LinearForm {
        guard exponent.isConstant else { throw .notLinear }
        if isConstant { return LinearForm(try constant.power(exponent.constant)) }
        switch exponent.constant {
        case .zero: return LinearForm(.one)
        case .one: return self
        default: throw .notLinear
        }
    }

    private func scaled(by factor: Rational) throws(FormulaFailure) -> LinearForm {
        var product = LinearForm(try constant * factor)
        guard !factor.isZero else { return product }
        for (unknown, own) in factors { product.factors[unknown] = try own * factor }
        return product
    }
}
