import Services
import Telemetry
import Vectors

extension Installation {
    /// Queries with which `index check` compares graph and exact search.
    private static let checkSamples = 200

    private struct SpaceRow: Encodable {
        var space: String
        var dimension: Int
        var vectors: Int
        var slots: Int
        var fileBytes: Int
        var graphNodes: Int
        var deadNodes: Int
        var graphBytes: Int
        /// When the graph was last kept; missing if it never was.
        var snapshotAt: String?
        var search: String
        var kernels: String

        init(_ statistics: SpaceStatistics) {
            space = statistics.name
            dimension = statistics.dimension
            vectors = statistics.count
            slots = statistics.slots
            fileBytes = statistics.fileBytes
            let graphs = statistics.graphs.values
            graphNodes = graphs.reduce(0) { $0 + $1.count }
            deadNodes = graphs.reduce(0) { $0 + $1.dead }
            graphBytes = graphs.reduce(0) { $0 + $1.bytes }
            snapshotAt = statistics.snapshotTime.map {
                Timestamp.rfc3339(Int64($0) * 1_000_000_000)
            }
            search = statistics.graphs.isEmpty ? "exact" : "graph"
            kernels = statistics.kernels
        }
    }

    /// `index stats`: what each space holds and costs.
    func indexStatistics(_ invocation: CommandInvocation) throws -> ExitCode {
        let rows = spaces.map { SpaceRow($0.statistics) }
        try invocation.output.data(rows) {
            let cells = rows.map { row in
                [
                    row.space, "\(row.vectors)", "\(row.dimension)", row.search,
                    "\(row.fileBytes)", "\(row.graphBytes)", row.kernels, row.snapshotAt ?? "–",
                ]
            }
            return TextTable(
                [
                    "SPACE", "VECTORS", "DIMENSION", "SEARCH", "FILE BYTES", "GRAPH BYTES",
                    "KERNELS", "SNAPSHOT",
                ],
                cells
            ).lines
        }
        return .ok
    }

    private struct CheckRow: Encodable {
        var space: String
        var samples: Int
        var recall: Double
        var violations: [String]
    }

    /// `index check`: recall against exact search and the graphs' invariants; 65 where one is broken.
    func checkIndex(_ invocation: CommandInvocation) async throws -> ExitCode {
        var rows: [CheckRow] = []
        for space in spaces {
            let output = invocation.output
            let checks = await space.check(samples: Self.checkSamples) { done, total in
                output.progress(CommandProgress(space.name, done: done, total: total))
            }
            output.progress(nil)
            rows += checks.map {
                CheckRow(
                    space: space.name, samples: $0.samples, recall: $0.recall,
                    violations: $0.violations)
            }
        }
        try invocation.output.data(rows) {
            rows.isEmpty
                ? ["All spaces are searched exactly: recall is 1 by definition."]
                : rows.flatMap { row in
                    [
                        "\(row.space): recall@10 \(row.recall) over \(row.samples) queries, "
                            + "\(row.violations.count) violations"
                    ] + row.violations.map { "  ✗ \($0)" }
                }
        }
        return rows.allSatisfy(\.violations.isEmpty) ? .ok : .dataError
    }

    /// `index rebuild`: every graph anew, while searches use the old ones.
    func rebuildIndex(_ invocation: CommandInvocation) async throws -> ExitCode {
        for space in spaces {
            let output = invocation.output
            try await space.rebuild { done, total in
                output.progress(CommandProgress(space.name, done: done, total: total))
            }
            output.progress(nil)
        }
        return try indexStatistics(invocation)
    }

    /// Says in the log what happens to a space in the background.
    static func report(_ event: VectorSpace.Event, of space: String, to log: Logger) {
        switch event {
        case .snapshotIgnored(let reason):
            log.warning(
                "a vector snapshot is ignored and built anew",
                ["space": .text(space), "reason": .text(reason)])
        case .snapshotRead(let vectors):
            log.info(
                "a vector snapshot was read",
                ["space": .text(space), "vectors": .integer(vectors)])
        case .snapshotWritten(let bytes):
            log.info(
                "a vector snapshot was written",
                ["space": .text(space), "bytes": .integer(bytes)])
        case .building(_, let done, let total):
            log.info(
                "a vector graph is being built",
                ["space": .text(space), "done": .integer(done), "total": .integer(total)])
        case .built(_, let vectors):
            log.info(
                "a vector graph was built",
                ["space": .text(space), "vectors": .integer(vectors)])
        case .failed(let error):
            log.error(
                "the upkeep of a vector graph failed",
                ["space": .text(space), "error": .text("\(error)")])
        }
    }
}
