import Domain
import Store
import Synchronization

/// Tells whether the daemon can do its work: reads and writes for a trial, at most once a second.
package final class HealthService: Sendable {
    package struct Checks: Sendable {
        /// A read and a write succeeded.
        package var database: Bool
        /// The data directory can be written to and has room.
        package var storage: Bool
    }

    private static let freshness = Duration.seconds(1)

    private let store: DataStore
    private let spool: Spool
    private let clock: TimeSource
    private let last = Mutex<(at: ContinuousClock.Instant, checks: Checks)?>(nil)

    package init(store: DataStore, spool: Spool, clock: TimeSource) {
        self.store = store
        self.spool = spool
        self.clock = clock
    }

    package func checks() async -> Checks {
        let start = ContinuousClock.now
        if let last = last.withLock({ $0 }), start - last.at < Self.freshness {
            return last.checks
        }
        let checks = Checks(database: await isDatabaseWell(), storage: spool.isWritable)
        last.withLock { $0 = (start, checks) }
        return checks
    }

    private func isDatabaseWell() async -> Bool {
        let now = clock.now()
        do {
            try await store.write { try $0.health.note(now) }
            return try await store.read { try $0.health.last() } != nil
        } catch {
            return false
        }
    }
}
