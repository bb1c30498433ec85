import Foundation
import HTTP
import HTTPClient

/// Measures the HTTP server against nginx in the same run, and what slow, idle and listening clients cost.
///
/// Both servers run on the first core, the load on the others, where there is more than one.
struct HTTPBench {
    let scratch: String
    let seconds: Int

    private typealias Work = (name: String, run: @Sendable (HTTPBench) async throws -> [Figure])

    private static let works: [Work] = [
        ("constant", { try await $0.constant() }),
        ("files", { try await $0.files() }),
        ("stored", { try await $0.stored() }),
        ("idle", { try await $0.idle() }),
        ("events", { try await $0.events() }),
        ("slow", { try await $0.slow() }),
    ]

    static func main(_ arguments: [String]) async -> Int32 {
        var options: [String: String] = [:]
        var arguments = arguments[...]
        while let name = arguments.popFirst() { options[name] = arguments.popFirst() }
        let wanted = options["--only"].map { Set($0.split(separator: ",").map(String.init)) }
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
                "constant JSON, \(connections) connections", pair, "/live", connections, 0.6)
        }
    }

    func files() async throws -> [Figure] {
        let pair = try await Pair(self)
        defer { pair.stop() }
        return try [
            compare("file of 20 KB, 32 connections", pair, "/small.jpg", 32, 0.7),
            compare("file of 5 MB, 32 connections", pair, "/large.jpg", 32, 0.7),
        ]
    }

    private func compare(
        _ work: String, _ pair: Pair, _ path: String, _ connections: Int, _ least: Double
    ) throws -> Figure {
        var ours: [LoadGenerator.Report] = []
        var theirs: [LoadGenerator.Report] = []
        for _ in 0..<3 {
            theirs.append(try load(pair.nginx.url + path, connections))
            ours.append(try load(pair.server.url + path, connections))
        }
        let (mine, other) = (Self.median(ours), Self.median(theirs))
        let ratio = mine.requestsPerSecond / other.requestsPerSecond
        return Figure(
            work: work, goal: "≥ \(least) × nginx", ours: Self.text(mine), peer: Self.text(other),
            ratio: ratio.text(2), isReached: ratio >= least)
    }

    /// A record of the daemon's own: routed, authorised, read from SQLite, encoded, logged.
    func stored() async throws -> [Figure] {
        let daemon = try await BenchDaemon(scratch + "/stored")
        defer { daemon.stop() }
        Self.pin(daemon.identifier)
        let pair = try await Pair(self)
        defer { pair.stop() }
        let picture = try [UInt8](Data(contentsOf: URL(filePath: "Fixtures/samples/desk.jpg")))
        let answer = try await daemon.analyse(picture, with: HTTPClient())
        guard let id = answer["analysis"]?["id"]?.string else {
            throw BenchFailure("an answer has no id")
        }
        var ours: [LoadGenerator.Report] = []
        var theirs: [LoadGenerator.Report] = []
        for _ in 0..<3 {
            theirs.append(try load(pair.nginx.url + "/live", 32))
            ours.append(try load(daemon.url + "/api/photo-analysis/\(id)/", 32))
        }
        let (mine, other) = (Self.median(ours), Self.median(theirs))
        let ratio = mine.requestsPerSecond / other.requestsPerSecond
        return [
            Figure(
                work: "stored object, 32 connections", goal: "≥ 0.25 × nginx's constant JSON",
                ours: Self.text(mine), peer: Self.text(other), ratio: ratio.text(2),
                isReached: ratio >= 0.25)
        ]
    }

    // MARK: - Helpers of all works

    func load(_ url: String, _ connections: Int) throws -> LoadGenerator.Report {
        try LoadGenerator.run(url, connections: connections, seconds: seconds)
    }

    static func median(_ reports: [LoadGenerator.Report]) -> LoadGenerator.Report {
        reports.sorted { $0.requestsPerSecond < $1.requestsPerSecond }[reports.count / 2]
    }

    static func text(_ report: LoadGenerator.Report) -> String {
        "\(report.requestsPerSecond.text(0))/s, p50 \(report.median), p99 \(report.worst)"
    }

    /// Keeps a server to the first core, so that the load has the others.
    static func pin(_ process: Int32) {
        _ = try? Command.output("/usr/bin/taskset", ["-a", "-p", "-c", "0", "\(process)"])
    }
}
