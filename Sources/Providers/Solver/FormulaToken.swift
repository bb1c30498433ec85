/// One word of a problem.
enum FormulaToken: Hashable, Sendable {
    case number(Rational)
    /// A letter that stands for a number.
    case unknown(Character)
    /// What is asked for: `?`, `_` or an empty box.
    case blank
    case plus, minus, times, divide, power
    case percent, open, close, equals

    /// Whether something ends with it that can be multiplied by what follows.
    var endsOperand: Bool {
        switch self {
        case .number, .unknown, .blank, .percent, .close: true
        default: false
        }
    }

    /// Whether something starts with it that can be multiplied by what stands before.
    var startsOperand: Bool {
        switch self {
        case .number, .unknown, .blank, .open: true
        default: false
        }
    }

    /// Whether it makes a problem of numbers.
    var isOperator: Bool {
        switch self {
        case .plus, .minus, .times, .divide, .power, .percent, .equals: true
        default: false
        }
    }
}

extension FormulaToken {
    /// Whether a number or a parenthesis stands right before another parenthesis: a product without a sign.
    static func multiplies(_ tokens: [FormulaToken]) -> Bool {
        zip(tokens, tokens.dropFirst()).contains { before, after in
            guard after == .open else { return false }
            if case .number = before { return true }
            return before == .close
        }
    }

    /// The words of a line.
    static func all(in line: String) throws(FormulaFailure) -> [FormulaToken] {
        let characters = Array(line)
        var tokens: [FormulaToken] = []
        var place = 0
        while place < characters.count {
            let character = characters[place]
            if let number = try numeral(characters, at: &place) {
                tokens.append(.number(number))
                continue
            }
            place += 1
            if character.isWhitespace { continue }
            if let exponent = superscripts[character] {
                tokens += [.power, .number(try Rational(BigInteger(exponent)))]
            } else if let token = signs[character] {
                tokens.append(token)
            } else if character.isASCII, character.isLetter {
                tokens.append(.unknown(Character(character.lowercased())))
            } else {
                throw .unreadable
            }
        }
        return withCrossesAsProducts(tokens)
    }

    /// Whether a line looks like a problem though it cannot be read: a digit and an operator are in it.
    static func isProblem(_ line: String) -> Bool {
        line.contains(where: \.isASCIIDigit)
            && line.contains { superscripts[$0] != nil || signs[$0]?.isOperator == true }
    }

    private static let signs: [Character: FormulaToken] = [
        "+": .plus, "-": .minus, "−": .minus, "–": .minus, "×": .times, "*": .times, "·": .times,
        "⋅": .times, "÷": .divide, "/": .divide, ":": .divide, "^": .power, "%": .percent,
        "(": .open, ")": .close, "=": .equals, "?": .blank, "_": .blank, "□": .blank,
    ]

    private static let superscripts: [Character: Int] = [
        "⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9,
    ]

    /// An `x` between two operands is a product.
    private static func withCrossesAsProducts(_ tokens: [FormulaToken]) -> [FormulaToken] {
        var result: [FormulaToken] = []
        for (place, token) in tokens.enumerated() {
            let isBetween =
                result.last?.endsOperand == true && place + 1 < tokens.count
                && tokens[place + 1].startsOperand
            result.append(token == .unknown("x") && isBetween ? .times : token)
        }
        return result
    }
}

// MARK: - Numbers

extension FormulaToken {
    /// What recognisers take for digits, inside a run of them.
    private static let lookalikes: [Character: Character] = [
        "O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5",
    ]

    /// The number that starts at `place`, which is moved behind it; nil where none does.
    private static func numeral(
        _ characters: [Character], at place: inout Int
    ) throws(FormulaFailure) -> Rational? {
        var end = place
        var text = ""
        while end < characters.count {
            let character = characters[end]
            if character.isASCIIDigit {
                text.append(character)
            } else if let digit = lookalikes[character] {
                text.append(digit)
            } else if character == "." || character == ",", end + 1 < characters.count,
                characters[end + 1].isASCIIDigit || lookalikes[characters[end + 1]] != nil
            {
                text.append(character)
            } else {
                break
            }
            end += 1
        }
        // Letters alone are no number, whatever they look like.
        guard characters[place..<end].contains(where: \.isASCIIDigit) else { return nil }
        // A stop behind a number ends a sentence.
        if end < characters.count, ".,".contains(characters[end]) { end += 1 }
        place = end
        return try number(text)
    }

    /// The value of digits with marks: which of them groups and which is the decimal mark.
    private static func number(_ text: String) throws(FormulaFailure) -> Rational {
        let (points, commas) = (text.count { $0 == "." }, text.count { $0 == "," })
        let last = text.last { $0 == "." || $0 == "," }
        let mark: Character?
        switch (points, commas) {
        case (0, 0): mark = nil
        case (1, 0): mark = "."
        case (0, 1): mark = isGrouped(text, by: ",") ? nil : ","
        case (_, 0), (0, _): mark = nil
        default: mark = last
        }
        let parts =
            mark.map { mark in text.split(separator: mark, omittingEmptySubsequences: false) }
            ?? [text[...]]
        guard parts.count <= 2 else { throw .unreadable }
        let group: Character = mark == "," || mark == nil && points > 0 ? "." : ","
        let whole = String(parts[0])
        guard !whole.contains(group) || isGrouped(whole, by: group) else { throw .unreadable }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        let digits = whole.filter { $0 != group } + fraction
        guard let numerator = BigInteger(digits: digits),
            let denominator = BigInteger(
                digits: "1" + String(repeating: "0", count: fraction.count))
        else { throw .unreadable }
        return try Rational(numerator, denominator)
    }

    /// Whether a mark parts a whole number into thousands: 1–3 digits without leading zero, then three each.
    private static func isGrouped(_ text: String, by mark: Character) -> Bool {
        let groups = text.split(separator: mark, omittingEmptySubsequences: false)
        guard let first = groups.first, (1...3).contains(first.count), first.first != "0" else {
            return false
        }
        return groups.dropFirst().allSatisfy { $0.count == 3 && $0.allSatisfy(\.isASCIIDigit) }
    }
}

extension Character {
    var isASCIIDigit: Bool { isASCII && isNumber }
}
