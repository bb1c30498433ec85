import Foundation
import Glibc

/// What clients notice while one daemon follows the other on a socket that is handed over.
extension HTTPBench {
    private static let restarts = 5

    func restart() async throws -> [Figure] {
        let (listening, port) = try Self.listen()
        defer { close(listening) }
        let folder = scratch + "/restart"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let daemon = { try Self.serve(on: listening, folder) }
        var current = try daemon()
        let load = Process()
        let output = Pipe()
        load.executableURL = URL(filePath: "/usr/bin/wrk")
        load.arguments = [
            "-t1", "-c64", "-d\(2 * Self.restarts + 2)s", "--timeout", "20s", "--latency",
            "http://127.0.0.1:\(port)/healthz",
        ]
        load.standardOutput = output
        try load.start()
        for _ in 0..<Self.restarts {
            try await Task.sleep(for: .seconds(2))
            current.terminate()
            current.waitUntilExit()
            guard current.terminationStatus == 0 else {
                throw BenchFailure("a daemon ended with \(current.terminationStatus)")
            }
            current = try daemon()
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        load.waitUntilExit()
        current.terminate()
        current.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let failures = lines.first { $0.hasPrefix("Socket errors") || $0.hasPrefix("Non-2xx") }
        let requests = lines.first { $0.contains(" requests in ") } ?? text
        return [
            Figure(
                work: "\(Self.restarts) restarts on a handed-over socket, 64 connections",
                goal: "no request fails", ours: "\(requests); \(failures ?? "none failed")",
                isReached: failures == nil)
        ]
    }

    /// A daemon that is given the socket as systemd gives it.
    private static func serve(on listening: Int32, _ folder: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            "exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \(BenchDaemon.executable) "
                + "serve --data-dir \(folder)",
        ]
        process.environment = ["PATH": "/usr/bin:/bin", "TINTYPE_ACCESS_LOG": "false"]
        process.standardInput = FileHandle(fileDescriptor: listening, closeOnDealloc: false)
        process.standardError = FileHandle.nullDevice
        try process.start()
        return process
    }

    private static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = BenchDaemon.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 1024) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else { throw BenchFailure("listen fails: \(errno)") }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}
