import Foundation
import Vectors

/// Measures the graph on any set of vectors: build, memory, and recall against queries per second.
struct VectorsBench {
    struct Report: Codable {
        var kernels = kernelPath
        var vectors = 0
        var dimension = 0
        /// Bytes of code a vector.
        var codes = 0
        var buildSeconds = 0.0
        /// From opening the files with a snapshot to the first answer.
        var startSeconds = 0.0
        /// Memory, without the mapped float32 vectors.
        var bytesPerVector = 0.0
        /// Recall of `k` neighbours; ten, or as many as the truth has.
        var k = 10
        var rows: [CurvePoint] = []
        /// One and two threads at a recall of 0.95 and 0.99; missing if it is never reached.
        var at95: [Double]?
        var at99: [Double]?
    }

    static let breadths = [10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256, 512]

    static func main(_ arguments: [String]) async -> Int32 {
        var options: [String: String] = [:]
        var arguments = arguments[...]
        while let option = arguments.popFirst() {
            options[option] =
                option == "--json" ? "" : arguments.popFirst()
        }
        let folder = options["--data"] ?? ".build/bench"
        let scratch = folder + "/vectors-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        do {
            try FileManager.default.createDirectory(
                atPath: scratch, withIntermediateDirectories: true)
            if let base = options["--base"], let queries = options["--queries"],
                let truth = options["--truth"]
            {
                let set = try VectorSet(base: base, queries: queries, truth: truth)
                let breadths = options["--ef"]?.split(separator: ",").compactMap { Int($0) }
                let report = try await report(set, scratch, breadths ?? Self.breadths)
                print(try report.text(asJSON: options["--json"] != nil))
            } else {
                let bench = VectorsComparison(
                    folder: folder, scratch: scratch,
                    only: options["--only"].map { Set($0.split(separator: ",").map(String.init)) },
                    rounds: options["--rounds"].flatMap(Int.init) ?? 3)
                print(try await bench.run())
            }
            return 0
        } catch {
            note("tintype-bench: \(error)")
            return 1
        }
    }

    private static func report(_ set: VectorSet, _ scratch: String, _ breadths: [Int])
        async throws -> Report
    {
        let index = OwnIndex(set, folder: scratch)
        var report = Report()
        report.vectors = set.base.count
        report.dimension = set.dimension
        report.k = set.wanted
        (report.buildSeconds, report.bytesPerVector) = try await index.build()
        report.startSeconds = try await index.start()
        report.codes = try index.graph().statistics.codes
        note("built: \(try index.graph().statistics)")
        for breadth in breadths {
            // One and two threads take turns; the best of three is what the machine allows.
            var (one, two) = (0.0, 0.0)
            for _ in 0..<3 {
                one = max(one, try index.throughput(breadth, threads: 1, seconds: 0.3))
                two = max(two, try index.throughput(breadth, threads: 2, seconds: 0.3))
            }
            report.rows.append(
                CurvePoint(
                    ef: breadth, recall10: try index.recall(breadth), qps1: one, qps2: two))
            note("\(report.rows[report.rows.count - 1])")
        }
        report.at95 = report.rows.throughput(at: 0.95).map { [$0.one, $0.two] }
        report.at99 = report.rows.throughput(at: 0.99).map { [$0.one, $0.two] }
        return report
    }
}

extension VectorsBench.Report {
    func text(asJSON: Bool) throws -> String {
        if asJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
        func show(_ figures: [Double]?) -> String {
            figures.map { "\($0[0].text(0)) / \($0[1].text(0))" } ?? "never"
        }
        let lines = rows.map {
            "| \($0.ef) | \($0.recall10.text(4)) | \($0.qps1.text(0)) | \($0.qps2.text(0)) |"
        }
        return """
            \(vectors) × \(dimension)-d, kernels \(kernels), \(codes) codes: built in \
            \(buildSeconds.text(1)) s, \(bytesPerVector.text(0)) bytes a vector, \
            started from its snapshot in \(startSeconds.text(2)) s
            recall@\(k) 0.95: \(show(at95)) queries/s, 0.99: \(show(at99)) (one / two threads)

            | ef | recall@\(k) | one thread | two threads |
            |---|---|---|---|
            \(lines.joined(separator: "\n"))
            """
    }
}
