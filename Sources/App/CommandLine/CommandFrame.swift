import FoundationEssentials

/// One line of what a running daemon sends back about a command: `{"out":"…"}`, `{"err":"…"}`, `{"progress":…}`, `{"exit":0}`.
package enum CommandFrame: Sendable, Equatable {
    case out(String)
    case err(String)
    case progress(CommandProgress?)
    /// The last frame.
    case exit(Int32)

    private struct Wire: Codable {
        var out: String?
        var err: String?
        var progress: CommandProgress?
        var exit: Int32?
    }

    /// The frame as JSON with its newline.
    package var line: [UInt8] {
        var wire = Wire()
        switch self {
        case .out(let text): wire.out = text
        case .err(let text): wire.err = text
        case .progress(nil): return Array("{\"progress\":null}\n".utf8)
        case .progress(let progress?): wire.progress = progress
        case .exit(let code): wire.exit = code
        }
        // Strings and integers always encode.
        return ((try? JSONEncoder().encode(wire)).map(Array.init) ?? Array("{}".utf8)) + [10]
    }

    /// Reads one line without its newline; nil where it is no frame.
    package init?(line: [UInt8]) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(line)) else { return nil }
        if let text = wire.out {
            self = .out(text)
        } else if let text = wire.err {
            self = .err(text)
        } else if let code = wire.exit {
            self = .exit(code)
        } else {
            self = .progress(wire.progress)
        }
    }
}

/// Cuts what arrives from a socket into frames.
package struct CommandFrameReader: Sendable {
    /// A longer line is no frame of ours.
    package static let maximumLine = 8 << 20

    private var pending: [UInt8] = []

    package init() {}

    /// The frames that `bytes` complete.
    /// - Throws: `CommandFailure` when the other side speaks something else.
    package mutating func read(_ bytes: [UInt8]) throws(CommandFailure) -> [CommandFrame] {
        pending += bytes
        var frames: [CommandFrame] = []
        while let end = pending.firstIndex(of: 10) {
            guard let frame = CommandFrame(line: Array(pending[..<end])) else { throw Self.failure }
            frames.append(frame)
            pending.removeSubrange(...end)
        }
        if pending.count > Self.maximumLine { throw Self.failure }
        return frames
    }

    private static let failure = CommandFailure(
        .protocolError, "The daemon answered with something this command does not understand.")
}
