import Foundation
import Glibc

/// wrk, the load generator: as many requests as one URL takes on keep-alive connections.
enum LoadGenerator {
    struct Report {
        var requestsPerSecond = 0.0
        /// As wrk writes them.
        var median = "", worst = ""
    }

    static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/wrk")
    }

    /// - Parameter fields: header lines that every request carries.
    static func run(
        _ url: String, connections: Int, seconds: Int, fields: [String] = []
    ) throws -> Report {
        let text = try Command.output(
            "/usr/bin/wrk",
            ["-t1", "-c\(connections)", "-d\(seconds)s", "--latency"]
                + fields.flatMap { ["-H", $0] } + [url])
        var report = Report()
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.count >= 2 else { continue }
            if words[0] == "Requests/sec:" { report.requestsPerSecond = Double(words[1]) ?? 0 }
            if words[0] == "50%" { report.median = words[1] }
            if words[0] == "99%" { report.worst = words[1] }
        }
        guard report.requestsPerSecond > 0, !text.contains("Non-2xx"),
            !text.contains("Socket errors")
        else { throw BenchFailure("wrk saw errors at \(url):\n\(text)") }
        return report
    }
}

/// A program that is run to its end.
enum Command {
    /// What it writes on standard output.
    @discardableResult
    static func output(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil
    ) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = output
        if let environment { process.environment = environment }
        try process.start()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchFailure("\(path) \(arguments.joined(separator: " ")) failed")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

extension Process {
    /// `run`, with no signal blocked: a child inherits the mask of the thread that starts it, and those
    /// that run Swift's tasks block nearly all, SIGTERM among them.
    func start() throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
