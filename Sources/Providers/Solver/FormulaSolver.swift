/// Solves what stands in the lines of a picture: sums, equations of one unknown, systems of up to three.
struct FormulaSolver: Sendable {
    private static let maximumProblems = 50
    private static let maximumLineLength = 500
    private static let maximumUnknowns = 3

    /// Whether the time is over; asked before each problem.
    let isOver: @Sendable () -> Bool

    /// The answers in reading order, or `ERROR: ` and the first line's reason where nothing was solved.
    func answer(to lines: [String]) -> String {
        var outcomes: [Result<[Rational], FormulaFailure>] = []
        var problems = Problems(lines: lines)
        while outcomes.count < Self.maximumProblems {
            guard !isOver() else {
                outcomes.append(.failure(.timedOut))
                break
            }
            guard let problem = problems.next() else { break }
            outcomes.append(
                Result { () throws(FormulaFailure) in try Self.solve(problem, &problems) })
        }
        let answers = outcomes.map { outcome -> String in
            guard case .success(let values) = outcome else { return "?" }
            return values.map(\.description).joined(separator: ", ")
        }
        guard outcomes.contains(where: \.isSuccess) else {
            guard case .failure(let failure)? = outcomes.first else {
                return "ERROR: " + FormulaFailure.unreadable.rawValue
            }
            return "ERROR: " + failure.rawValue
        }
        return answers.joined(separator: ", ")
    }

    private static func solve(
        _ problem: Result<FormulaParser.Problem, FormulaFailure>, _ problems: inout Problems
    ) throws(FormulaFailure) -> [Rational] {
        switch try problem.get() {
        case .value(let value): return [value]
        case .equation(let equation):
            var system = LinearSystem(equation)
            while system.equations.count < system.unknowns.count,
                case .success(.equation(let equation))? = problems.peek()
            {
                system.add(equation)
                _ = problems.next()
            }
            guard system.unknowns.count <= maximumUnknowns else { throw .unreadable }
            return try system.solution()
        }
    }

    /// The lines that are problems, one after the other.
    private struct Problems {
        private var lines: ArraySlice<String>
        private var pending: Result<FormulaParser.Problem, FormulaFailure>?

        init(lines: [String]) {
            self.lines = lines[...]
        }

        mutating func peek() -> Result<FormulaParser.Problem, FormulaFailure>? {
            while pending == nil, let line = lines.popFirst() { pending = problem(in: line) }
            return pending
        }

        mutating func next() -> Result<FormulaParser.Problem, FormulaFailure>? {
            defer { pending = nil }
            return peek()
        }

        /// Nil for a line that is no problem: a heading, a page number.
        private func problem(in line: String) -> Result<FormulaParser.Problem, FormulaFailure>? {
            guard line.count <= maximumLineLength else {
                return FormulaToken.isProblem(line) ? .failure(.unreadable) : nil
            }
            do throws(FormulaFailure) {
                let tokens = try FormulaToken.all(in: unnumbered(line))
                guard tokens.contains(where: \.isOperator) || FormulaToken.multiplies(tokens) else {
                    return nil
                }
                let hasNumber = tokens.contains {
                    if case .number = $0 { true } else { false }
                }
                let problem = try FormulaParser.problem(in: tokens)
                guard !hasNumber else { return .success(problem) }
                if case .equation = problem { return .success(problem) }
                return nil
            } catch {
                return FormulaToken.isProblem(line) ? .failure(error) : nil
            }
        }

        /// The line without the number of its exercise: `1)`, `b)`, `12.` and white space.
        private func unnumbered(_ line: String) -> String {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let label = parts.first, let mark = label.last,
                mark == ")" || mark == ".", (2...3).contains(label.count)
            else { return line }
            let name = label.dropLast()
            let isLabel =
                name.allSatisfy(\.isASCIIDigit)
                || name.count == 1 && name.allSatisfy { $0.isASCII && $0.isLetter }
            return isLabel ? String(parts[1]) : line
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}
