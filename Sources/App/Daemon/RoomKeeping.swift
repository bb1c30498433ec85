import API
import Services
import Telemetry

/// What goes on in rooms while nobody asks: those who fell silent go offline, those who listen stay.
package struct RoomKeeping: Sendable {
    let installation: Installation

    package init(installation: Installation) {
        self.installation = installation
    }

    /// How often it is looked who fell silent.
    private static let pause = Duration.seconds(1)
    /// How often an open stream counts as being there, in such looks.
    private static let looksPerStay = 60

    /// Works until it is cancelled.
    package func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await installation.roomStreams.run() }
            group.addTask {
                var looks = 0
                while true {
                    try await Task.sleep(for: Self.pause)
                    looks += 1
                    await look(isStay: looks % Self.looksPerStay == 0)
                }
            }
            defer { group.cancelAll() }
            while let _ = try await group.next() {}
        }
    }

    private func look(isStay: Bool) async {
        do {
            if isStay { try await stay() }
            try await installation.rooms.announceOffline()
        } catch is CancellationError {
            return
        } catch {
            installation.log.error(
                "presence in rooms is not up to date", ["error": .text("\(error)")])
        }
    }

    /// Everybody whose stream is open is there.
    package func stay() async throws {
        let listeners = installation.roomStreams.listeners
        if !listeners.isEmpty { try await installation.rooms.seen(listeners) }
    }
}
