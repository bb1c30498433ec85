import Foundation
import Synchronization
import Vectors

/// Measures the graph on a set of vectors: build, memory, and recall against queries per second.
struct VectorsBench {
    struct Row: Codable {
        let ef: Int
        let recall10: Double
        let qps1: Double
        let qps2: Double
    }

    struct Report: Codable {
        var kernels = kernelPath
        var vectors = 0
        var dimension = 0
        var codes = 0
        var buildSeconds = 0.0
        var bytesPerVector = 0.0
        var rows: [Row] = []
        var at95: [Double]?
        var at99: [Double]?
    }

    static func main(_ arguments: [String]) -> Int32 {
        var options: [String: String] = [:]
        var arguments = arguments[...]
        while let option = arguments.popFirst() {
            if option == "--json" {
                options["json"] = ""
            } else {
                options[option] = arguments.popFirst()
            }
        }
        guard let base = options["--base"], let queries = options["--queries"],
            let truth = options["--truth"]
        else {
            print("vectors needs --base, --queries and --truth")
            return 2
        }
        do {
            let set = try VectorSet(base: base, queries: queries, truth: truth)
            let report = try VectorsBench(set: set, options: options).run()
            print(try report.text(asJSON: options["json"] != nil))
            return 0
        } catch {
            print("\(error)")
            return 1
        }
    }

    let set: VectorSet
    let options: [String: String]

    private func run() throws -> Report {
        let folder =
            NSTemporaryDirectory() + "tintype-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var report = Report()
        report.vectors = set.base.count
        report.dimension = set.base[0].count
        let file = try VectorFile.open(
            path: folder + "/bench.vec", dimension: report.dimension, identity: 1)
        var members: [NamedSlot] = []
        for (row, vector) in set.base.enumerated() {
            let member = NamedSlot(slot: VectorSlot(UInt32(row)), owner: UInt64(row))
            try file.write(
                UnitVector(vector, dimension: report.dimension), owner: member.owner, model: 1,
                at: member.slot)
            members.append(member)
        }
        var parameters = GraphParameters()
        if let text = options["--threads"], let threads = Int(text) { parameters.threads = threads }
        let start = ContinuousClock.now
        let graph = try HNSWGraph.build(file: file, members: members, parameters: parameters)
        report.buildSeconds = start.duration(to: .now) / .seconds(1)
        let stats = graph.statistics
        report.bytesPerVector = Double(stats.bytes) / Double(set.base.count)
        report.codes = stats.codes
        if let text = options["--tail"], let value = Float(text) { graph.tuning.tail = value }
        if let text = options["--rank"], let value = Float(text) { graph.tuning.rank = value }
        FileHandle.standardError.write(Data("\(stats)\n".utf8))
        let breadths =
            options["--ef"]?.split(separator: ",").compactMap { Int($0) }
            ?? [10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 512]
        for breadth in breadths {
            report.rows.append(measure(graph, breadth))
            FileHandle.standardError.write(Data("\(report.rows.last!)\n".utf8))
        }
        for tail in (options["--tails"] ?? "").split(separator: ",").compactMap({ Float($0) }) {
            graph.tuning.tail = tail
            for breadth in [16, 32, 64, 128] {
                FileHandle.standardError.write(Data("\(tail) \(measure(graph, breadth))\n".utf8))
            }
        }
        report.at95 = report.throughput(at: 0.95)
        report.at99 = report.throughput(at: 0.99)
        return report
    }

    private func measure(_ graph: HNSWGraph, _ breadth: Int) -> Row {
        let request = SearchRequest(count: 10, breadth: breadth)
        let dimension = set.base[0].count
        let answers = set.queries.map { query -> [UInt64] in
            guard let query = try? UnitVector(query, dimension: dimension) else { return [] }
            return graph.search(query, request).map(\.owner)
        }
        return Row(
            ef: breadth, recall10: set.recall(answers),
            qps1: throughput(graph, request, threads: 1),
            qps2: throughput(graph, request, threads: 2))
    }

    /// Queries per second, the best of three runs of at least 0.3 s.
    private func throughput(_ graph: HNSWGraph, _ request: SearchRequest, threads: Int) -> Double {
        let dimension = set.base[0].count
        let seconds = Double(options["--seconds"] ?? "0.3") ?? 0.3
        var best = 0.0
        if options["--cpu"] != nil {
            let start = clock()
            for query in set.queries {
                if let query = try? UnitVector(query, dimension: dimension) {
                    _ = graph.search(query, request)
                }
            }
            return Double(set.queries.count) / (Double(clock() - start) / 1e6)
        }
        for _ in 0..<3 {
            let total = Atomic<Int>(0)
            let start = ContinuousClock.now
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                var done = 0
                var place = thread * set.queries.count / threads
                while true {
                    for _ in 0..<100 {
                        if let query = try? UnitVector(set.queries[place], dimension: dimension) {
                            _ = graph.search(query, request)
                        }
                        place = place + 1 == set.queries.count ? 0 : place + 1
                    }
                    done += 100
                    if start.duration(to: .now) / .seconds(1) > seconds { break }
                }
                total.add(done, ordering: .relaxed)
            }
            let elapsed = start.duration(to: .now) / .seconds(1)
            best = max(best, Double(total.load(ordering: .relaxed)) / elapsed)
        }
        return best
    }
}

extension VectorsBench.Report {
    /// Throughput of one and two threads at a recall, interpolated between the rows beside it.
    func throughput(at recall: Double) -> [Double]? {
        if let first = rows.first, first.recall10 >= recall { return [first.qps1, first.qps2] }
        for (a, b) in zip(rows, rows.dropFirst()) where a.recall10 < recall && b.recall10 >= recall
        {
            let share = (recall - a.recall10) / (b.recall10 - a.recall10)
            return [
                exp(log(a.qps1) * (1 - share) + log(b.qps1) * share),
                exp(log(a.qps2) * (1 - share) + log(b.qps2) * share),
            ]
        }
        return nil
    }

    func text(asJSON: Bool) throws -> String {
        if asJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
        func show(_ figures: [Double]?) -> String {
            figures.map { "\(Int($0[0])) / \(Int($0[1]))" } ?? "never"
        }
        return """
            \(vectors) × \(dimension)-d, kernels \(kernels), \(codes) codes: built in \
            \(buildSeconds) s, \(bytesPerVector) bytes a vector
            recall 0.95: \(show(at95)) queries/s, 0.99: \(show(at99)) (one / two threads)
            """
    }
}
