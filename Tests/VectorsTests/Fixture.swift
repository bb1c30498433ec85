import Vectors

/// A vector file with a graph and its exact judge over the same vectors.
final class Fixture {
    let folder: TemporaryFolder
    let file: VectorFile
    let exact: ExactIndex
    let graph: HNSWGraph
    private(set) var vectors: [VectorSlot: [Float]] = [:]
    private var nextOwner: UInt64 = 0

    init(_ vectors: [[Float]], threads: Int = 1) throws {
        folder = try TemporaryFolder()
        file = try VectorFile.open(
            path: folder.path + "/test.vec", dimension: vectors[0].count, identity: 1)
        exact = ExactIndex(file)
        var members: [NamedSlot] = []
        for vector in vectors {
            let member = NamedSlot(slot: VectorSlot(UInt32(members.count)), owner: nextOwner)
            nextOwner += 1
            try Fixture.write(vector, member, file)
            members.append(member)
            self.vectors[member.slot] = vector
            exact.add(member)
        }
        var parameters = GraphParameters()
        parameters.threads = threads
        graph = try HNSWGraph.build(file: file, members: members, parameters: parameters)
    }

    private static func write(_ vector: [Float], _ member: NamedSlot, _ file: VectorFile) throws {
        try file.write(
            UnitVector(vector, dimension: vector.count), owner: member.owner, model: 1,
            at: member.slot)
    }

    @discardableResult
    func insert(_ vector: [Float], at slot: VectorSlot) throws -> NamedSlot {
        let member = NamedSlot(slot: slot, owner: nextOwner)
        nextOwner += 1
        try Fixture.write(vector, member, file)
        vectors[slot] = vector
        exact.add(member)
        try graph.add(member)
        return member
    }

    func remove(_ slot: VectorSlot) {
        vectors[slot] = nil
        exact.remove(slot)
        graph.remove(slot)
    }

    func unit(_ vector: [Float]) throws -> UnitVector {
        try UnitVector(vector, dimension: vector.count)
    }

    /// The share of the exact answers that the graph gives.
    func recall(_ queries: [[Float]], _ request: SearchRequest) throws -> Double {
        var (found, wanted) = (0, 0)
        for query in queries {
            let truth = exact.search(try unit(query), request)
            let answer = Set(graph.search(try unit(query), request))
            wanted += truth.count
            found += truth.count { answer.contains($0) }
        }
        return wanted == 0 ? 1 : Double(found) / Double(wanted)
    }
}
