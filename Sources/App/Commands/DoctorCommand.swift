extension Installation {
    /// `doctor`: examines everything in the data directory, line by line, and says what to mend.
    func doctor(_ invocation: CommandInvocation) async throws -> ExitCode {
        let output = invocation.output
        var report = DoctorReport()
        for check in DoctorCheck.allCases {
            let finding: DoctorFinding
            do {
                finding = try await Doctor(installation: self, output: output).examine(check)
            } catch {
                finding = .bad("could not be examined: \(error)", "See the log of the daemon.")
            }
            output.progress(nil)
            if !output.traits.json { finding.lines(of: check).forEach(output.out) }
            report.add(finding, of: check)
        }
        try output.data(report) { [report.ok ? "All is well." : "Something is to be mended."] }
        return report.ok ? .ok : .dataError
    }
}

/// What `doctor` looks at, in this order.
enum DoctorCheck: String, CaseIterable {
    case database, files, orphans, vectors, spool, space, settings, provider, decoder, text
}

/// What was found of one thing.
struct DoctorFinding {
    let isWell: Bool
    let text: String
    /// What to do about it.
    let advice: String?

    static func well(_ text: String) -> DoctorFinding {
        DoctorFinding(isWell: true, text: text, advice: nil)
    }

    static func bad(_ text: String, _ advice: String) -> DoctorFinding {
        DoctorFinding(isWell: false, text: text, advice: advice)
    }

    func lines(of check: DoctorCheck) -> [String] {
        ["\(isWell ? "✓" : "✗") \(check.rawValue): \(text)"] + (advice.map { ["    \($0)"] } ?? [])
    }
}

/// The whole of it for programs.
private struct DoctorReport: Encodable {
    private struct Row: Encodable {
        var name: String
        var ok: Bool
        var text: String
        var advice: String?
    }

    var ok = true
    private var checks: [Row] = []

    mutating func add(_ finding: DoctorFinding, of check: DoctorCheck) {
        ok = ok && finding.isWell
        checks.append(
            Row(
                name: check.rawValue, ok: finding.isWell, text: finding.text,
                advice: finding.advice))
    }
}
