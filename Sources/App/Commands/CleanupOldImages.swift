import Domain
import HTTP
import Services

extension Installation {
    private struct OldImages: Encodable {
        struct Sample: Encodable {
            var requestID: String
            var createdAt: String

            private enum CodingKeys: String, CodingKey {
                case requestID = "request_id"
                case createdAt = "created_at"
            }
        }

        var days: Int
        var isDryRun: Bool
        var count: Int
        var totalBytes: Int
        var freedBytes: Int
        var sample: [Sample]

        private enum CodingKeys: String, CodingKey {
            case days
            case isDryRun = "dry_run"
            case count
            case totalBytes = "total_bytes"
            case freedBytes = "freed_bytes"
            case sample
        }
    }

    /// `cleanup-old-images`: removes images of the request log, or says what it would remove.
    func cleanUpOldImages(_ invocation: CommandInvocation) async throws -> ExitCode {
        let days =
            invocation.arguments.integer("--days") ?? settings.current[.imageRetentionDays]
        let isDryRun = invocation.arguments.flag("--dry-run")
        let usage = requests.usage
        let cleanup =
            isDryRun
            ? try await usage.previewCleanup(olderThanDays: days)
            : try await usage.cleanUpImages(olderThanDays: days)
        let result = OldImages(
            days: days, isDryRun: isDryRun, count: cleanup.count, totalBytes: cleanup.totalBytes,
            freedBytes: cleanup.freedBytes,
            sample: cleanup.sample.map {
                .init(
                    requestID: $0.requestID,
                    createdAt: Timestamp.rfc3339($0.createdAt.milliseconds))
            })
        try invocation.output.data(result) { Self.lines(cleanup, days, isDryRun: isDryRun) }
        return .ok
    }

    private static func lines(
        _ cleanup: UsageService.Cleanup, _ days: Int, isDryRun: Bool
    ) -> [String] {
        guard cleanup.count > 0 else {
            return ["No images older than \(days) days found. Nothing to delete."]
        }
        guard isDryRun else {
            return [
                "Successfully deleted \(cleanup.count) old images "
                    + "(freed \(megabytes(cleanup.freedBytes)) MB of storage)"
            ]
        }
        var lines = [
            "DRY RUN: Would delete \(cleanup.count) images older than \(days) days "
                + "(total size: \(megabytes(cleanup.totalBytes)) MB)",
            "", "Sample of images to be deleted:",
        ]
        for image in cleanup.sample {
            let time = Timestamp.rfc3339(image.createdAt.milliseconds)
            lines.append(
                "  - Request \(image.requestID) from \(time.prefix(10)) \(time.dropFirst(11).prefix(8))"
            )
        }
        let more = cleanup.count - cleanup.sample.count
        return more > 0 ? lines + ["  ... and \(more) more"] : lines
    }

    /// With two decimals, rounded half up.
    private static func megabytes(_ bytes: Int) -> String {
        let hundredths = (bytes * 200 + 1_048_576) / (2 * 1_048_576)
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100)." + (fraction.utf8.count == 1 ? "0" : "") + fraction
    }
}
