import Foundation
import Glibc
import HTTP
import HTTPClient
import SQLite
import Testing

/// What can be wrong with an installation, and how to bring it about.
private struct Damage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The check that finds it, and what its line says.
    let check: String
    let text: String
    /// Gets the data directory and the paths of the one picture and its thumbnail.
    let inflict: @Sendable (_ directory: String, _ files: [String]) throws -> Void

    static let all = [
        Damage(testDescription: "a picture is gone", check: "files", text: ".png is missing") {
            unlink($1[0])
        },
        Damage(testDescription: "a thumbnail is empty", check: "files", text: ".jpg has 0 bytes") {
            truncate($1[1], 0)
        },
        Damage(
            testDescription: "a file that nobody names", check: "orphans",
            text: "1 files of 5 bytes belong to no record"
        ) { directory, _ in
            try Data("stray".utf8).write(
                to: URL(fileURLWithPath: directory + "/blobs/thumbnails/stray.jpg"))
        },
        Damage(
            testDescription: "a vector has another bit", check: "vectors",
            text: "1 vectors were missing or damaged"
        ) { directory, _ in
            let file = open(directory + "/vectors/caption.vec", O_RDWR | O_CLOEXEC)
            defer { close(file) }
            var byte: UInt8 = 0
            pread(file, &byte, 1, 5000)
            byte ^= 1
            pwrite(file, &byte, 1, 5000)
        },
        Damage(
            testDescription: "the vectors are gone", check: "vectors",
            text: "2 vectors were missing or damaged"
        ) { directory, _ in
            try FileManager.default.removeItem(atPath: directory + "/vectors")
        },
        Damage(
            testDescription: "a setting of another version", check: "settings",
            text: "PHOTO_ANALYSIS_PHASH_THRESHOLD: the stored value cannot be read"
        ) { directory, _ in
            try change(
                directory,
                "INSERT INTO settings VALUES ('PHOTO_ANALYSIS_PHASH_THRESHOLD', 'many', 0)")
        },
        Damage(
            testDescription: "a record without its blob", check: "database",
            text: "a row of photo_analyses refers to a row of blobs that is not there"
        ) { directory, _ in
            try change(directory, "PRAGMA foreign_keys = OFF; DELETE FROM blobs")
        },
        Damage(
            testDescription: "an index that lacks a row", check: "database",
            text: "row 1 missing from index photo_analyses_by_blob"
        ) { directory, _ in
            let connection = try Connection(
                path: directory + "/tintype.db", options: ConnectionOptions(role: .writer))
            let page = try #require(
                try connection.value(
                    "SELECT rootpage FROM sqlite_schema WHERE name = 'photo_analyses_by_blob'",
                    as: Int.self))
            // The two bytes that count the cells of a page (https://www.sqlite.org/fileformat.html#b_tree_pages).
            let file = open(directory + "/tintype.db", O_RDWR | O_CLOEXEC)
            defer { close(file) }
            pwrite(file, [UInt8(0), 0], 2, off_t((page - 1) * 4096 + 3))
        },
    ]

    private static func change(_ directory: String, _ script: String) throws {
        let connection = try Connection(
            path: directory + "/tintype.db", options: ConnectionOptions(role: .writer))
        try connection.run(script: script)
    }
}

@Suite struct `The doctor` {
    private let folder: TemporaryFolder
    private var directory: String { folder.path + "/data" }

    init() throws { folder = try TemporaryFolder() }

    /// Stores one photo and returns the paths of its picture and its thumbnail.
    private func storeOne(thenStop: Bool = true) async throws -> (DaemonProcess, [String]) {
        let daemon = try DaemonProcess(directory)
        try await daemon.ready()
        #expect(try await daemon.upload(drawnPicture(1), as: "a").status == .created)
        if thenStop { #expect(try await daemon.stop() == 0) }
        let files = try ["photo_analysis", "thumbnails"].map { kind in
            let blobs = directory + "/blobs/" + kind
            let names = try FileManager.default.contentsOfDirectory(atPath: blobs)
            return blobs + "/" + (try #require(names.first))
        }
        return (daemon, files)
    }

    @Test(.timeLimit(.minutes(1)), arguments: Damage.all)
    private func `finds it when`(damage: Damage) async throws {
        let (_, files) = try await storeOne()
        try damage.inflict(directory, files)
        let (code, output) = try await DaemonProcess.run(["doctor"], in: directory)
        #expect(code == 65)
        let complaints = output.split(separator: "\n").filter { $0.hasPrefix("✗") }
        #expect(
            complaints.contains { $0.hasPrefix("✗ \(damage.check): ") && $0.contains(damage.text) },
            "\(output)")
    }

    @Test(.timeLimit(.minutes(1)))
    func `works through a daemon that serves, and tells programs in JSON`() async throws {
        let (daemon, files) = try await storeOne(thenStop: false)
        let good = try await DaemonProcess.run(["doctor", "--json"], in: directory)
        #expect(good.code == 0)
        let report = try JSONValue(parsing: Array(good.output.utf8))
        #expect(report["ok"]?.bool == true && report["checks"]?.array?.count == 10)
        unlink(files[0])
        let bad = try await DaemonProcess.run(["doctor", "--json"], in: directory)
        #expect(bad.code == 65)
        let complaint = try JSONValue(parsing: Array(bad.output.utf8))["checks"]?[1]
        #expect(complaint?["name"]?.string == "files" && complaint?["ok"]?.bool == false)
        #expect(complaint?["advice"]?.string?.hasPrefix("Restore the folder blobs") == true)
        #expect(try await daemon.stop() == 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `misses no file of a photo that has expired`() async throws {
        let daemon = try DaemonProcess(
            directory, ["PHOTO_ANALYSIS_IMAGE_TTL_HOURS": "0.000001"])
        try await daemon.ready()
        #expect(try await daemon.upload(drawnPicture(1), as: "a").status == .created)
        #expect(try await daemon.stop() == 0)
        try FileManager.default.removeItem(atPath: directory + "/blobs/photo_analysis")
        let (code, output) = try await DaemonProcess.run(["doctor"], in: directory)
        #expect(code == 0, "\(output)")
    }

    @Test func `says when no provider is there and uploads have no room`() async throws {
        let (code, output) = try await DaemonProcess.run(
            ["doctor"], in: directory,
            [
                "PHOTO_ANALYSIS_PROVIDER": "openai", "TINTYPE_MIN_FREE_SPACE": "1048576GiB",
            ])
        #expect(code == 65)
        #expect(output.contains("✗ provider: none is configured"))
        #expect(output.contains("so uploads are refused with 507"))
    }
}
