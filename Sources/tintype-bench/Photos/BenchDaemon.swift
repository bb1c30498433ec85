import Foundation
import Glibc
import HTTP
import HTTPClient

/// The real daemon in a process of its own, with what a client of it needs.
final class BenchDaemon: Sendable {
    let url: String
    let directory: String
    /// Milliseconds from its start to the first 200 of /healthz.
    let readyAfter: Double
    private let process: Process

    var identifier: Int32 { process.processIdentifier }

    /// Starts the executable beside this one on `directory` and waits until it answers.
    ///
    /// It logs every request, as it does for its users; the log goes to a file in `directory`.
    init(_ directory: String, settings: [String: String] = [:]) async throws {
        self.directory = directory
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let port = try Self.freePort()
        url = "http://127.0.0.1:\(port)"
        process = Process()
        process.executableURL = URL(filePath: Self.executable)
        process.arguments = ["serve", "--listen", "127.0.0.1:\(port)", "--data-dir", directory]
        process.environment = [
            "PATH": "/usr/bin:/bin", "TINTYPE_LOG_FORMAT": "json",
            "PHOTO_ANALYSIS_ENABLE_RATE_LIMITING": "false",
        ].merging(settings) { $1 }
        let log = directory + ".log"
        guard FileManager.default.createFile(atPath: log, contents: nil),
            let file = FileHandle(forWritingAtPath: log)
        else { throw BenchFailure("\(log) cannot be written") }
        process.standardError = file
        process.standardOutput = FileHandle.nullDevice
        let start = ContinuousClock.now
        try process.start()
        while !Self.isReady(port) {
            guard process.isRunning, start.duration(to: .now) < .seconds(20) else {
                process.terminate()
                throw BenchFailure("the daemon does not start; see \(log)")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        readyAfter = start.duration(to: .now) / .milliseconds(1)
    }

    /// Stops it in the orderly way and waits for its end.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    static var executable: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(filePath: own ?? CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "tintype").path
    }

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard status == 0 else { throw BenchFailure("there is no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Whether a bare GET /healthz is answered with 200; no client library, so that its start is not measured.
    private static func isReady(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: port)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { return false }
        let request = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) > 0 else {
            return false
        }
        var answer = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &answer, answer.count, 0)
        return count > 12 && answer[9..<12].elementsEqual("200".utf8)
    }

    static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

extension BenchDaemon {
    /// Sends one picture as a browser's form would.
    func upload(
        _ picture: [UInt8], with client: HTTPClient, fingerprint: String? = nil
    ) async throws -> ClientResponse {
        var body = Array(
            """
            --tintype-bench\r
            Content-Disposition: form-data; name="image"; filename="photo.jpg"\r
            Content-Type: image/jpeg\r
            \r

            """.utf8)
        body += picture
        body += Array("\r\n--tintype-bench--\r\n".utf8)
        var request = ClientRequest(
            .post, url + "/api/photo-analysis/upload/",
            fields: [.contentType: "multipart/form-data; boundary=tintype-bench"], body: body)
        if let fingerprint { request.fields["X-Fingerprint"] = fingerprint }
        request.timeout = .seconds(300)
        return try await client.send(request)
    }

    /// Sends a picture that must become a record of its own, and returns the answer.
    func analyse(
        _ picture: [UInt8], with client: HTTPClient, fingerprint: String? = nil
    ) async throws -> JSONValue {
        let response = try await upload(picture, with: client, fingerprint: fingerprint)
        let json = try JSONValue(parsing: response.body)
        guard response.status == .created, json["analysis"]?["reused_from"] == .null else {
            let text = String(decoding: response.body.prefix(200), as: UTF8.self)
            throw BenchFailure("an upload was answered \(response.status.code) \(text)")
        }
        return json
    }
}
