import Domain
import Glibc
import HTTP
import HTTPServer
import Services
import Synchronization
import Telemetry

/// The running service: an installation behind its sockets until it is told to stop.
package struct Daemon: Sendable {
    let installation: Installation
    let directory: DataDirectory
    let environment: [String: String]

    package init(
        installation: Installation, directory: DataDirectory, environment: [String: String]
    ) {
        self.installation = installation
        self.directory = directory
        self.environment = environment
    }

    /// Serves until the surrounding task is cancelled, then finishes what is under way.
    ///
    /// - Parameter onReady: gets the addresses that are served, with the ports that the system chose.
    package func run(
        onReady: @escaping @Sendable ([HTTPServer.ListenAddress]) async throws -> Void
    ) async throws {
        let handler = installation.handler
        let manager = ServiceManager(environment: environment)
        let control = Server(
            controlConfiguration, handler: handler)
        let server = Server(
            installation.serverConfiguration(addresses), handler: Self.withoutControl(handler))
        installation.isServing.store(true, ordering: .relaxed)
        // Sockets that are handed over need not be those of the settings.
        if environment["LISTEN_FDS"] != nil {
            installation.isReachedLocally.store(false, ordering: .relaxed)
        }
        do {
            _ = try await control.start()
            let served = try await server.start()
            installation.isReachedLocally.store(
                served.allSatisfy { Domain.ListenAddress($0.description)?.isLocal == true },
                ordering: .relaxed)
            manager.ready("Serving \(served.map(\.description).joined(separator: ", "))")
            for address in served {
                installation.log.info("serving", ["address": .text(address.description)])
            }
            // Told when the stop begins: what is under way may still take a while.
            try await withTaskCancellationHandler {
                try await work(server, control, manager) { try await onReady(served) }
            } onCancel: {
                manager.stopping()
            }
        } catch let error as ListenError {
            await control.stop(grace: .zero)
            await installation.close()
            throw CommandFailure(
                .unavailable,
                "\(error)."
                    + (error.isAddressInUse ? " Stop the other process or choose --listen." : ""))
        } catch is CancellationError {
            installation.log.info("stopped serving")
        }
        await server.stop(grace: grace)
        await control.stop(grace: grace)
        await installation.close()
    }

    /// Everything that goes on while requests are served.
    private func work(
        _ server: Server, _ control: Server, _ manager: ServiceManager,
        onReady: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { await server.run(grace: grace) }
            group.addTask { await control.run(grace: grace) }
            group.addTask { try await installation.work() }
            group.addTask { try await Housekeeping(installation: installation).run() }
            group.addTask { try await RoomKeeping(installation: installation).run() }
            group.addTask { try await manager.runWatchdog { true } }
            group.addTask { try await Allocator.returnUnused() }
            group.addTask {
                try await onReady()
                try await Task.sleep(for: .seconds(1 << 40))
            }
            defer { group.cancelAll() }
            // The first to end is the cancellation of all.
            while let _ = try await group.next() {}
        }
    }

    private var grace: Duration { installation.configuration.startup[.shutdownTimeout] }

    private var addresses: [HTTPServer.ListenAddress] {
        installation.configuration.listenAddresses.compactMap {
            HTTPServer.ListenAddress(parsing: $0.description)
        }
    }

    /// The socket in the data directory, open to whoever may enter that folder.
    private var controlConfiguration: Server.Configuration {
        var configuration = installation.serverConfiguration(
            [.unix(path: DataDirectory.socketPath(in: directory.path))])
        configuration.usesSocketActivation = false
        return configuration
    }

    /// Commands are taken on the socket in the data directory alone.
    private static func withoutControl(_ handler: @escaping Handler) -> Handler {
        { request in
            // By bytes, as the router compares: a letter and an accent behind it are one character.
            guard request.path.utf8.starts(with: "/control".utf8) else {
                return try await handler(request)
            }
            var hidden = request
            hidden.path = "/not-found"
            return try await handler(hidden)
        }
    }
}
