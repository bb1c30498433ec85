import Domain
import HTTPServer

/// `serve`: the daemon in this process, until a signal ends it.
struct ServeCommand: Sendable {
    let configuration: Configuration
    let environment: [String: String]

    func run() async throws(CommandFailure) -> ExitCode {
        Allocator.configure()
        let directory = try DataDirectory(configuration.startup[.dataDirectory])
        let installation = try await Installation(
            configuration, directory: directory.path,
            log: configuration.makeLogger(environment: environment))
        let daemon = Daemon(
            installation: installation, directory: directory, environment: environment)
        try await daemon.runUntilSignal { _ in }
        return .ok
    }
}

extension Daemon {
    /// Runs until SIGTERM or SIGINT; a second signal ends the process at once.
    func runUntilSignal(
        onReady: @escaping @Sendable ([HTTPServer.ListenAddress]) async throws -> Void
    ) async throws(CommandFailure) {
        let signals = try ProcessSignals()
        let service = Task { try await run(onReady: onReady) }
        let listener = Task { [events = signals.events] in
            for await event in events where event == .stop { service.cancel() }
        }
        defer { listener.cancel() }
        do {
            try await service.value
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.software, "The daemon failed: \(error)")
        }
    }
}
