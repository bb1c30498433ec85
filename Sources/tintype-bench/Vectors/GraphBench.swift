import Foundation
import Synchronization
import Vectors

/// What only our graph is asked: searching while it changes, from where on it pays, and a million vectors.
struct GraphBench {
    let set: VectorSet
    let scratch: String

    // MARK: Searching while inserting

    /// One thread searches; half of the time another takes vectors out and puts them in again.
    func latency() async throws -> [Figure] {
        note("searching while inserting …")
        let index = OwnIndex(set, folder: scratch + "/latency")
        _ = try await index.build()
        let (space, graph) = (try index.space(), try index.graph())
        let members = graph.members()
        var alone = Samples()
        var beside = Samples()
        var inserted = 0.0
        for _ in 0..<5 {
            try time(space, seconds: 1.5, &alone)
            let writer = Writer()
            let done = DispatchGroup()
            DispatchQueue.global().async(group: done) {
                while !writer.isOver {
                    let member = members[writer.count % members.count]
                    graph.remove(member.slot)
                    _ = try? graph.add(member)
                    writer.count += 1
                }
            }
            try time(space, seconds: 1.5, &beside)
            writer.isOver = true
            done.wait()
            inserted += Double(writer.count) / 7.5
        }
        let ratio = beside.percentile(99) / alone.percentile(99)
        return [
            Figure(
                work: "\(set.dimension)-d: p99 of a search while inserting at full speed",
                goal: "≤ 2 × without",
                ours:
                    "\(beside.percentile(99).text(0)) µs, \(Int(inserted).grouped) inserted a second",
                peer: "\(alone.percentile(99).text(0)) µs without",
                ratio: ratio.text(2) + " ×", isReached: ratio <= 2)
        ]
    }

    private func time(_ space: VectorSpace, seconds: Double, _ samples: inout Samples) throws {
        let request = SearchRequest(count: set.wanted, breadth: 64)
        let start = ContinuousClock.now
        while start.duration(to: .now) / .seconds(1) < seconds {
            let query = set.queries[samples.values.count % set.queries.count]
            let before = ContinuousClock.now
            _ = try space.search(query, model: 1, request)
            samples.values.append(before.duration(to: .now) / .microseconds(1))
        }
    }

    // MARK: From where on a graph pays

    /// Exact search and the graph on more and more of the set, asked as the product asks.
    func crossover() async throws -> [Figure] {
        note("exact search beside the graph …")
        var rows: [(count: Int, exact: Double, graph: Double)] = []
        for count in [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]
        where count <= set.base.count {
            let part = try VectorSet(
                name: "part\(count)", base: Array(set.base.prefix(count)), queries: set.queries,
                truth: set.queries.map { _ in [0] })
            let index = OwnIndex(part, folder: "\(scratch)/part\(count)")
            _ = try await index.build()
            let graph = try index.graph()
            let exact = try exactIndex("\(index.folder)/\(part.name).vec", members: graph.members())
            var times = (exact: Samples(), graph: Samples())
            let queries = try set.queries.prefix(400)
                .map { try UnitVector($0, dimension: set.dimension) }
            for _ in 0..<5 {
                await times.exact.measure { for query in queries { _ = ask(exact, query) } }
                await times.graph.measure { for query in queries { _ = ask(graph, query) } }
            }
            let scale = 1_000 / Double(queries.count)
            rows.append((count, times.exact.median * scale, times.graph.median * scale))
        }
        let line = rows.map { "\($0.count.grouped): \($0.exact.text(0)) / \($0.graph.text(0))" }
        let first = rows.first { $0.graph < $0.exact }
        return [
            Figure(
                work: "\(set.dimension)-d: µs of a search, exact / graph, by number of vectors",
                goal: "shown", ours: line.joined(separator: "; "),
                peer: first.map { "the graph is faster from \($0.count.grouped) on" } ?? "–",
                isReached: nil)
        ]
    }

    private func exactIndex(_ path: String, members: [NamedSlot]) throws -> ExactIndex {
        let index = ExactIndex(
            try VectorFile.open(path: path, dimension: set.dimension, identity: 1))
        for member in members { index.add(member) }
        return index
    }

    private func ask(_ index: some VectorIndex, _ query: UnitVector) -> [VectorMatch] {
        index.search(query, SearchRequest(count: 10))
    }

    // MARK: A million

    /// Ten perturbed copies of each vector, until there are a million.
    func million() async throws -> [Figure] {
        let count = 1_000_000
        note("drawing \(count.grouped) vectors …")
        let folder = scratch + "/million"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let members = (0..<count).map {
            NamedSlot(slot: VectorSlot(UInt32($0)), owner: UInt64($0))
        }
        try write(members, to: folder + "/million.vec")
        let exact = try exactIndex(folder + "/million.vec", members: members)
        let queries = Array(set.queries.prefix(200))
        note("finding the exact answers …")
        let truth = try exact.answers(to: queries, count: 10).map { Set($0.map(\.owner)) }
        note("building …")
        var settings = VectorSpace.Settings(
            folder: folder, name: "million", dimension: set.dimension)
        settings.exactLimit = .max
        settings.onEvent = { event in
            if case .building(_, let done, _) = event, done % 100_000 == 0 { note("\(done) in") }
        }
        let space = try await VectorSpace.open(settings, named: members).space
        let start = ContinuousClock.now
        try await space.rebuild(above: 0)
        let seconds = start.duration(to: .now) / .seconds(1)
        guard let graph = space.graph(of: 1) else { throw BenchFailure("no graph was built") }
        let reached = try search(space, queries, truth)
        return [
            Figure(
                work: "\(count.grouped) × \(set.dimension)-d: build and snapshot, two threads; "
                    + "bytes a vector",
                goal: "shown",
                ours: "\(seconds.text(0)) s; "
                    + "\((Double(graph.statistics.bytes) / Double(count)).text(0))",
                isReached: nil),
            Figure(
                work: "… queries/s, one thread / two", goal: "recall ≥ 0.95",
                ours: reached.text, isReached: reached.isEnough),
        ]
    }

    private func write(_ members: [NamedSlot], to path: String) throws {
        let file = try VectorFile.open(path: path, dimension: set.dimension, identity: 1)
        var noise = Noise(seed: 2)
        // As long as 0.3 of the vector: a copy lies at a distance of about 0.04 from its model.
        let size = 0.3 / Float(set.dimension).squareRoot()
        for (place, member) in members.enumerated() {
            var vector = set.base[place % set.base.count]
            if place >= set.base.count {
                for component in vector.indices { vector[component] += size * noise.next() }
            }
            try file.write(
                UnitVector(vector, dimension: set.dimension), owner: member.owner, model: 1,
                at: member.slot)
        }
        try file.synchronise()
    }

    private func search(_ space: VectorSpace, _ queries: [[Float]], _ truth: [Set<UInt64>])
        throws -> (text: String, isEnough: Bool)
    {
        var parts: [String] = []
        var best = 0.0
        for ef in [16, 32, 64, 112] {
            let request = SearchRequest(count: 10, breadth: ef)
            let found = try zip(queries, truth).reduce(0) { sum, pair in
                sum
                    + Set(try space.search(pair.0, model: 1, request).map(\.owner))
                    .intersection(pair.1).count
            }
            let recall = Double(found) / Double(10 * queries.count)
            best = max(best, recall)
            let rates = [1, 2].map { threads in
                var samples = Samples()
                for _ in 0..<3 {
                    samples.values.append(
                        space.throughput(queries, request, threads: threads, seconds: 0.5))
                }
                return Int(samples.median).grouped
            }
            parts.append("\(rates[0]) / \(rates[1]) at \(recall.text(3))")
        }
        return (parts.joined(separator: "; "), best >= 0.95)
    }
}

extension VectorSpace {
    /// Queries per second of so many threads over about so many seconds.
    func throughput(
        _ queries: [[Float]], _ request: SearchRequest, threads: Int, seconds: Double
    ) -> Double {
        let total = Atomic<Int>(0)
        let start = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            var done = 0
            var place = thread * queries.count / threads
            while done == 0 || start.duration(to: .now) / .seconds(1) < seconds {
                for _ in 0..<100 {
                    _ = try? search(queries[place], model: 1, request)
                    place = place + 1 == queries.count ? 0 : place + 1
                }
                done += 100
            }
            total.add(done, ordering: .relaxed)
        }
        return Double(total.load(ordering: .relaxed)) / (start.duration(to: .now) / .seconds(1))
    }
}

/// A switch and a counter that two threads share.
private final class Writer: Sendable {
    private let flag = Atomic(false)
    private let counter = Atomic(0)

    var isOver: Bool {
        get { flag.load(ordering: .relaxed) }
        set { flag.store(newValue, ordering: .relaxed) }
    }
    var count: Int {
        get { counter.load(ordering: .relaxed) }
        set { counter.store(newValue, ordering: .relaxed) }
    }
}
