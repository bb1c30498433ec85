import Foundation
import Glibc
import SQLite
import Testing

@Suite struct `A daemon that cannot start` {
    private let folder: TemporaryFolder
    private var directory: String { folder.path + "/data" }

    init() throws { folder = try TemporaryFolder() }

    private func makeDirectory() throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    private func serve(
        _ environment: [String: String] = [:], prefix: [String] = [], log: String? = nil
    ) async throws -> (code: Int32, output: String) {
        try await DaemonProcess.run(
            ["serve"], in: directory, environment, prefix: prefix, log: log)
    }

    /// Changes the database of an installation by hand.
    private func database(_ script: String) throws {
        try makeDirectory()
        let connection = try Connection(
            path: directory + "/tintype.db", options: ConnectionOptions(role: .writer))
        try connection.run(script: script)
    }

    @Test func `names both versions of a database that is newer than it is`() async throws {
        #expect(try await DaemonProcess.run(["users", "list"], in: directory).code == 0)
        try database("PRAGMA user_version = 99")
        let (code, output) = try await serve()
        #expect(code == 65)
        #expect(output.contains("The database has version 99, this program knows versions up to "))
    }

    @Test func `refuses a file that is no database`() async throws {
        try makeDirectory()
        try folder.write(String(repeating: "not a database ", count: 99), to: "data/tintype.db")
        let (code, output) = try await serve()
        #expect(code == 65)
        #expect(output.contains("tintype.db is no SQLite database or is damaged."))
    }

    @Test func `refuses the database of another program`() async throws {
        try database("PRAGMA application_id = 77; CREATE TABLE t (x INTEGER)")
        let (code, output) = try await serve()
        #expect(code == 65)
        #expect(output.contains("belongs to another program (application id 77)"))
    }

    @Test(.enabled(if: Unprivileged.isPossible, "needs root and setpriv to become somebody else"))
    func `says whose rights are missing in a folder that it may only read`() async throws {
        #expect(try await DaemonProcess.run(["users", "list"], in: directory).code == 0)
        chmod(folder.path, 0o755)
        chmod(directory, 0o755)
        let log = NSTemporaryDirectory() + UUID().uuidString
        let (code, output) = try await serve(prefix: Unprivileged.prefix, log: log)
        #expect(code == 77)
        #expect(output.contains("\(directory): Permission denied."), "\(output)")
    }

    @Test func `names the process that has the folder`() async throws {
        let first = try DaemonProcess(directory)
        try await first.ready()
        let (code, output) = try await serve()
        #expect(code == 75)
        #expect(output.contains("is already in use by process \(first.pid)."))
        #expect(try await first.stop() == 0)
    }

    @Test func `names the address that somebody else has, and leaves no socket behind`()
        async throws
    {
        let (listening, port) = try listeningSocket()
        defer { close(listening) }
        let (code, output) = try await serve(["TINTYPE_LISTEN": "127.0.0.1:\(port)"])
        #expect(code == 69)
        #expect(output.contains("127.0.0.1:\(port)"))
        #expect(output.contains("Stop the other process or choose --listen."))
        #expect(!FileManager.default.fileExists(atPath: directory + "/tintype.sock"))
    }

    @Test(arguments: [
        ("TINTYPE_LISTEN", "nowhere:x"), ("PHOTO_ANALYSIS_PHASH_THRESHOLD", "17"),
        ("TINTYPE_CONFIG", "/nonexistent/tintype.conf"),
    ])
    func `names the setting that is wrong`(name: String, value: String) async throws {
        let (code, output) = try await serve([name: value])
        #expect(code == 78, "\(output)")
        #expect(output.contains(name == "TINTYPE_CONFIG" ? value : name), "\(output)")
    }

    @Test func `says that the data directory is a file`() async throws {
        try folder.write("", to: "data")
        let (code, output) = try await serve()
        #expect(code == 73)
        #expect(output.contains("is not a folder; choose another --data-dir."))
    }
}

/// Running as somebody who owns nothing, which only the superuser can arrange.
private enum Unprivileged {
    static let prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    static let isPossible: Bool = {
        guard getuid() == 0 else { return false }
        let words = ["setpriv", "--reuid=65534", "test", "-x", DaemonProcess.executable]
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}
