/// Equations that hold at the same time.
struct LinearSystem {
    /// Each says that a sum is zero.
    private(set) var equations: [LinearForm]

    init(_ first: LinearForm) {
        equations = [first]
    }

    /// In alphabetical order.
    var unknowns: [Character] {
        Set(equations.flatMap { $0.factors.keys }).sorted()
    }

    mutating func add(_ equation: LinearForm) {
        equations.append(equation)
    }

    /// The value of each unknown in alphabetical order, by elimination.
    func solution() throws(FormulaFailure) -> [Rational] {
        let unknowns = unknowns
        var rows = equations
        guard !unknowns.isEmpty else {
            throw rows.allSatisfy(\.constant.isZero) ? .anyValue : .noSolution
        }
        for (column, unknown) in unknowns.enumerated() {
            guard
                let pivot = rows.indices.dropFirst(column).first(where: {
                    !rows[$0].factor(of: unknown).isZero
                })
            else { throw try undetermined(rows) }
            rows.swapAt(column, pivot)
            rows[column] = try rows[column] / LinearForm(rows[column].factor(of: unknown))
            for row in rows.indices where row != column {
                let factor = LinearForm(rows[row].factor(of: unknown))
                rows[row] = try rows[row] - (factor * rows[column])
            }
        }
        guard rows.dropFirst(unknowns.count).allSatisfy(\.constant.isZero) else {
            throw .noSolution
        }
        var values: [Rational] = []
        for row in rows.prefix(unknowns.count) { values.append(try -row.constant) }
        return values
    }

    /// Why there is not just one solution: `rows` as far as they were eliminated.
    private func undetermined(_ rows: [LinearForm]) throws(FormulaFailure) -> FormulaFailure {
        // What is left without unknowns must hold; the rest leaves some of them free.
        var rest = rows
        var free: [LinearForm] = []
        while let row = rest.popLast() {
            guard let unknown = row.factors.keys.min() else {
                if !row.constant.isZero { return .noSolution }
                continue
            }
            free.append(row)
            for index in rest.indices {
                let factor = try rest[index].factor(of: unknown) / row.factor(of: unknown)
                rest[index] = try rest[index] - (LinearForm(factor) * row)
            }
        }
        return .anyValue
    }
}
