import Glibc

/// The program as a function from arguments to an exit code.
package struct TintypeCommand: Sendable {
    /// Runs one command; the words are those of the command line, for a daemon to read again.
    package typealias Action =
        @Sendable (CommandInvocation, _ words: [String], Configuration) async throws(CommandFailure)
        -> ExitCode

    private let environment: [String: String]
    private let makeOutput: @Sendable (_ json: Bool) -> any Output
    private let action: Action

    package init(
        environment: [String: String], makeOutput: @escaping @Sendable (_ json: Bool) -> any Output,
        action: @escaping Action
    ) {
        self.environment = environment
        self.makeOutput = makeOutput
        self.action = action
    }

    /// Runs the command of these words, without the program's name, and says what to exit with.
    package func run(_ words: [String]) async -> ExitCode {
        var output = makeOutput(words.contains("--json"))
        do throws(CommandFailure) {
            switch try CommandParser.parse(words) {
            case .help(let topics):
                let text = CommandHelp.text(about: topics, columns: min(output.traits.columns, 100))
                output.out(String(text.dropLast()))
                return .ok
            case .run(let arguments):
                output = makeOutput(arguments.wantsJSON)
                return try await run(arguments, words, output)
            }
        } catch {
            report(error, to: output)
            return error.exitCode
        }
    }

    private func run(
        _ arguments: ParsedArguments, _ words: [String], _ output: any Output
    ) async throws(CommandFailure) -> ExitCode {
        switch arguments.verb {
        case .version:
            return try version(output)
        case .completion:
            guard arguments.argument("SHELL") == "bash" else {
                throw CommandFailure(.usage, "Completion is made for bash only.")
            }
            output.out(String(BashCompletion.script().dropLast()))
            return .ok
        default:
            let configuration = try Configuration.load(
                flags: arguments.settingFlags, environment: environment)
            for warning in configuration.warnings { output.err("tintype: " + warning) }
            let invocation = CommandInvocation(
                arguments: arguments, input: try CommandInvocation.readInput(for: arguments),
                directory: Self.workingDirectory, output: output)
            return try await action(invocation, words, configuration)
        }
    }

    private func version(_ output: any Output) throws(CommandFailure) -> ExitCode {
        do {
            try output.data(["version": Version.current]) { ["tintype \(Version.current)"] }
            return .ok
        } catch {
            throw CommandFailure(.software, "The version cannot be written.")
        }
    }

    private func report(_ failure: CommandFailure, to output: any Output) {
        output.progress(nil)
        output.err("tintype: \(failure.message)")
    }

    private static var workingDirectory: String {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
