import Providers
import Testing

@Suite struct FormulaSolverTests {
    private func answer(to lines: [String]) -> String {
        BuiltinSolver().answer(to: lines) { false }
    }

    @Test(arguments: [
        ("12 + 30 =", "42"), ("7 ÷ 2 =", "3.5"), ("0.1 + 0.2 =", "0.3"), ("1/3 + 1/3", "2/3"),
        ("6 – 10", "-4"), ("6 − 10", "-4"), ("3 x 4", "12"), ("3 × 4 · 5 * 2", "120"),
        ("8 : 3 =", "8/3"), ("2^3^2", "512"), ("-2^2", "-4"), ("(-2)^2", "4"), ("2^-2", "0.25"),
        ("2² + 3³", "31"), ("10%", "0.1"), ("50% × 80", "40"), ("6/2(1+2)", "9"), ("2(3)(4)", "24"),
        ("3 + + 4", "7"), ("--5 + 1", "6"), ("1/1024", "0.0009765625"), ("1/2048", "1/2048"),
        ("-1/3", "-1/3"), ("(1/3)^3", "1/27"), ("2^64", "18446744073709551616"),
        ("3 + 4 = ?", "7"), ("3 + 4 = _", "7"), ("3 + 4 = □", "7"), ("? = 2 + 3", "5"),
        ("5 + ? = 12", "7"), ("12 + 30.", "42"), ("2 + 2 = 4", "4"), ("4 - 4", "0"),
        (
            "123456789012345678901234567890 / 987654321098765432109876543210",
            "13717421/109739369"
        ),
    ])
    func `a sum comes to its exact value`(line: String, expected: String) {
        #expect(answer(to: [line]) == expected)
    }

    @Test(arguments: [
        ("1,234 + 0", "1234"), ("12,345,678 + 0", "12345678"), ("1,5 + 0", "1.5"),
        ("0,123 + 0", "0.123"), ("1234,567 + 0", "1234.567"), ("1.234 + 0", "1.234"),
        ("1.234.567 + 0", "1234567"), ("1.234.567,5 + 0", "1234567.5"), ("1,234.5 + 0", "1234.5"),
        (".5 + .5", "1"), ("1O + l1", "21"), ("S0 + 1", "51"), ("l00 - 1", "99"),
    ])
    func `marks part or group as they stand`(line: String, expected: String) {
        #expect(answer(to: [line]) == expected)
    }

    @Test(arguments: [
        ("2x + 3 = 11", "4"), ("3(x+1) = 12", "3"), ("x/2 - 1 = x/3", "6"), ("7 = 2y", "3.5"),
        ("x = x", "ERROR: any value"), ("x + 1 = x", "ERROR: no solution"),
        ("0x = 5", "ERROR: no solution"), ("2 + 2 = 5", "ERROR: no solution"),
        ("x*x = 4", "ERROR: not linear"), ("1/x = 4", "ERROR: not linear"),
        ("x² = 4", "ERROR: not linear"), ("2^x = 8", "ERROR: not linear"),
        ("5 ÷ 0 =", "ERROR: division by zero"), ("0^-1 + 1", "ERROR: division by zero"),
        ("2^65", "ERROR: too large"), ("2^-65", "ERROR: too large"),
        ("2^99999999999999999999", "ERROR: too large"),
        ("((((((9^64)^64)^64)^64)^64)^64)", "ERROR: too large"),
        ("4^0.5 + 1", "ERROR: no problem found"), ("2(3", "ERROR: no problem found"),
        ("a + b = 3", "ERROR: any value"), ("a+b+c+d = 4", "ERROR: no problem found"),
        ("hello", "ERROR: no problem found"), ("42", "ERROR: no problem found"),
        ("", "ERROR: no problem found"), ("1 = 2 = 3", "ERROR: no problem found"),
    ])
    func `an equation has its value or a reason why not`(line: String, expected: String) {
        #expect(answer(to: [line]) == expected)
    }

    @Test(arguments: [
        (["x + y = 5", "x - y = 1"], "3, 2"), (["x+y+z=6", "x-y=0", "z=2"], "2, 2, 2"),
        (["x = y", "x + y = 4"], "2, 2"), (["b + a = 3", "a = 1", "9 - 1"], "1, 2, 8"),
        (["x + y = 2", "2x + 2y = 4"], "ERROR: any value"),
        (["x + y = 2", "2x + 2y = 5"], "ERROR: no solution"),
        (["1 +", "2 + 2"], "?, 4"), (["Exercise", "1) 3 + 4 =", "b) 5·3"], "7, 15"),
        (["5 ÷ 0 =", "2 + 2 ="], "?, 4"),
    ])
    func `lines are answered in order and systems together`(lines: [String], expected: String) {
        #expect(answer(to: lines) == expected)
    }

    @Test(arguments: [
        String(repeating: "(", count: 240) + "1" + String(repeating: ")", count: 240) + "+1",
        String(repeating: "-", count: 480) + "1",
        String(repeating: "2^", count: 240) + "2",
        String(repeating: "9", count: 600) + "+1",
        String(repeating: "1+", count: 5_000),
        "1" + String(repeating: "%", count: 499),
        "1/0^0/0^0^-0", "+", "=", "=1", "(=)", "^2", "%%%5", ".,.,1+1", "²²²1",
    ])
    func `hostile lines end in an answer`(line: String) {
        #expect(!answer(to: [line]).isEmpty)
    }

    @Test func `at most fifty problems are solved`() {
        let answers = answer(to: Array(repeating: "1 + 1", count: 80))
        #expect(answers.split(separator: ",").count == 50)
    }

    @Test func `nothing is solved when the time is over`() {
        #expect(BuiltinSolver().answer(to: ["1 + 1"]) { true } == "ERROR: timed out")
    }

    @Test func `division undoes multiplication`() {
        var generator = SystemRandomNumberGenerator()
        func number() -> String {
            let digits = (0..<Int.random(in: 1...80, using: &generator)).map { _ in
                "0123456789".randomElement(using: &generator) ?? "7"
            }
            return "1" + String(digits)
        }
        for _ in 0..<300 {
            let (a, b) = (number(), number())
            #expect(answer(to: ["\(a) × \(b) ÷ \(b)"]) == a)
        }
    }
}
