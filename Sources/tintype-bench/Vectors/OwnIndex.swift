import Foundation
import Synchronization
import Vectors

/// What one setting of `ef` gives: the queries per second of one and of two threads.
struct CurvePoint: Codable {
    let ef: Int
    let recall10: Double
    let qps1: Double
    let qps2: Double
}

extension [CurvePoint] {
    /// Throughput of one and two threads at a recall, interpolated between the points beside it.
    func throughput(at recall: Double) -> (one: Double, two: Double)? {
        if let first, first.recall10 >= recall { return (first.qps1, first.qps2) }
        for (a, b) in zip(self, dropFirst()) where a.recall10 < recall && b.recall10 >= recall {
            let share = (recall - a.recall10) / (b.recall10 - a.recall10)
            return (
                exp(log(a.qps1) * (1 - share) + log(b.qps1) * share),
                exp(log(a.qps2) * (1 - share) + log(b.qps2) * share)
            )
        }
        return nil
    }

    func recall(atBreadth ef: Int) -> Double? { first { $0.ef == ef }?.recall10 }
}

/// An index over one set that answers the same questions as any other.
protocol Contender: AnyObject {
    var name: String { get }
    /// Builds with two threads.
    func build() async throws -> (seconds: Double, bytesPerVector: Double)
    func recall(_ ef: Int) throws -> Double
    /// Queries per second over about so many seconds.
    func throughput(_ ef: Int, threads: Int, seconds: Double) throws -> Double
    func stop()
}

/// Tintype's graph, in this process, asked one query at a time.
final class OwnIndex: Contender {
    let name = "Tintype"
    let set: VectorSet
    /// Where the vector file and the snapshot lie.
    let folder: String
    private var opened: VectorSpace?

    init(_ set: VectorSet, folder: String) {
        self.set = set
        self.folder = folder
    }

    func space() throws -> VectorSpace {
        guard let opened else { throw BenchFailure("the graph is not built yet") }
        return opened
    }

    func graph() throws -> HNSWGraph {
        guard let graph = try space().graph(of: 1) else {
            throw BenchFailure("the graph was not built")
        }
        return graph
    }

    /// From the vectors in their file to the graph that answers.
    func build() async throws -> (seconds: Double, bytesPerVector: Double) {
        try writeVectors()
        let built = Mutex<ContinuousClock.Instant?>(nil)
        var settings = settings
        settings.onEvent = { if case .built = $0 { built.withLock { $0 = .now } } }
        let space = try await VectorSpace.open(settings, named: named).space
        let start = ContinuousClock.now
        try await space.rebuild(above: 0)
        let seconds = start.duration(to: built.withLock { $0 } ?? .now) / .seconds(1)
        opened = space
        return (seconds, Double(try graph().statistics.bytes) / Double(set.base.count))
    }

    /// Seconds from opening what `build` left behind to the first answer.
    func start() async throws -> Double {
        let start = ContinuousClock.now
        let space = try await VectorSpace.open(settings, named: named).space
        _ = try space.nearest(to: set.queries[0], count: 10, model: 1)
        let seconds = start.duration(to: .now) / .seconds(1)
        guard space.graph(of: 1) != nil else { throw BenchFailure("the snapshot was not used") }
        return seconds
    }

    func recall(_ ef: Int) throws -> Double {
        let space = try space()
        let request = SearchRequest(count: set.wanted, breadth: ef)
        return set.recall(try set.queries.map { try space.search($0, model: 1, request) })
    }

    func throughput(_ ef: Int, threads: Int, seconds: Double) throws -> Double {
        try space().throughput(
            set.queries, SearchRequest(count: set.wanted, breadth: ef), threads: threads,
            seconds: seconds)
    }

    func stop() {}

    // MARK: Files

    private var settings: VectorSpace.Settings {
        var settings = VectorSpace.Settings(
            folder: folder, name: set.name, dimension: set.dimension)
        settings.exactLimit = .max
        return settings
    }

    private var named: [NamedSlot] {
        self.set.base.indices.map { NamedSlot(slot: VectorSlot(UInt32($0)), owner: UInt64($0)) }
    }

    private func writeVectors() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = try VectorFile.open(
            path: "\(folder)/\(set.name).vec", dimension: set.dimension, identity: 1)
        for (member, vector) in zip(named, set.base) {
            try file.write(
                UnitVector(vector, dimension: set.dimension), owner: member.owner, model: 1,
                at: member.slot)
        }
        try file.synchronise()
    }
}
