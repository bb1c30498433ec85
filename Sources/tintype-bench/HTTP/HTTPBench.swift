import Foundation
import Glibc

/// Measures the HTTP server against nginx in the same run, and what slow, idle and listening clients cost.
///
/// The servers run on the first core, the load on the others, where there is more than one.
struct HTTPBench {
    let scratch: String
    let seconds: Int

    private typealias Work = (name: String, run: @Sendable (HTTPBench) async throws -> [Figure])

    private static let works: [Work] = [
        ("constant", { try await $0.constant() }),
        ("files", { try await $0.files() }),
        ("stored", { try await $0.stored() }),
        ("images", { try await $0.images() }),
        ("restart", { try await $0.restart() }),
        ("idle", { try await $0.idle() }),
        ("events", { try await $0.events() }),
        ("slow", { try await $0.slow() }),
    ]

    static func main(_ arguments: [String]) async -> Int32 {
        var options: [String: String] = [:]
        var arguments = arguments[...]
        while let name = arguments.popFirst() { options[name] = arguments.popFirst() }
        let wanted = options["--only"].map { Set($0.split(separator: ",").map(String.init)) }
        // Whatever is started from here inherits it; servers are moved to the first core.
        _ = try? Command.output(
            "/usr/bin/taskset", ["-a", "-p", "-c", Self.otherCores, "\(getpid())"])
        do {
            let folder = options["--data"] ?? ".build/bench"
            let scratch =
                URL(filePath: folder).path
                + "/http-\(ProcessInfo.processInfo.processIdentifier)"
            try FileManager.default.createDirectory(
                atPath: scratch, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            let bench = HTTPBench(
                scratch: scratch, seconds: options["--seconds"].flatMap(Int.init) ?? 4)
            var figures: [Figure] = []
            for work in works where wanted?.contains(work.name) ?? true {
                note("measuring \(work.name) …")
                figures += try await work.run(bench)
            }
            print(Figure.table(figures))
            return 0
        } catch {
            note("tintype-bench: \(error)")
            return 1
        }
    }

    // MARK: - Against nginx

    func constant() async throws -> [Figure] {
        let pair = try await Pair(self)
        defer { pair.stop() }
        return try [32, 512].map { connections in
            try compare(
                "constant JSON, \(connections) connections", ours: pair.server.url + "/live",
                theirs: pair.nginx.url + "/live", connections, least: 0.6)
        }
    }

    func files() async throws -> [Figure] {
        let pair = try await Pair(self)
        defer { pair.stop() }
        return try [("20 KB", "/small.jpg"), ("5 MB", "/large.jpg")].map { size, path in
            try compare(
                "file of \(size), 32 connections", ours: pair.server.url + path,
                theirs: pair.nginx.url + path, least: 0.7)
        }
    }

    // MARK: - Helpers of all works

    /// Both take turns; the medians are compared.
    func compare(
        _ work: String, ours: String, theirs: String, _ connections: Int = 32, least: Double,
        than name: String = "nginx", fields: [String] = []
    ) throws -> Figure {
        var reports: (ours: [LoadGenerator.Report], theirs: [LoadGenerator.Report]) = ([], [])
        for _ in 0..<3 {
            reports.theirs.append(try load(theirs, connections, fields))
            reports.ours.append(try load(ours, connections, fields))
        }
        let (mine, other) = (Self.median(reports.ours), Self.median(reports.theirs))
        let ratio = mine.requestsPerSecond / other.requestsPerSecond
        return Figure(
            work: work, goal: "≥ \(least) × \(name)", ours: Self.text(mine),
            peer: Self.text(other), ratio: ratio.text(2), isReached: ratio >= least)
    }

    func load(
        _ url: String, _ connections: Int = 32, _ fields: [String] = []
    ) throws -> LoadGenerator.Report {
        try LoadGenerator.run(url, connections: connections, seconds: seconds, fields: fields)
    }

    static func median(_ reports: [LoadGenerator.Report]) -> LoadGenerator.Report {
        reports.sorted { $0.requestsPerSecond < $1.requestsPerSecond }[reports.count / 2]
    }

    static func text(_ report: LoadGenerator.Report) -> String {
        "\(report.requestsPerSecond.text(0))/s, p50 \(report.median), p99 \(report.worst)"
    }

    private static let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    private static let otherCores = cores > 1 ? "1-\(cores - 1)" : "0"

    /// Keeps a server to the first core, so that the load has the others.
    static func pin(_ process: Int32) {
        _ = try? Command.output("/usr/bin/taskset", ["-a", "-p", "-c", "0", "\(process)"])
    }

    /// Lets a server have all cores.
    static func unpin(_ process: Int32) {
        _ = try? Command.output(
            "/usr/bin/taskset", ["-a", "-p", "-c", "0-\(cores - 1)", "\(process)"])
    }
}
