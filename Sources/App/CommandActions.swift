import Glibc

extension TintypeCommand {
    /// The program with this process's environment and descriptors.
    ///
    /// - Parameter arguments: the words of the command line without the program's name.
    /// - Returns: the exit code.
    package static func main(arguments: [String]) async -> Int32 {
        ProcessSignals.ignoreBrokenPipes()
        let environment = ProcessEnvironment.current
        let command = TintypeCommand(
            environment: environment,
            makeOutput: { TerminalOutput(json: $0, environment: environment) },
            action: perform)
        return await command.run(arguments).rawValue
    }

    /// Does the work of every command but help, version and completion.
    private static func perform(
        _ invocation: CommandInvocation, _ words: [String], _ configuration: Configuration
    ) async throws(CommandFailure) -> ExitCode {
        throw CommandFailure(
            .unavailable, "\(invocation.arguments.verb.rawValue) is not part of this build.")
    }
}
