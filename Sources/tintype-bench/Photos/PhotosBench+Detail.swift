import Foundation
import HTTP
import HTTPClient

extension PhotosBench {
    private static let connections = 32
    private static let seconds = 4
    private static let turns = 3

    /// One record read by many, from the daemon and from Django REST framework.
    func detail() async throws -> [Figure] {
        guard PythonPeer.isInstalled, LoadGenerator.isInstalled else {
            note("wrk or Python's packages are missing: detail is left out")
            return []
        }
        let daemon = try await BenchDaemon(scratch + "/detail")
        defer { daemon.stop() }
        let client = HTTPClient()
        let answer = try await daemon.analyse(photos.bytes, with: client)
        guard let id = answer["analysis"]?["id"]?.string else {
            throw BenchFailure("an answer has no id")
        }
        let url = daemon.url + "/api/photo-analysis/\(id)/"
        let record = try await client.send(ClientRequest(.get, url)).body
        let peer = try await RestFramework(record, id: id, folder: scratch)
        defer { peer.stop() }
        var ours: [LoadGenerator.Report] = []
        var theirs: [LoadGenerator.Report] = []
        for _ in 0..<Self.turns {
            theirs.append(try load(peer.url))
            ours.append(try load(url))
        }
        let (mine, other) = (Self.median(ours), Self.median(theirs))
        let ratio = mine.requestsPerSecond / other.requestsPerSecond
        return [
            Figure(
                work:
                    "GET detail, \(Self.connections) connections, record of \(record.count) bytes",
                goal: "≥ 12 × Django REST framework, gunicorn -w \(Self.cores)",
                ours: Self.text(mine), peer: Self.text(other), ratio: "\(ratio.text(1)) ×",
                isReached: ratio >= 12)
        ]
    }

    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    private func load(_ url: String) throws -> LoadGenerator.Report {
        try LoadGenerator.run(url, connections: Self.connections, seconds: Self.seconds)
    }

    private static func median(_ reports: [LoadGenerator.Report]) -> LoadGenerator.Report {
        reports.sorted { $0.requestsPerSecond < $1.requestsPerSecond }[reports.count / 2]
    }

    private static func text(_ report: LoadGenerator.Report) -> String {
        "\(report.requestsPerSecond.text(0))/s, p50 \(report.median), p99 \(report.worst)"
    }
}
