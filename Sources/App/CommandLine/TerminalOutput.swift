import Synchronization

/// An output on this process's own descriptors, with a progress bar where people watch.
package final class TerminalOutput: Output {
    package let traits: OutputTraits
    private let standardOutput: Int32
    private let standardError: Int32
    private let drawsProgress: Bool
    /// The bar that is on the screen now.
    private let bar = Mutex("")

    package init(
        json: Bool = false, environment: [String: String] = [:], standardOutput: Int32 = 1,
        standardError: Int32 = 2
    ) {
        self.standardOutput = standardOutput
        self.standardError = standardError
        let isPlain = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
        traits = OutputTraits(
            json: json, colour: !isPlain && Terminal.isTerminal(standardOutput),
            columns: Terminal.columns(standardOutput))
        drawsProgress = environment["TERM"] != "dumb" && Terminal.isTerminal(standardError)
    }

    package func out(_ line: String) { write(line, to: standardOutput) }
    package func err(_ line: String) { write(line, to: standardError) }

    package func progress(_ progress: CommandProgress?) {
        if !drawsProgress { return }
        let width = min(traits.columns, 100) - 1
        let next = progress.map { Self.bar($0, width: width) } ?? ""
        bar.withLock { bar in
            if bar == next { return }
            bar = next
            Terminal.writeAll(Array((Self.clear + next).utf8), to: standardError)
        }
    }

    private func write(_ line: String, to descriptor: Int32) {
        bar.withLock { bar in
            // The line takes the bar's place and the bar comes again below it.
            if !bar.isEmpty { Terminal.writeAll(Array(Self.clear.utf8), to: standardError) }
            Terminal.writeAll(Array((line + "\n").utf8), to: descriptor)
            if !bar.isEmpty { Terminal.writeAll(Array(bar.utf8), to: standardError) }
        }
    }

    private static let clear = "\r\u{1B}[K"

    /// `Analysing  [=====>    ]  5/10`
    package static func bar(_ progress: CommandProgress, width: Int) -> String {
        let total = max(progress.total, 1)
        let done = min(max(progress.done, 0), total)
        let count = " \(done)/\(total)"
        let label = progress.label.prefix(30) + " "
        let room = width - label.count - count.count - 2
        if room < 5 { return String((label + count).prefix(width)) }
        let filled = Int(Double(room) * Double(done) / Double(total))
        let head = filled > 0 && filled < room ? ">" : ""
        let body = String(repeating: "=", count: filled - head.count) + head
        return label + "[" + body + String(repeating: " ", count: room - filled) + "]" + count
    }
}
