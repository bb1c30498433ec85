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
        /// Median and 99th percentile of a search in µs, alone and while another thread inserts.
        var latency: [Double]?
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
            try compare(report, base: base, options)
            return 0
        } catch {
            print("\(error)")
            return 1
        }
    }

    /// Sets the report beside the peers' results, as lines and as a chart.
    private static func compare(_ report: Report, base: String, _ options: [String: String]) throws
    {
        let name = String(base.split(separator: "/").last ?? "").split(separator: ".")[0]
        let peers = try options["--peers"].map { try PeerResult.read($0, set: String(name)) } ?? []
        for peer in peers {
            let theirs = peer.report
            func figures(_ recall: Double) -> String {
                theirs.throughput(at: recall).map { "\(Int($0[0])) / \(Int($0[1]))" } ?? "never"
            }
            let line =
                "\(peer.cfg): built in \(peer.build_2t_s ?? 0) s, "
                + "0.95: \(figures(0.95)), 0.99: \(figures(0.99))\n"
            FileHandle.standardError.write(Data(line.utf8))
        }
        guard let path = options["--svg"] else { return }
        let ours = RecallChart.Line(
            name: "Tintype", points: report.rows.map { ($0.recall10, $0.qps1) }, isOurs: true)
        let lines = peers.map { peer in
            RecallChart.Line(
                name: peer.cfg, points: peer.report.rows.map { ($0.recall10, $0.qps1) },
                isOurs: false)
        }
        let chart = RecallChart(
            title: "\(report.vectors) × \(report.dimension)-d, one thread, \(report.kernels)",
            lines: [ours] + lines)
        try Data(chart.svg().utf8).write(to: URL(filePath: path))
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
        if let sweep = options["--sweep"]?.split(separator: "=") {
            for value in sweep[1].split(separator: ",").compactMap({ Float($0) }) {
                switch sweep[0] {
                case "tail": graph.tuning.tail = value
                case "rank": graph.tuning.rank = value
                default: graph.tuning.width = Int(value)
                }
                var partial = report
                for breadth in breadths { partial.rows.append(measure(space, breadth)) }
                note(
                    "\(sweep[0]) \(value) 0.95: \(partial.throughput(at: 0.95)?[0] ?? 0)"
                        + " 0.99: \(partial.throughput(at: 0.99)?[0] ?? 0)")
            }
            return report
        }
        for breadth in breadths {
            report.rows.append(measure(space, breadth))
            note("\(report.rows.last!)")
        }
        if options["--inserting"] != nil { report.latency = latencies(space, graph) }
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

    /// One thread searches; the second time, another takes vectors out and puts them in again.
    private func latencies(_ space: VectorSpace, _ graph: HNSWGraph) -> [Double] {
        let alone = latency(space, seconds: 3)
        let isOver = Flag()
        let members = graph.members()
        let inserted = DispatchGroup()
        DispatchQueue.global().async(group: inserted) {
            for member in members where !isOver.isSet {
                graph.remove(member.slot)
                _ = try? graph.add(member)
                isOver.count += 1
            }
        }
        let beside = latency(space, seconds: 3)
        isOver.isSet = true
        inserted.wait()
        note("\(isOver.count) insertions meanwhile")
        return alone + beside
    }

    private func latency(_ space: VectorSpace, seconds: Double) -> [Double] {
        var times: [Double] = []
        let start = ContinuousClock.now
        while start.duration(to: .now) / .seconds(seconds) < 1 {
            let query = set.queries[times.count % set.queries.count]
            let before = ContinuousClock.now
            _ = try? space.search(query, model: 1, SearchRequest(count: 10, breadth: 64))
            times.append(before.duration(to: .now) / .microseconds(1))
        }
        times.sort()
        return [times[times.count / 2], times[times.count * 99 / 100]]
    }

    /// Queries per second, the best of three runs of at least 0.3 s.
    private func throughput(_ space: VectorSpace, _ request: SearchRequest, threads: Int) -> Double
    {
        let seconds = Double(options["--seconds"] ?? "0.3") ?? 0.3
        var best = 0.0
        if options["--cpu"] != nil {
            guard threads == 1 else { return 0 }
            var best = 0.0
            for _ in 0..<3 {
                let start = clock()
                for query in set.queries {
                    _ = try? space.search(query, model: 1, request)
                }
                best = max(best, Double(set.queries.count) / (Double(clock() - start) / 1e6))
            }
            return best
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

/// A switch and a counter between two threads.
private final class Flag: Sendable {
    private let flag = Atomic(false)
    private let counter = Atomic(0)
    var isSet: Bool {
        get { flag.load(ordering: .relaxed) }
        set { flag.store(newValue, ordering: .relaxed) }
    }
    var count: Int {
        get { counter.load(ordering: .relaxed) }
        set { counter.store(newValue, ordering: .relaxed) }
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
