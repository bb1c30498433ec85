import Foundation
import HTTP
import HTTPClient
import Testing

/// The vectors' graphs as their keeper sees them: commands, metrics and the log of the real program.
@Suite struct `The vector index` {
    private let folder: TemporaryFolder
    private var directory: String { folder.path + "/data" }

    /// Small enough that a few photos make a graph.
    private static let environment = ["TINTYPE_EXACT_SEARCH_LIMIT": "8"]
    private static let photos = 14

    init() throws { folder = try TemporaryFolder() }

    /// A daemon that has taken photos in and built its graphs.
    private func filled() async throws -> DaemonProcess {
        let daemon = try DaemonProcess(directory, Self.environment)
        try await daemon.ready()
        for number in 0..<Self.photos {
            let answer = try await daemon.upload(drawnPicture(UInt64(number)), as: "a")
            #expect(answer.status == .created)
        }
        try await daemon.said("a vector graph was built", times: 2)
        return daemon
    }

    private func run(_ words: String...) async throws -> (code: Int32, rows: [JSONValue]) {
        let (code, output) = try await DaemonProcess.run(
            ["index"] + words + ["--json"], in: directory,
            Self.environment.merging(["TINTYPE_LOG_LEVEL": "error"]) { $1 })
        let rows = try JSONValue(parsing: Array(output.utf8)).array ?? []
        #expect(rows.prefix(2).map { $0["space"]?.string } == ["caption", "suggestions"])
        // The photos of this suite have no vectors in further spaces.
        return (code, Array(rows.prefix(2)))
    }

    private func expectGraphs(_ rows: [JSONValue]) {
        #expect(rows.count == 2)
        for row in rows {
            #expect(row["search"]?.string == "graph")
            #expect(row["vectors"]?.int == Self.photos)
            #expect(row["graphNodes"]?.int == Self.photos)
            #expect(row["deadNodes"]?.int == 0)
            #expect((row["graphBytes"]?.int ?? 0) > Self.photos * 600)
            #expect(row["snapshotAt"]?.string?.hasSuffix("Z") == true)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `stats, check and rebuild work through a daemon and without one`() async throws {
        let daemon = try await filled()
        for isServed in [true, false] {
            if !isServed { #expect(try await daemon.stop() == 0) }
            let rebuilt = try await run("rebuild")
            #expect(rebuilt.code == 0)
            expectGraphs(rebuilt.rows)
            let stats = try await run("stats")
            #expect(stats.code == 0)
            expectGraphs(stats.rows)
            let check = try await run("check")
            #expect(check.code == 0)
            #expect(check.rows.map { $0["samples"]?.int } == [Self.photos, Self.photos])
            for row in check.rows {
                #expect(row["recall"]?.double == 1 && row["violations"]?.array == [])
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the metrics tell size, memory, kernels and the snapshot's age`() async throws {
        let daemon = try await filled()
        let text = String(decoding: try await daemon.get("/metrics/").body, as: UTF8.self)
        func value(_ name: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
                .flatMap { Double($0.dropFirst(name.count + 1)) }
        }
        for space in ["caption", "suggestions"] {
            let label = "{space=\"\(space)\"}"
            #expect(value("tintype_vectors" + label) == Double(Self.photos))
            #expect(value("tintype_vector_slots" + label) == Double(Self.photos))
            #expect(value("tintype_vector_file_bytes" + label) == Double(4096 + Self.photos * 6160))
            #expect((value("tintype_vector_graph_bytes" + label) ?? 0) > 10_000)
            let nodes = "tintype_vector_graph_nodes{space=\"\(space)\",state="
            #expect(value(nodes + "\"live\"}") == Double(Self.photos))
            #expect(value(nodes + "\"dead\"}") == 0)
            #expect(value("tintype_vector_snapshot_timestamp_seconds" + label) != nil)
        }
        #expect(text.contains("\ntintype_vector_kernels_info{kernels=\""))
        #expect(try await daemon.stop() == 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stop keeps the graphs, and a start takes them up`() async throws {
        let daemon = try await filled()
        #expect(try await daemon.stop() == 0)
        let snapshots = ["caption", "suggestions"].map { directory + "/vectors/\($0).hnsw" }
        #expect(snapshots.allSatisfy(FileManager.default.fileExists))
        let next = try DaemonProcess(directory, Self.environment, log: directory + ".2.log")
        try await next.ready()
        try await next.said("a vector snapshot was read", times: 2)
        #expect(!next.output.contains("a vector graph was built"))
        #expect(try await next.stop() == 0)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["flip", "cut", "foreign"])
    func `a snapshot that is no good is named in the log and built anew`(damage: String)
        async throws
    {
        let daemon = try await filled()
        #expect(try await daemon.stop() == 0)
        let url = URL(fileURLWithPath: directory + "/vectors/caption.hnsw")
        var bytes = [UInt8](try Data(contentsOf: url))
        switch damage {
        case "flip": bytes[bytes.count / 2] ^= 16
        case "cut": bytes.removeLast(bytes.count / 3)
        default:
            let other = URL(fileURLWithPath: directory + "/vectors/suggestions.hnsw")
            bytes = [UInt8](try Data(contentsOf: other))
        }
        try Data(bytes).write(to: url)
        let next = try DaemonProcess(directory, Self.environment, log: directory + ".2.log")
        try await next.ready()
        try await next.said("a vector graph was built", times: 1)
        let warnings = next.output.split(separator: "\n").filter {
            $0.contains("a vector snapshot is ignored and built anew")
        }
        #expect(warnings.count == 1 && warnings[0].contains("\"caption\""), "\(next.output)")
        #expect(next.output.contains("a vector graph is being built"))
        let check = try await run("check")
        #expect(check.code == 0 && check.rows.count == 2)
        #expect(try await next.stop() == 0)
    }
}

extension DaemonProcess {
    /// Returns once a line of the log has been written so often.
    fileprivate func said(_ line: String, times: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while output.components(separatedBy: line).count <= times {
            guard ContinuousClock.now < deadline else {
                throw Broken(description: "never said “\(line)”: \(output)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
