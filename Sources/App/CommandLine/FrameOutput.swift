/// An output that sends frames, used by the daemon.
package struct FrameOutput: Output {
    package let traits: OutputTraits
    private let send: @Sendable ([UInt8]) -> Void

    /// - Parameter send: takes whole lines, in order.
    package init(_ traits: OutputTraits, send: @escaping @Sendable ([UInt8]) -> Void) {
        self.traits = traits
        self.send = send
    }

    package func out(_ line: String) { send(CommandFrame.out(line).line) }
    package func err(_ line: String) { send(CommandFrame.err(line).line) }
    package func progress(_ progress: CommandProgress?) {
        send(CommandFrame.progress(progress).line)
    }
    /// Ends the conversation.
    package func exit(_ code: ExitCode) { send(CommandFrame.exit(code.rawValue).line) }
}

extension Output {
    /// Shows a frame that came from the daemon; the exit code if it was the last.
    package func show(_ frame: CommandFrame) -> Int32? {
        switch frame {
        case .out(let line): out(line)
        case .err(let line): err(line)
        case .progress(let progress): self.progress(progress)
        case .exit(let code): return code
        }
        return nil
    }
}
