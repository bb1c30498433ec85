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

/// What a command line asks a running daemon to do: the body of POST /control/run.
package struct ControlRequest: Sendable, Equatable, Codable {
    /// The words of the command line, without the program's name.
    package var arguments: [String]
    /// The caller's working directory, for relative paths.
    package var directory: String
    /// The password or the file that the command needs.
    package var input: [UInt8]?
    package var traits: OutputTraits

    package init(
        arguments: [String], directory: String, input: [UInt8]?, traits: OutputTraits
    ) {
        self.arguments = arguments
        self.directory = directory
        self.input = input
        self.traits = traits
    }

    private enum CodingKeys: String, CodingKey {
        case arguments = "argv"
        case directory, input, traits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        arguments = try container.decode([String].self, forKey: .arguments)
        directory = try container.decode(String.self, forKey: .directory)
        input = try container.decodeIfPresent(Data.self, forKey: .input).map(Array.init)
        traits = try container.decode(OutputTraits.self, forKey: .traits)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arguments, forKey: .arguments)
        try container.encode(directory, forKey: .directory)
        try container.encodeIfPresent(input.map { Data($0) }, forKey: .input)
        try container.encode(traits, forKey: .traits)
    }

    package var json: [UInt8] { (try? JSONEncoder().encode(self)).map(Array.init) ?? [] }

    package init?(json: [UInt8]) {
        guard let request = try? JSONDecoder().decode(Self.self, from: Data(json)) else {
            return nil
        }
        self = request
    }
}
