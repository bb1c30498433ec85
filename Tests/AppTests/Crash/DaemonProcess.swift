import Foundation
import Glibc
import HTTP
import HTTPClient

/// The built program as a process of its own, that a test may kill.
final class DaemonProcess: Sendable {
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    /// The socket in the data directory, which serves everything that the public ones do.
    let socket: String
    private let log: String
    private let client = HTTPClient()

    /// The executable that the build put beside the bundle of these tests.
    static let executable: String = {
        let products = Bundle.allBundles.map(\.bundlePath) + [CommandLine.arguments[0]]
        let folders = products.map { ($0 as NSString).deletingLastPathComponent }
        let candidates = folders + [packageRoot + "/.build/release", packageRoot + "/.build/debug"]
        return candidates.map { $0 + "/tintype" }.first { access($0, X_OK) == 0 }
            ?? packageRoot + "/.build/release/tintype"
    }()

    /// What makes a daemon of a test quick: no limits, no OCR, no second look at similar pictures.
    static func environment(_ more: [String: String] = [:]) -> [String: String] {
        let base = [
            "PATH": "/usr/bin:/bin", "PHOTO_ANALYSIS_PROVIDER": "builtin", "TINTYPE_OCR": "false",
            "PHOTO_ANALYSIS_ENABLE_RATE_LIMITING": "false",
            "PHOTO_ANALYSIS_ENABLE_PERCEPTUAL_REUSE": "false", "TINTYPE_DECODE_WORKERS": "1",
            "TINTYPE_LISTEN": "127.0.0.1:0", "TINTYPE_MIN_FREE_SPACE": "0",
            "TINTYPE_ACCESS_LOG": "false", "TINTYPE_LOG_FORMAT": "json",
        ]
        return base.merging(more) { $1 }
    }

    /// Starts `tintype serve` without waiting for it.
    ///
    /// - Parameters:
    ///   - listening: a socket to hand over as the service manager does.
    ///   - prefix: a program that runs it, such as `setpriv` with its options.
    init(
        _ directory: String, _ environment: [String: String] = [:], arguments: [String] = ["serve"],
        listening: Int32? = nil, prefix: [String] = [], log: String? = nil
    ) throws {
        socket = directory + "/tintype.sock"
        self.log = log ?? directory + ".log"
        var words = prefix + [Self.executable] + arguments
        if listening != nil {
            // The variable must hold the number of the process that takes the sockets.
            words = ["/bin/sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", "sh"] + words
        }
        var all = Self.environment(environment)
        all["TINTYPE_DATA_DIR"] = all["TINTYPE_DATA_DIR"] ?? directory
        pid = try Self.spawn(words, all, log: self.log, listening: listening)
    }

    private static func spawn(
        _ words: [String], _ environment: [String: String], log: String, listening: Int32?
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        if let listening { posix_spawn_file_actions_adddup2(&actions, listening, 3) }
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, words[0], &actions, nil, &arguments, &variables)
        guard code == 0 else { throw Broken(description: "\(words[0]): errno \(code)") }
        return pid
    }

    /// All that it wrote.
    var output: String {
        (try? String(contentsOf: URL(fileURLWithPath: log), encoding: .utf8)) ?? ""
    }

    // MARK: - Life and death

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end: the exit code, or 128 and the signal. A process that does not end in time is killed.
    func exitCode(within seconds: Double = 20) async throws -> Int32 {
        var status: Int32 = 0
        let deadline = ContinuousClock.now + .seconds(seconds)
        while waitpid(pid, &status, WNOHANG) == 0 {
            guard ContinuousClock.now < deadline else {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                throw Broken(description: "did not end within \(seconds) s: \(output)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// Kills it as a power failure of its own.
    func killNow() async throws {
        signal(SIGKILL)
        _ = try await exitCode()
    }

    /// Asks it to stop and waits for it.
    func stop() async throws -> Int32 {
        signal(SIGTERM)
        return try await exitCode()
    }

    /// Returns once it answers.
    func ready() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            if (try? await get("/healthz/"))?.status == .ok { return }
            // Leaves the status of a process that ended to `exitCode`.
            var facts = siginfo_t()
            let options = WEXITED | WNOHANG | WNOWAIT
            waitid(P_PID, id_t(pid), &facts, options)
            guard facts.si_signo == 0, ContinuousClock.now < deadline else {
                throw Broken(description: "is not ready: \(output)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Runs another command on a data directory to its end.
    static func run(
        _ arguments: [String], in directory: String, _ environment: [String: String] = [:],
        prefix: [String] = [], log: String? = nil
    ) async throws -> (code: Int32, output: String) {
        let log = log ?? directory + "." + UUID().uuidString + ".log"
        defer { unlink(log) }
        let process = try DaemonProcess(
            directory, environment, arguments: arguments, prefix: prefix, log: log)
        return (try await process.exitCode(), process.output)
    }

    // MARK: - Talking to it

    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        var request = request
        request.unixSocketPath = socket
        request.timeout = .seconds(20)
        return try await client.send(request)
    }

    func get(_ path: String, as fingerprint: String? = nil) async throws(HTTPClientError)
        -> ClientResponse
    {
        var fields = Fields()
        if let fingerprint { fields["X-Fingerprint"] = fingerprint }
        return try await send(ClientRequest(.get, "http://localhost" + path, fields: fields))
    }

    func upload(_ picture: [UInt8], as fingerprint: String) async throws(HTTPClientError)
        -> ClientResponse
    {
        let form = UploadBody(picture, as: fingerprint)
        return try await send(
            ClientRequest(
                .post, "http://localhost" + UploadBody.path, fields: ["Content-Type": form.type],
                body: form.bytes))
    }

    /// Returns once the collector has run after the start.
    func collected() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let metrics = String(decoding: try await get("/metrics/").body, as: UTF8.self)
            if metrics.contains("\ntintype_collections_total 1") { return }
            guard ContinuousClock.now < deadline else {
                throw Broken(description: "the collector did not run")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// The form of an upload as it goes over the wire.
struct UploadBody {
    static let path = "/api/photo-analysis/upload/"
    let type = "multipart/form-data; boundary=b7d1"
    let bytes: [UInt8]

    init(_ picture: [UInt8], as fingerprint: String) {
        let field = "--b7d1\r\nContent-Disposition: form-data; name="
        bytes =
            Array("\(field)\"fingerprint\"\r\n\r\n\(fingerprint)\r\n".utf8)
            + Array("\(field)\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n".utf8)
            + picture + Array("\r\n--b7d1--\r\n".utf8)
    }

    /// The request's head, for clients that send it piece by piece.
    var head: [UInt8] {
        Array(
            """
            POST \(Self.path) HTTP/1.1\r
            Host: localhost\r
            Connection: close\r
            Content-Type: \(type)\r
            Content-Length: \(bytes.count)\r
            \r

            """.utf8)
    }
}
