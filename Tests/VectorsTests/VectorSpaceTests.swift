import Glibc
import Testing
import Vectors

@Suite struct VectorSpaceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func settings(_ dimension: Int) -> VectorSpace.Settings {
        VectorSpace.Settings(folder: folder.path, name: "caption", dimension: dimension)
    }

    func open(_ dimension: Int, named: [NamedSlot] = []) async throws -> VectorSpace.Opened {
        try await VectorSpace.open(settings(dimension), named: named)
    }

    @Test func `what was inserted is found again, closest first, also after a restart`()
        async throws
    {
        let vectors = clusteredVectors(60, dimension: 20, seed: 3)
        var named: [NamedSlot] = []
        do {
            let space = try await open(20).space
            for (owner, vector) in vectors.enumerated() {
                let slot = try await space.insert(
                    owner: UInt64(owner), vector: vector, model: 7)
                named.append(NamedSlot(slot: slot, owner: UInt64(owner)))
            }
        }
        let opened = try await open(20, named: named)
        #expect(opened.lost.isEmpty)
        #expect(opened.space.count == 60)
        let expected = vectors.indices
            .sorted {
                referenceDistance(vectors[$0], vectors[5])
                    < referenceDistance(vectors[$1], vectors[5])
            }
        let found = try opened.space.nearest(to: vectors[5], count: 60, model: 7)
        #expect(found.map(\.owner) == expected.map(UInt64.init))
        #expect(found[0].distance == 0)
        for match in found.dropFirst() {
            let exact = referenceDistance(vectors[Int(match.owner)], vectors[5])
            #expect(abs(match.distance - exact) < 1e-6)
        }
    }

    @Test func `a search within a distance is strict, ordered and bounded in number`() async throws
    {
        let space = try await open(2).space
        for degrees in 0..<90 {
            let angle = Float(degrees) * .pi / 180
            _ = try await space.insert(
                owner: UInt64(degrees), vector: [cos(angle), sin(angle)], model: 1)
        }
        let near = try space.within(0.495, of: [1, 0], count: 500, model: 1)
        #expect(near.map(\.owner) == (0..<60).map(UInt64.init))
        #expect(try space.within(0.5, of: [1, 0], count: 3, model: 1).map(\.owner) == [0, 1, 2])
        let even = OwnerFilter((0..<45).map { UInt64($0 * 2) })
        #expect(
            try space.within(0.01, of: [1, 0], count: 9, model: 1, allowing: even).map(\.owner)
                == [0, 2, 4, 6, 8])
    }

    @Test func `vectors of different models are never compared`() async throws {
        let space = try await open(3).space
        _ = try await space.insert(owner: 1, vector: [1, 0, 0], model: 1)
        _ = try await space.insert(owner: 2, vector: [1, 0, 0], model: 2)
        #expect(try space.nearest(to: [1, 0, 0], count: 9, model: 1).map(\.owner) == [1])
        #expect(try space.nearest(to: [1, 0, 0], count: 9, model: 2).map(\.owner) == [2])
        #expect(try space.nearest(to: [1, 0, 0], count: 9, model: 3).isEmpty)
    }

    @Test(
        arguments: [
            ([1, 2], VectorError.wrongLength(expected: 3, actual: 2)),
            ([1, .nan, 0], .notFinite(position: 1)),
            ([1, 0, -.infinity], .notFinite(position: 2)),
            ([0, 0, -0.0], .zeroLength),
        ] as [([Float], VectorError)])
    func `a vector that cannot be compared is refused`(vector: [Float], error: VectorError)
        async throws
    {
        let space = try await open(3).space
        await #expect(throws: error) {
            try await space.insert(owner: 1, vector: vector, model: 1)
        }
        #expect(throws: error) { try space.nearest(to: vector, count: 1, model: 1) }
        #expect(space.count == 0)
    }

    @Test(arguments: [0, 4_097])
    func `a dimension that no space can have is refused`(dimension: Int) async {
        await #expect(throws: VectorError.unsupportedDimension(dimension)) {
            try await open(dimension)
        }
    }

    @Test(arguments: [1, 3, 4_095, 4_096])
    func `every other dimension works, with a graph too`(dimension: Int) async throws {
        var settings = settings(dimension)
        settings.exactLimit = 10
        let space = try await VectorSpace.open(settings, named: []).space
        let vectors = clusteredVectors(40, dimension: dimension, rank: 4, seed: 9)
        for (owner, vector) in vectors.enumerated() {
            _ = try await space.insert(owner: UInt64(owner), vector: vector, model: 1)
        }
        try await space.rebuild()
        #expect(space.graph(of: 1)?.violations() == [])
        for vector in vectors {
            // One candidate is few enough for the graph to be walked even here.
            let found = try space.search(vector, model: 1, SearchRequest(count: 1, breadth: 5))
            #expect(found.map(\.distance) == [0])
        }
        await #expect(throws: VectorError.otherDimension(file: dimension, asked: 7)) {
            try await open(7)
        }
    }

    /// A space with a graph over many vectors, written straight into its file.
    private func large(_ vectors: [[Float]]) async throws -> (VectorSpace, ExactIndex) {
        let dimension = vectors[0].count
        let file = try VectorFile.open(
            path: folder.path + "/caption.vec", dimension: dimension, identity: 1)
        let exact = ExactIndex(file)
        var named: [NamedSlot] = []
        for (row, vector) in vectors.enumerated() {
            let member = NamedSlot(slot: VectorSlot(UInt32(row)), owner: UInt64(row))
            try file.write(
                UnitVector(vector, dimension: dimension), owner: member.owner, model: 1,
                at: member.slot)
            exact.add(member)
            named.append(member)
        }
        let space = try await open(dimension, named: named).space
        try await space.rebuild()
        #expect(space.statistics.graphs[1]?.count == vectors.count)
        return (space, exact)
    }

    @Test func `among many vectors ten, twenty-five and one in a hundred are found`() async throws {
        let (space, exact) = try await large(clusteredVectors(20_000, dimension: 32, seed: 21))
        let queries = clusteredVectors(50, dimension: 32, seed: 22)
        let few = OwnerFilter((0..<200).map { UInt64($0 * 100 + 7) })
        for request in [
            SearchRequest(count: 10), SearchRequest(count: 25),
            SearchRequest(count: 10, allowing: few), SearchRequest(count: 25, allowing: few),
            SearchRequest(count: 25, within: 0.1, allowing: few),
        ] {
            var (found, wanted) = (0, 0)
            for query in queries {
                let truth = exact.search(try UnitVector(query, dimension: 32), request)
                let answer = try space.search(query, model: 1, request)
                wanted += truth.count
                found += Set(answer).intersection(truth).count
                #expect(answer.allSatisfy { request.allowing?.contains($0.owner) ?? true })
                #expect(answer.allSatisfy { $0.distance < request.within })
            }
            #expect(Double(found) >= 0.98 * Double(wanted))
        }
    }

    @Test func `tiny and huge components are scaled, not refused`() async throws {
        let space = try await open(3).space
        _ = try await space.insert(owner: 1, vector: [.leastNonzeroMagnitude, 0, 0], model: 1)
        _ = try await space.insert(owner: 2, vector: [0, 3e38, 3e38], model: 1)
        #expect(
            try space.nearest(to: [3e38, 0, 0], count: 2, model: 1).map(\.distance) == [0, 1])
    }

    @Test func `a removed vector vanishes at once and its slot is used again`() async throws {
        let space = try await open(2).space
        let first = try await space.insert(owner: 1, vector: [1, 0], model: 1)
        space.remove(first)
        space.remove(first)
        #expect(try space.nearest(to: [1, 0], count: 9, model: 1).isEmpty)
        let second = try await space.insert(owner: 2, vector: [0, 1], model: 1)
        let third = try await space.insert(owner: 3, vector: [1, 1], model: 1)
        #expect(second == first)
        #expect(third != first)
        #expect(try space.nearest(to: [0, 1], count: 9, model: 1).map(\.owner) == [2, 3])
    }

    @Test func `slots the database does not name are garbage and reused`() async throws {
        var slots: [VectorSlot] = []
        do {
            let space = try await open(2).space
            for owner in 0..<4 {
                slots.append(
                    try await space.insert(
                        owner: UInt64(owner), vector: [1, Float(owner)], model: 1))
            }
        }
        let space = try await open(2, named: [NamedSlot(slot: slots[2], owner: 2)]).space
        #expect(try space.nearest(to: [1, 0], count: 9, model: 1).map(\.owner) == [2])
        var reused: Set<VectorSlot> = []
        for owner in 10..<13 {
            reused.insert(try await space.insert(owner: UInt64(owner), vector: [1, 1], model: 1))
        }
        #expect(reused == [slots[0], slots[1], slots[3]])
    }

    @Test func `a named slot that the file cannot deliver is reported and never searched`()
        async throws
    {
        var named: [NamedSlot] = []
        do {
            let space = try await open(8).space
            for owner in 0..<5 {
                var vector = [Float](repeating: 1, count: 8)
                vector[owner] = 5
                let slot = try await space.insert(owner: UInt64(owner), vector: vector, model: 1)
                named.append(NamedSlot(slot: slot, owner: UInt64(owner)))
            }
        }
        var bytes = try folder.bytes("caption.vec")
        bytes[4_096 + 48 + 20] ^= 4
        // The last record loses its end: a torn tail.
        try folder.write(Array(bytes.dropLast()), to: "caption.vec")
        named[2] = NamedSlot(slot: named[2].slot, owner: 99)
        let opened = try await open(8, named: named)
        #expect(opened.lost.map(\.member) == [named[1], named[2], named[4]])
        #expect(opened.lost.map(\.condition) == [.damaged, .otherOwner, .missing])
        let query = [Float](repeating: 1, count: 8)
        #expect(
            try Set(opened.space.nearest(to: query, count: 9, model: 1).map(\.owner)) == [0, 3])
        // Their slots are not handed out before the caller has let go of them.
        let next = try await opened.space.insert(owner: 7, vector: query, model: 1)
        #expect(!named.map(\.slot).contains(next))
        opened.space.remove(named[1].slot)
        #expect(
            try await opened.space.insert(owner: 8, vector: query, model: 1) == named[1].slot)
    }

    @Test func `a full disk fails the insertion, leaves no trace and is over when there is room`()
        async throws
    {
        let faults = Faults()
        var settings = settings(4)
        settings.operations = faults.operations
        let space = try await VectorSpace.open(settings, named: []).space
        _ = try await space.insert(owner: 1, vector: [1, 0, 0, 0], model: 1)
        faults.set { $0.writeError = ENOSPC }
        await #expect(throws: VectorError.system(operation: "pwrite", code: ENOSPC)) {
            try await space.insert(owner: 2, vector: [0, 1, 0, 0], model: 1)
        }
        #expect(space.count == 1)
        faults.set { $0.writeError = 0 }
        faults.set { $0.writesAtMost = 3 }
        _ = try await space.insert(owner: 3, vector: [0, 1, 0, 0], model: 1)
        #expect(try space.nearest(to: [0, 1, 0, 0], count: 1, model: 1).map(\.owner) == [3])
    }

    @Test func `after a failed sync nothing more is promised`() async throws {
        let faults = Faults()
        var settings = settings(4)
        settings.operations = faults.operations
        let space = try await VectorSpace.open(settings, named: []).space
        faults.set { $0.syncError = EIO }
        await #expect(throws: VectorError.system(operation: "fdatasync", code: EIO)) {
            try await space.insert(owner: 1, vector: [1, 0, 0, 0], model: 1)
        }
        faults.set { $0.syncError = 0 }
        await #expect(throws: VectorError.notDurable) {
            try await space.insert(owner: 1, vector: [1, 0, 0, 0], model: 1)
        }
        #expect(space.count == 0)
    }

    @Test func `insertions that wait together share a sync`() async throws {
        let faults = Faults()
        var settings = settings(4)
        settings.operations = faults.operations
        let space = try await VectorSpace.open(settings, named: []).space
        let before = faults.syncs
        try await withThrowingTaskGroup(of: Void.self) { group in
            for owner in 0..<200 {
                group.addTask {
                    _ = try await space.insert(
                        owner: UInt64(owner), vector: [1, 0, 0, Float(owner)], model: 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(space.count == 200)
        #expect(faults.syncs - before < 200)
    }
}
