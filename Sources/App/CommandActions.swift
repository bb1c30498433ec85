import Domain
import Glibc
import Imaging

extension TintypeCommand {
    /// The program with this process's environment and descriptors.
    ///
    /// - Parameter arguments: the words of the command line without the program's name.
    /// - Returns: the exit code.
    package static func main(arguments: [String]) async -> Int32 {
        if arguments.first == Verb.decodeWorkerWord {
            DecodeWorker.run(arguments: Array(arguments.dropFirst()))
        }
        ProcessSignals.ignoreBrokenPipes()
        let environment = ProcessEnvironment.current
        let command = TintypeCommand(
            environment: environment,
            makeOutput: { TerminalOutput(json: $0, environment: environment) },
            action: { invocation, words, configuration throws(CommandFailure) in
                try await perform(invocation, words, configuration, environment)
            })
        return await command.run(arguments).rawValue
    }

    /// Does the work of every command but help, version and completion.
    private static func perform(
        _ invocation: CommandInvocation, _ words: [String], _ configuration: Configuration,
        _ environment: [String: String]
    ) async throws(CommandFailure) -> ExitCode {
        switch invocation.arguments.verb {
        case .serve:
            return try await ServeCommand(configuration: configuration, environment: environment)
                .run()
        case .demo:
            return try await DemoCommand(
                configuration: configuration, environment: environment,
                output: invocation.output
            ).run(isDirectoryNamed: configuration.startup.isSet(.dataDirectory))
        case .health:
            return try await health(invocation, configuration)
        default:
            return try await performOnServices(invocation, words, configuration)
        }
    }

    /// In the running daemon, or here when none runs.
    private static func performOnServices(
        _ invocation: CommandInvocation, _ words: [String], _ configuration: Configuration
    ) async throws(CommandFailure) -> ExitCode {
        let path = configuration.startup[.dataDirectory]
        switch try CommandSite.choose(dataDirectory: path) {
        case .daemon(let socket):
            return try await ControlClient(socket: socket).run(
                invocation.controlRequest(words), output: invocation.output)
        case .alone(let directory):
            let installation = try await Installation(
                configuration, directory: directory.path, log: configuration.makeQuietLogger())
            let result: Result<ExitCode, CommandFailure>
            do throws(CommandFailure) {
                result = .success(try await installation.perform(invocation))
            } catch {
                result = .failure(error)
            }
            await installation.close()
            return try result.get()
        }
    }
}

extension Verb {
    /// What the executable is called with to be a decoder; no command of people's.
    static let decodeWorkerWord = "decode-worker"
}
