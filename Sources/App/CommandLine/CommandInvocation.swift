import Glibc

/// One call of a command with all it may need, be it in this process or in the daemon.
package struct CommandInvocation: Sendable {
    package let arguments: ParsedArguments
    /// What `Command.Input` asks for, if it was given.
    package let input: [UInt8]?
    /// The caller's working directory, for relative paths.
    package let directory: String
    package let output: any Output

    package init(
        arguments: ParsedArguments, input: [UInt8]?, directory: String, output: any Output
    ) {
        self.arguments = arguments
        self.input = input
        self.directory = directory
        self.output = output
    }

    /// The invocation that a command line of another process asks for.
    ///
    /// - Throws: `CommandFailure` if the words don't belong to a command that works on services.
    package init(
        _ request: ControlRequest, send: @escaping @Sendable ([UInt8]) -> Void
    ) throws(CommandFailure) {
        guard case .run(let arguments) = try CommandParser.parse(request.arguments),
            arguments.command.place == .services
        else { throw CommandFailure(.usage, "This command does not run in the daemon.") }
        self.init(
            arguments: arguments, input: request.input, directory: request.directory,
            output: FrameOutput(request.traits, send: send))
    }

    /// What a daemon is asked to do the same.
    ///
    /// - Parameter words: the words of the command line that `arguments` were read from.
    package func controlRequest(_ words: [String]) -> ControlRequest {
        ControlRequest(
            arguments: words, directory: directory, input: input, traits: output.traits)
    }
}

extension CommandInvocation {
    /// Reads what the command wants from standard input, terminal or file before it runs anywhere.
    static func readInput(for arguments: ParsedArguments) throws(CommandFailure) -> [UInt8]? {
        switch arguments.command.input {
        case .none:
            return nil
        case .file(let name):
            return arguments.argument(name).flatMap(readFile)
        case .password:
            if arguments.flag("--password-stdin") { return try passwordFromInput() }
            return try passwordFromTerminal()
        }
    }

    private static func passwordFromInput() throws(CommandFailure) -> [UInt8] {
        guard let line = Terminal.readLineOfInput() else {
            throw CommandFailure(.noInput, "Standard input holds no password.")
        }
        return line
    }

    private static func passwordFromTerminal() throws(CommandFailure) -> [UInt8] {
        guard let password = Terminal.readSecret("Password: ") else {
            throw CommandFailure(.usage, "There is no terminal; use --password-stdin.")
        }
        guard Terminal.readSecret("Once more: ") == password else {
            throw CommandFailure(.dataError, "The two passwords differ.")
        }
        return password
    }

    /// More than any picture that is accepted, so that a refusal names the real limit.
    private static let largestFile = 128 << 20

    private static func readFile(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Terminal.readAll(descriptor, upTo: largestFile)
    }
}
