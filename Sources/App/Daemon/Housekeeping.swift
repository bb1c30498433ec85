import Domain
import Services
import Storage
import Store
import Telemetry

/// What the daemon does by itself: expired photos, old limits and answers, files that no record names.
package struct Housekeeping: Sendable {
    let installation: Installation

    package init(installation: Installation) {
        self.installation = installation
    }

    /// How long after its expiry a record is removed.
    private static let reprieve = 24.0 * 3600
    /// How old a file must be before it can be an orphan: younger ones may belong to an upload under way.
    static let orphanAge = 3600.0
    private static let interval = Duration.seconds(3600)

    /// Works once an hour until it is cancelled; at once after a start.
    package func run() async throws {
        // Nothing that is older than this start can belong to an upload under way. Uploads are taken in already when
        // this runs, and a file system's clock may lag by a tick of a hundredth of a second.
        await step("collecting files without a record") {
            try await collectOrphans(before: installation.openedAt.advanced(bySeconds: -0.02))
        }
        while true {
            await step("removing expired photos") { try await removeExpired() }
            await step("sweeping limits") {
                try await installation.limiter.sweep()
                try await installation.idempotency.sweep()
            }
            try await Task.sleep(for: Self.interval)
            await step("collecting files without a record") {
                let now = installation.clock.now()
                try await collectOrphans(before: now.advanced(bySeconds: -Self.orphanAge))
            }
        }
    }

    private func step(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch {
            installation.log.error("\(what) failed", ["error": .text("\(error)")])
        }
    }

    /// Removes records whose reprieve is over, where the settings want that.
    package func removeExpired() async throws {
        guard installation.settings.current[.autoCleanup] else { return }
        let moment = installation.clock.now().advanced(bySeconds: -Self.reprieve)
        let metrics = installation.metrics
        try await installation.photos.cleanUp(before: moment, isDryRun: false, batchSize: 100) {
            if $0.outcome == .deleted { metrics.add(.expiredPhotos) }
        }
    }

    /// Removes stored files that were last changed before `moment` and that no record names.
    package func collectOrphans(before moment: Time) async throws {
        let store = installation.store
        for try await page in installation.storage.keys() {
            let old = page.filter { $0.modified < moment.milliseconds }.map(\.key)
            let orphans = try await store.read { tables in
                try old.filter { try !tables.blobs.names(key: $0) }
            }
            for key in orphans {
                _ = try await installation.storage.delete(key)
                installation.metrics.add(.orphanFiles)
            }
            if !orphans.isEmpty {
                installation.log.notice(
                    "files without a record were removed", ["count": .integer(orphans.count)])
            }
        }
        installation.metrics.add(.collections)
    }
}
