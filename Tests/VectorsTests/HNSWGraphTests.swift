import Testing
import Vectors

@Suite struct HNSWGraphTests {
    @Test(arguments: [(24, 1), (100, 2), (384, 1), (512, 2)])
    func `the graph finds what exact search finds`(dimension: Int, threads: Int) throws {
        let fixture = try Fixture(
            clusteredVectors(3_000, dimension: dimension, seed: 1), threads: threads)
        let queries = clusteredVectors(60, dimension: dimension, seed: 2)
        #expect(fixture.graph.violations() == [])
        #expect(fixture.graph.reachableShare() > 0.999)
        #expect(try fixture.recall(queries, SearchRequest(count: 10)) >= 0.98)
        #expect(try fixture.recall(queries, SearchRequest(count: 25)) >= 0.98)
        #expect(try fixture.recall(queries, SearchRequest(count: 1)) >= 0.98)
    }

    @Test func `vectors without any structure are found too`() throws {
        var random = SeededGenerator(seed: 3)
        let fixture = try Fixture((0..<3_000).map { _ in random.vector(300) })
        let queries = (0..<40).map { _ in random.vector(300) }
        #expect(fixture.graph.statistics.codes == 320)
        #expect(
            try fixture.recall(queries, SearchRequest(count: 10, breadth: 300)) >= 0.9)
        // A stored vector is its own nearest.
        for slot in stride(from: UInt32(0), to: 3_000, by: 100) {
            let query = try fixture.unit(fixture.vectors[VectorSlot(slot)]!)
            #expect(
                fixture.graph.search(query, SearchRequest(count: 1)).map(\.slot.rawValue) == [slot])
        }
    }

    @Test func `all within a distance come, strictly, in order and at most as many as wanted`()
        throws
    {
        let fixture = try Fixture(clusteredVectors(4_000, dimension: 64, seed: 4))
        for query in clusteredVectors(30, dimension: 64, seed: 5) {
            let query = try fixture.unit(query)
            let request = SearchRequest(count: 500, within: 0.15)
            let found = fixture.graph.search(query, request)
            let truth = fixture.exact.search(query, request)
            #expect(Double(Set(found).intersection(truth).count) >= 0.98 * Double(truth.count))
            #expect(found.allSatisfy { $0.distance < 0.15 })
            #expect(found.map(\.distance) == found.map(\.distance).sorted())
            #expect(fixture.graph.search(query, SearchRequest(count: 3, within: 0.15)).count <= 3)
        }
    }

    @Test(arguments: [2, 10, 50, 1_000])
    func `a filter costs no recall, however few it allows`(oneIn: Int) throws {
        let fixture = try Fixture(clusteredVectors(4_000, dimension: 64, seed: 6))
        let allowed = OwnerFilter((0..<4_000).filter { $0 % oneIn == 1 }.map(UInt64.init))
        let queries = clusteredVectors(40, dimension: 64, seed: 7)
        let request = SearchRequest(count: 10, allowing: allowed)
        #expect(try fixture.recall(queries, request) >= 0.98)
        for query in queries.prefix(5) {
            let found = fixture.graph.search(try fixture.unit(query), request)
            #expect(found.allSatisfy { Int($0.owner) % oneIn == 1 })
            #expect(found.count == min(10, allowed.count))
        }
    }

    @Test func `a thousand copies of one picture do not hide it or what is around it`() throws {
        var vectors = clusteredVectors(2_000, dimension: 48, seed: 8)
        vectors += [[Float]](repeating: vectors[7], count: 1_000)
        let fixture = try Fixture(vectors, threads: 2)
        #expect(fixture.graph.violations() == [])
        let query = try fixture.unit(vectors[7])
        let found = fixture.graph.search(query, SearchRequest(count: 1_100, within: 0.001))
        #expect(found.count == 1_001)
        let queries = clusteredVectors(40, dimension: 48, seed: 9)
        #expect(try fixture.recall(queries, SearchRequest(count: 10)) >= 0.97)
        // Removing the first of them and some others leaves the rest to be found.
        for slot in [7, 2_000, 2_500, 2_999] { fixture.remove(VectorSlot(UInt32(slot))) }
        #expect(fixture.graph.violations() == [])
        #expect(
            fixture.graph.search(query, SearchRequest(count: 1_100, within: 0.001)).count == 997)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `random edits keep the graph whole and as good as exact search`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let dimension = 40
        let fixture = try Fixture(clusteredVectors(1_500, dimension: dimension, seed: seed))
        var live = Array(fixture.vectors.keys).sorted()
        var free: [VectorSlot] = []
        let fresh = clusteredVectors(3_000, dimension: dimension, seed: seed + 100)
        for vector in fresh {
            if Int.random(in: 0..<100, using: &random) < 52, live.count > 50 {
                let place = Int.random(in: 0..<live.count, using: &random)
                let slot = live.remove(at: place)
                fixture.remove(slot)
                free.append(slot)
            } else {
                let slot = free.popLast() ?? VectorSlot(UInt32(live.count + free.count))
                // One in ten is a copy of something that is there.
                let copied = Int.random(in: 0..<10, using: &random) == 0
                try fixture.insert(copied ? fixture.vectors[live[0]]! : vector, at: slot)
                live.append(slot)
            }
        }
        while fixture.graph.sweep(lists: 100) {}
        #expect(fixture.graph.violations() == [])
        #expect(fixture.graph.count == live.count)
        #expect(Set(fixture.graph.members()) == Set(fixture.exact.members()))
        let queries = clusteredVectors(40, dimension: dimension, seed: seed + 200)
        #expect(try fixture.recall(queries, SearchRequest(count: 10)) >= 0.97)
        for query in queries {
            for match in fixture.graph.search(try fixture.unit(query), SearchRequest(count: 20)) {
                let stored = try #require(fixture.vectors[match.slot])
                #expect(abs(referenceDistance(stored, query) - match.distance) < 2e-6)
            }
        }
    }

    @Test func `replacing a fifth five times costs neither recall nor memory`() throws {
        let dimension = 48
        let fixture = try Fixture(clusteredVectors(5_000, dimension: dimension, seed: 10))
        let queries = clusteredVectors(80, dimension: dimension, seed: 11)
        let request = SearchRequest(count: 10, breadth: 40)
        let before = try fixture.recall(queries, request)
        let bytes = fixture.graph.statistics.bytes
        var random = SeededGenerator(seed: 12)
        for round in 0..<5 {
            let fresh = clusteredVectors(1_000, dimension: dimension, seed: 20 + UInt64(round))
            let slots = fixture.vectors.keys.sorted().shuffled(using: &random).prefix(1_000)
            for (slot, vector) in zip(slots, fresh) {
                fixture.remove(slot)
                try fixture.insert(vector, at: slot)
            }
        }
        while fixture.graph.sweep(lists: 1_000) {}
        #expect(fixture.graph.violations() == [])
        #expect(try fixture.recall(queries, request) >= before - 0.01)
        #expect(fixture.graph.statistics.bytes <= bytes + bytes / 8)
    }

    @Test func `everything can be removed and the graph filled again`() throws {
        let vectors = clusteredVectors(400, dimension: 16, seed: 13)
        let fixture = try Fixture(vectors)
        for slot in fixture.vectors.keys { fixture.remove(slot) }
        let query = try fixture.unit(vectors[0])
        #expect(fixture.graph.search(query, SearchRequest(count: 5)).isEmpty)
        while fixture.graph.sweep(lists: 100) {}
        #expect(fixture.graph.violations() == [])
        for (slot, vector) in vectors.enumerated() {
            try fixture.insert(vector, at: VectorSlot(UInt32(slot)))
        }
        #expect(fixture.graph.violations() == [])
        #expect(fixture.graph.search(query, SearchRequest(count: 1)).map(\.slot.rawValue) == [0])
    }
}
