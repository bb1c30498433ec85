import Foundation
import Glibc
import HTTP
import HTTPClient
import Testing

/// A file system in memory that a test can fill, which only the superuser can make.
private final class SmallDisk {
    let folder: TemporaryFolder
    private let filler: String

    init(mebibytes: Int) throws {
        folder = try TemporaryFolder()
        filler = folder.path + "/filler"
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            throw DaemonProcess.Broken(description: "mount: errno \(errno)")
        }
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    static let isPossible = (try? SmallDisk(mebibytes: 1)) != nil

    private var freeBytes: Int {
        var status = statvfs()
        statvfs(folder.path, &status)
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Leaves so many bytes free, to the page.
    func fill(leaving free: Int) throws {
        clear()
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let code = posix_fallocate(descriptor, 0, off_t(max(4096, freeBytes - free)))
        guard code == 0 else { throw DaemonProcess.Broken(description: "fill: errno \(code)") }
    }

    func clear() { unlink(filler) }
}

@Suite(
    .serialized,
    .enabled(if: SmallDisk.isPossible, "needs root to mount a small file system"))
struct `A daemon on a full disk` {
    private let disk: SmallDisk
    private var directory: String { disk.folder.path + "/data" }
    private var log: String { NSTemporaryDirectory() + "tintype-disk-\(getpid()).log" }

    init() throws { disk = try SmallDisk(mebibytes: 24) }

    private static let refusal = #"{"error":"Photo analysis failed","detail":"Storage error"}"#

    @Test(.timeLimit(.minutes(1)), arguments: ["0", "4MiB"])
    func `refuses uploads with 507, reads on and recovers by itself`(least: String) async throws {
        defer { unlink(log) }
        let daemon = try DaemonProcess(directory, ["TINTYPE_MIN_FREE_SPACE": least], log: log)
        try await daemon.ready()
        let picture = drawnPicture(1)
        let first = try await daemon.upload(picture, as: "a")
        #expect(first.status == .created)
        let id = try #require(
            try JSONValue(parsing: first.body)["analysis"]?["id"]?.string)

        try disk.fill(leaving: 64 << 10)
        let large = drawnPicture(2, width: 400, height: 300)
        let refused = try await daemon.upload(large, as: "a")
        #expect(refused.status.code == 507)
        #expect(String(decoding: refused.body, as: UTF8.self) == Self.refusal)
        let path = "/api/photo-analysis/\(id)/"
        #expect(try await daemon.get(path, as: "a").status == .ok)
        #expect(try await daemon.get(path + "image/").body == picture)

        disk.clear()
        #expect(try await daemon.upload(large, as: "a").status == .created)
        #expect(try await daemon.stop() == 0)
    }

    @Test(.timeLimit(.minutes(2)))
    func `stores all of an upload or nothing, wherever the space ends`() async throws {
        defer { unlink(log) }
        let daemon = try DaemonProcess(directory, log: log)
        try await daemon.ready()
        var stored: Set<String> = []
        var refusals = 0
        var free = 4096
        var seed: UInt64 = 100
        // From too little for the spool to enough for everything, a page more each time.
        while free < 200 << 10 {
            try disk.fill(leaving: free)
            let answer = try await daemon.upload(drawnPicture(seed), as: "a")
            switch answer.status.code {
            case 201:
                if let id = try JSONValue(parsing: answer.body)["analysis"]?["id"]?.string {
                    stored.insert(id)
                }
            case 507:
                refusals += 1
                #expect(String(decoding: answer.body, as: UTF8.self) == Self.refusal)
            default:
                Issue.record("\(free): \(answer.status.code) \(answer.body.count) bytes")
            }
            seed += 1
            free += 4096
        }
        disk.clear()
        #expect(refusals > 5)
        let last = try await daemon.upload(drawnPicture(seed), as: "a")
        #expect(last.status == .created)
        let list = try JSONValue(
            parsing: try await daemon.get("/api/photo-analysis/", as: "a").body)
        #expect(list["count"]?.int == stored.count + 1)
        #expect(try await daemon.stop() == 0)
        try await expectNothingHalfDone()
    }

    /// The next start collects what is left, and the doctor finds nothing.
    private func expectNothingHalfDone() async throws {
        let again = try DaemonProcess(directory, log: log)
        try await again.ready()
        try await again.collected()
        #expect(try await again.stop() == 0)
        let doctor = try await DaemonProcess.run(["doctor"], in: directory)
        #expect(doctor.code == 0, "\(doctor.output)")
    }

    @Test func `says so when there is no space to start with`() async throws {
        try disk.fill(leaving: 0)
        let log = NSTemporaryDirectory() + UUID().uuidString
        let (code, output) = try await DaemonProcess.run(["serve"], in: directory, log: log)
        #expect(code == 74, "\(output)")
        #expect(output.contains("o space left on"), "\(output)")
    }

    @Test(arguments: [16, 64, 128, 256, 512])
    func `says so when the space ends while it starts`(kibibytes: Int) async throws {
        try disk.fill(leaving: kibibytes << 10)
        defer { unlink(log) }
        let daemon = try DaemonProcess(directory, log: log)
        do {
            try await daemon.ready()
            #expect(try await daemon.stop() == 0)
        } catch {
            let code = try await daemon.exitCode()
            #expect(code == 74, "\(daemon.output)")
            #expect(daemon.output.contains("o space left on"), "\(daemon.output)")
        }
    }
}
