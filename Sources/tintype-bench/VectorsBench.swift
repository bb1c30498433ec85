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
        var startSeconds = 0.0
        var bytesPerVector = 0.0
        var rows: [Row] = []
        var at95: [Double]?
        var at99: [Double]?
    }

    static func main(_ arguments: [String]) async -> Int32 {
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
            let report = try await VectorsBench(set: set, options: options).run()
            print(try report.text(asJSON: options["json"] != nil))
            return 0
        } catch {
            print("\(error)")
            return 1
        }
    }

    let set: VectorSet
    let options: [String: String]

    private func run() async throws -> Report {
        let folder =
            options["--keep"]
            ?? NSTemporaryDirectory() + "tintype-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            if options["--keep"] == nil { try? FileManager.default.removeItem(atPath: folder) }
        }
        var report = Report()
        report.vectors = set.base.count
        report.dimension = set.base[0].count
        let named = try write(to: folder)
        let built = Mutex<ContinuousClock.Instant?>(nil)
        var settings = VectorSpace.Settings(
            folder: folder, name: "bench", dimension: report.dimension)
        settings.exactLimit = .max
        settings.onEvent = { event in
            if case .built = event { built.withLock { $0 = .now } }
        }
        if let text = options["--threads"], let threads = Int(text) {
            settings.parameters.threads = threads
        }
        let opening = ContinuousClock.now
        let space = try await VectorSpace.open(settings, named: named).space
        _ = try space.nearest(to: set.queries[0], count: 10, model: 1)
        report.startSeconds = opening.duration(to: .now) / .seconds(1)
        if space.graph(of: 1) == nil {
            let start = ContinuousClock.now
            try await space.rebuild(above: 0)
            report.buildSeconds = start.duration(to: built.withLock { $0 } ?? .now) / .seconds(1)
        }
        guard let graph = space.graph(of: 1) else { return report }
        let stats = graph.statistics
        report.bytesPerVector = Double(stats.bytes) / Double(set.base.count)
        report.codes = stats.codes
        note("\(stats)")
        if let text = options["--tail"], let value = Float(text) { graph.tuning.tail = value }
        if let text = options["--rank"], let value = Float(text) { graph.tuning.rank = value }
        let breadths =
            options["--ef"]?.split(separator: ",").compactMap { Int($0) }
            ?? [10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 512]
        for tail in (options["--tails"] ?? "").split(separator: ",").compactMap({ Float($0) }) {
            graph.tuning.tail = tail
            for breadth in breadths { note("\(tail) \(measure(space, breadth))") }
        }
        for width in (options["--widths"] ?? "").split(separator: ",").compactMap({ Int($0) }) {
            graph.tuning.widthT.store(width, ordering: .relaxed)
            for breadth in breadths { note("\(width) \(measure(space, breadth))") }
        }
        for rank in (options["--ranks"] ?? "").split(separator: ",").compactMap({ Float($0) }) {
            graph.tuning.rank = rank
            for breadth in breadths { note("\(rank) \(measure(space, breadth))") }
        }
        if options["--tails"] != nil || options["--ranks"] != nil { return report }
        for breadth in breadths {
            report.rows.append(measure(space, breadth))
            note("\(report.rows.last!)")
        }
        report.at95 = report.throughput(at: 0.95)
        report.at99 = report.throughput(at: 0.99)
        return report
    }

    private func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Writes the base as a vector file, unless it is there from before.
    private func write(to folder: String) throws -> [NamedSlot] {
        let members = set.base.indices.map {
            NamedSlot(slot: VectorSlot(UInt32($0)), owner: UInt64($0))
        }
        guard !FileManager.default.fileExists(atPath: folder + "/bench.vec") else { return members }
        let dimension = set.base[0].count
        let file = try VectorFile.open(
            path: folder + "/bench.vec", dimension: dimension, identity: 1)
        for (member, vector) in zip(members, set.base) {
            try file.write(
                UnitVector(vector, dimension: dimension), owner: member.owner, model: 1,
                at: member.slot)
        }
        try file.synchronise()
        return members
    }

    private func measure(_ space: VectorSpace, _ breadth: Int) -> Row {
        let request = SearchRequest(count: 10, breadth: breadth)
        let answers = set.queries.map { query -> [UInt64] in
            ((try? space.search(query, model: 1, request)) ?? []).map(\.owner)
        }
        return Row(
            ef: breadth, recall10: set.recall(answers),
            qps1: throughput(space, request, threads: 1),
            qps2: throughput(space, request, threads: 2))
    }

    /// Queries per second, the best of three runs of at least 0.3 s.
    private func throughput(_ space: VectorSpace, _ request: SearchRequest, threads: Int) -> Double
    {
        let seconds = Double(options["--seconds"] ?? "0.3") ?? 0.3
        var best = 0.0
        if options["--cpu"] != nil {
            let start = clock()
            for query in set.queries {
                _ = try? space.search(query, model: 1, request)
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
                        _ = try? space.search(set.queries[place], model: 1, request)
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
