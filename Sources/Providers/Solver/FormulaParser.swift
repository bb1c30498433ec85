/// Reads words as a problem and works out what each side comes to while it reads.
///
/// Precedence is the usual one, from left to right; an implied product binds like a written one, a power to the right.
struct FormulaParser {
    /// How deep brackets, signs and powers may be nested.
    private static let maximumDepth = 64

    private let tokens: [FormulaToken]
    private var place = 0
    private var depth = 0

    /// What a line asks for.
    enum Problem: Hashable, Sendable {
        /// The value of an expression.
        case value(Rational)
        /// That a sum of unknowns and a number be zero.
        case equation(LinearForm)
    }

    static func problem(in tokens: [FormulaToken]) throws(FormulaFailure) -> Problem {
        let sides = tokens.split(separator: .equals, omittingEmptySubsequences: false)
        guard let first = sides.first, sides.count <= 2 else { throw .unreadable }
        let blanks: [ArraySlice<FormulaToken>] = [[], [.blank]]
        if sides.count == 1 || blanks.contains(sides[1]) { return .value(try value(of: first)) }
        if first == [.blank] { return .value(try value(of: sides[1])) }
        let (left, right) = (try form(of: first), try form(of: sides[1]))
        let difference = try left - right
        if left.isConstant, right.isConstant {
            // A sum that is worked out already: right or wrong.
            guard difference.constant.isZero else { throw .noSolution }
            return .value(left.constant)
        }
        return .equation(difference)
    }

    private static func value(
        of tokens: ArraySlice<FormulaToken>
    ) throws(FormulaFailure) -> Rational {
        let form = try form(of: tokens)
        guard form.isConstant else { throw .unreadable }
        return form.constant
    }

    private static func form(
        of tokens: ArraySlice<FormulaToken>
    ) throws(FormulaFailure) -> LinearForm {
        var parser = FormulaParser(tokens: Array(tokens))
        let form = try parser.sum()
        guard parser.next == nil else { throw .unreadable }
        return form
    }

    private init(tokens: [FormulaToken]) {
        self.tokens = tokens
    }

    private var next: FormulaToken? { place < tokens.count ? tokens[place] : nil }

    private mutating func take(_ token: FormulaToken) -> Bool {
        guard next == token else { return false }
        place += 1
        return true
    }

    private mutating func sum() throws(FormulaFailure) -> LinearForm {
        var sum = try product()
        while true {
            if take(.plus) {
                sum = try sum + product()
            } else if take(.minus) {
                sum = try sum - product()
            } else {
                return sum
            }
        }
    }

    private mutating func product() throws(FormulaFailure) -> LinearForm {
        var product = try signed()
        while true {
            if take(.times) {
                product = try product * signed()
            } else if take(.divide) {
                product = try product / signed()
            } else if next?.startsOperand == true {
                product = try product * power()
            } else {
                return product
            }
        }
    }

    private mutating func signed() throws(FormulaFailure) -> LinearForm {
        try nested { (parser) throws(FormulaFailure) in
            if parser.take(.minus) {
                return try LinearForm(.zero) - parser.signed()
            }
            if parser.take(.plus) { return try parser.signed() }
            return try parser.power()
        }
    }

    private mutating func power() throws(FormulaFailure) -> LinearForm {
        try nested { (parser) throws(FormulaFailure) in
            let base = try parser.operand()
            guard parser.take(.power) else { return base }
            let exponent = try parser.signed()
            var result = try base.power(exponent)
            while parser.take(.percent) { result = try result / LinearForm(.hundred) }
            return result
        }
    }

    private mutating func operand() throws(FormulaFailure) -> LinearForm {
        guard let token = next else { throw .unreadable }
        place += 1
        var operand: LinearForm
        switch token {
        case .number(let number): operand = LinearForm(number)
        case .unknown(let letter): operand = LinearForm(unknown: letter)
        case .blank: operand = LinearForm(unknown: "?")
        case .open:
            operand = try nested { (parser) throws(FormulaFailure) in try parser.sum() }
            guard take(.close) else { throw .unreadable }
        default: throw .unreadable
        }
        while take(.percent) { operand = try operand / LinearForm(.hundred) }
        return operand
    }

    private mutating func nested(
        _ body: (inout FormulaParser) throws(FormulaFailure) -> LinearForm
    ) throws(FormulaFailure) -> LinearForm {
        depth += 1
        guard depth <= Self.maximumDepth * 3 else { throw .unreadable }
        let form = try body(&self)
        depth -= 1
        return form
    }
}
