import App
import Foundation
import Glibc
import HTTP
import Testing

/// `cleanup-expired-photos` (§12).
@Suite struct CleanupTests {
    /// The lines that a command writes when the daemon runs it, and its exit code.
    private static func run(
        _ words: [String], _ daemon: TestDaemon
    ) async throws -> (lines: [String], code: Int32?) {
        let request = ControlRequest(
            arguments: words, directory: "/", input: nil, traits: OutputTraits())
        let answer = try await daemon.send(
            .post, "/control/run", body: Array(try JSONEncoder().encode(request)))
        var reader = CommandFrameReader()
        var lines: [String] = []
        var code: Int32?
        for frame in try reader.read(answer.body) {
            switch frame {
            case .out(let line): lines.append(line)
            case .exit(let number): code = number
            default: break
            }
        }
        return (lines, code)
    }

    private static let rule = String(repeating: "=", count: 60)

    @Test func `row 52: a dry run removes nothing, a run removes all`() async throws {
        try await TestDaemon.run(settings: ["IMAGE_TTL_HOURS": "24"]) { daemon in
            var ids: [String] = []
            for number in 0..<5 {
                ids.append(try await daemon.record(Picture.unique(number), as: "F1"))
                daemon.clock.advance(1)
            }
            try await daemon.set("IMAGE_TTL_HOURS", "2400")
            let kept = try await daemon.record(Picture.unique(9), as: "F1")
            let none = try await Self.run(["cleanup-expired-photos"], daemon)
            #expect(none.lines == ["No expired photos found"] && none.code == 0)
            daemon.clock.advance(3 * 86_400)
            let dry = try await Self.run(["cleanup_expired_photos", "--dry-run"], daemon)
            #expect(dry.lines.first == "DRY RUN MODE - No files will be deleted")
            #expect(dry.lines.dropFirst().first == "Found 5 expired photo(s)")
            let lines = dry.lines.dropFirst(2).prefix(2)
            #expect(
                lines.first == "  Processing: \(ids[0]) (created 3 days ago, expired 2 days ago)")
            #expect(
                lines.last?.hasPrefix("    [DRY RUN] Would delete local: photo_analysis/") == true)
            #expect(
                dry.lines.suffix(4) == [
                    Self.rule, "DRY RUN SUMMARY", "Would delete 5 expired photo(s)", Self.rule,
                ])
            #expect(daemon.files().count == 12)
            let done = try await Self.run(
                ["cleanup-expired-photos", "--batch-size", "1"], daemon)
            #expect(done.code == 0)
            #expect(done.lines[0] == "Found 5 expired photo(s)")
            #expect(done.lines[2].hasPrefix("    ✓ Deleted from local: photo_analysis/"))
            #expect(done.lines[3] == "    ✓ Deleted database record: \(ids[0])")
            #expect(
                done.lines.suffix(7) == [
                    Self.rule, "CLEANUP SUMMARY", "Total expired photos: 5",
                    "Database records deleted: 5", "S3 files deleted: 0",
                    "Local files deleted: 5", Self.rule,
                ])
            #expect(daemon.files().count == 2)
            for id in ids {
                let path = "/api/photo-analysis/\(id)/"
                #expect(try await daemon.get(path, as: "F1").status == 404)
                #expect(try await daemon.get(path + "image/").status == 404)
            }
            let left = try await daemon.get("/api/photo-analysis/\(kept)/", as: "F1")
            #expect(left.status == 200)
        }
    }

    @Test func `a file that is gone counts as deleted, one that stays keeps its record`()
        async throws
    {
        try await TestDaemon.run(settings: ["IMAGE_TTL_HOURS": "1"]) { daemon in
            let gone = try await daemon.record(Picture.unique(1), as: "F1")
            let root = daemon.folder.path + "/blobs/"
            for file in daemon.files() { unlink(root + file) }
            daemon.clock.advance(1)
            let stuck = try await daemon.record(Picture.unique(2), as: "F1")
            // A folder in the file's place cannot be unlinked, not even by root.
            for file in daemon.files() where file.hasSuffix(".png") {
                unlink(root + file)
                mkdir(root + file, 0o700)
            }
            daemon.clock.advance(7200)
            let done = try await Self.run(["cleanup-expired-photos"], daemon)
            #expect(done.code == 74)
            let failed = "    ✗ Failed to delete from local: "
            #expect(done.lines.count { $0.hasPrefix(failed) } == 1)
            #expect(done.lines.contains("Database records deleted: 1"))
            #expect(done.lines.contains("Storage errors: 1"))
            for (id, status) in [(gone, 404), (stuck, 200)] {
                let answer = try await daemon.get("/api/photo-analysis/\(id)/", as: "F1")
                #expect(answer.status == status)
            }
        }
    }
}
