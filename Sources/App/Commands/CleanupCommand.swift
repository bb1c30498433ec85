import Domain
import Services
import Synchronization

extension Installation {
    private static let rule = String(repeating: "=", count: 60)

    private struct Tally: Encodable {
        var expired = 0
        var deletedRecords = 0
        var deletedFromS3 = 0
        var deletedLocally = 0
        var errors = 0
    }

    /// `cleanup-expired-photos`: removes every record whose time has passed, or says what it would remove.
    func cleanUpExpired(_ invocation: CommandInvocation) async throws -> ExitCode {
        let output = invocation.output
        let isDryRun = invocation.arguments.flag("--dry-run")
        let isQuiet = output.traits.json
        let say: @Sendable (String) -> Void = { line in if !isQuiet { output.out(line) } }
        let now = clock.now()
        if isDryRun { say("DRY RUN MODE - No files will be deleted") }
        let count = try await photos.expiredCount(before: now)
        guard count > 0 else {
            try output.data(Tally()) { ["No expired photos found"] }
            return .ok
        }
        say("Found \(count) expired photo(s)")
        let tally = Mutex(Tally())
        try await photos.cleanUp(
            before: now, isDryRun: isDryRun,
            batchSize: invocation.arguments.integer("--batch-size") ?? 100
        ) { expired in
            let done = tally.withLock { tally in
                Self.count(expired, in: &tally)
                return tally.expired
            }
            for line in Self.lines(about: expired, now) { say(line) }
            output.progress(CommandProgress("Expired photos", done: done, total: count))
        }
        output.progress(nil)
        let result = tally.withLock { $0 }
        try output.data(result) { Self.summary(result, isDryRun: isDryRun) }
        return result.errors > 0 ? .ioError : .ok
    }

    private static func count(_ expired: PhotoService.Expired, in tally: inout Tally) {
        tally.expired += 1
        switch expired.outcome {
        case .wouldDelete: break
        case .kept: tally.errors += 1
        case .deleted:
            tally.deletedRecords += 1
            switch expired.photo.blob.storage {
            case .s3: tally.deletedFromS3 += 1
            case .local: tally.deletedLocally += 1
            }
        }
    }

    private static func lines(about expired: PhotoService.Expired, _ now: Time) -> [String] {
        let photo = expired.photo
        let days = { (time: Time) in Int(now.seconds(since: time) / 86_400) }
        let place = photo.blob.storage == .s3 ? "S3" : "local"
        let head =
            "  Processing: \(photo.uuid) (created \(days(photo.createdAt)) days ago, "
            + "expired \(days(photo.expiresAt ?? now)) days ago)"
        return switch expired.outcome {
        case .wouldDelete:
            [
                head,
                "    [DRY RUN] Would delete \(photo.blob.storage.rawValue): \(photo.blob.key)",
            ]
        case .deleted:
            [
                head, "    ✓ Deleted from \(place): \(photo.blob.key)",
                "    ✓ Deleted database record: \(photo.uuid)",
            ]
        case .kept(let reason): [head, "    ✗ Failed to delete from \(place): \(reason)"]
        }
    }

    private static func summary(_ tally: Tally, isDryRun: Bool) -> [String] {
        if isDryRun {
            return [
                rule, "DRY RUN SUMMARY", "Would delete \(tally.expired) expired photo(s)", rule,
            ]
        }
        var lines = [
            rule, "CLEANUP SUMMARY", "Total expired photos: \(tally.expired)",
            "Database records deleted: \(tally.deletedRecords)",
            "S3 files deleted: \(tally.deletedFromS3)",
            "Local files deleted: \(tally.deletedLocally)",
        ]
        if tally.errors > 0 { lines.append("Storage errors: \(tally.errors)") }
        return lines + [rule]
    }
}
