import Dispatch
import Synchronization
import Testing
import Vectors

@Suite struct ConcurrencyTests {
    private final class Run: Sendable {
        let isOver = Atomic(false)
        let searches = Atomic(0)
    }

    @Test func `searches stay right while vectors come and go and a graph takes over`() async throws
    {
        let folder = try TemporaryFolder()
        var settings = VectorSpace.Settings(folder: folder.path, name: "image", dimension: 32)
        settings.exactLimit = 300
        let space = try await VectorSpace.open(settings, named: []).space
        let vectors = clusteredVectors(1_200, dimension: 32, seed: 1)
        let run = Run()
        let searchers = (0..<2).map { searcher in
            Task.detached {
                var place = searcher
                while !run.isOver.load(ordering: .relaxed) {
                    place = (place + 7) % vectors.count
                    let found = try space.nearest(to: vectors[place], count: 10, model: 1)
                    for match in found {
                        let exact = referenceDistance(vectors[Int(match.owner)], vectors[place])
                        #expect(abs(match.distance - exact) < 2e-6)
                    }
                    run.searches.add(1, ordering: .relaxed)
                    await Task.yield()
                }
            }
        }
        var slots: [Int: VectorSlot] = [:]
        for (owner, vector) in vectors.enumerated() {
            slots[owner] = try await space.insert(
                owner: UInt64(owner), vector: vector, model: 1)
            if owner % 3 == 2, let slot = slots.removeValue(forKey: owner - 2) {
                space.remove(slot)
            }
        }
        // The graph is built beside all this; this waits for it.
        try await space.rebuild()
        for owner in slots.keys.sorted().prefix(300) {
            if let slot = slots.removeValue(forKey: owner) { space.remove(slot) }
            slots[owner] = try await space.insert(
                owner: UInt64(owner), vector: vectors[owner], model: 1)
        }
        run.isOver.store(true, ordering: .relaxed)
        for searcher in searchers { try await searcher.value }
        #expect(run.searches.load(ordering: .relaxed) > 0)
        #expect(space.count == slots.count)
        #expect(space.statistics.graphs[1]?.count == slots.count)
        let check = await space.check(samples: 60)
        #expect(check.map(\.violations) == [[]])
        #expect(check[0].recall >= 0.97)
        for (owner, slot) in slots {
            let first = try space.nearest(to: vectors[owner], count: 1, model: 1)
            #expect(first == [VectorMatch(slot: slot, owner: UInt64(owner), distance: 0)])
        }
    }

    @Test func `a graph is kept, checked and searched under a filter while it changes`()
        async throws
    {
        let folder = try TemporaryFolder()
        var settings = VectorSpace.Settings(folder: folder.path, name: "image", dimension: 24)
        settings.exactLimit = 100
        let vectors = clusteredVectors(1_000, dimension: 24, seed: 2)
        var named: [Int: NamedSlot] = [:]
        do {
            let space = try await VectorSpace.open(settings, named: []).space
            for owner in 0..<500 {
                let slot = try await space.insert(
                    owner: UInt64(owner), vector: vectors[owner], model: 1)
                named[owner] = NamedSlot(slot: slot, owner: UInt64(owner))
            }
            try await space.rebuild()
            let run = Run()
            let odd = OwnerFilter((0..<500).map { UInt64($0 * 2 + 1) })
            let searcher = Task.detached {
                var place = 0
                while !run.isOver.load(ordering: .relaxed) {
                    place = (place + 7) % vectors.count
                    let request = SearchRequest(count: 5, allowing: odd, breadth: 20)
                    for match in try space.search(vectors[place], model: 1, request) {
                        #expect(match.owner % 2 == 1)
                    }
                    await Task.yield()
                }
            }
            let keeper = Task.detached {
                while !run.isOver.load(ordering: .relaxed) {
                    try await space.snapshot()
                    #expect(await space.check(samples: 5).map(\.violations) == [[]])
                    #expect(await space.scrub() == [])
                }
            }
            for owner in 500..<vectors.count {
                if let member = named.removeValue(forKey: owner - 500) {
                    space.remove(member.slot)
                }
                let slot = try await space.insert(
                    owner: UInt64(owner), vector: vectors[owner], model: 1)
                named[owner] = NamedSlot(slot: slot, owner: UInt64(owner))
            }
            run.isOver.store(true, ordering: .relaxed)
            try await searcher.value
            try await keeper.value
        }
        // Whatever moment the last snapshot shows, a start brings it up to date.
        let opened = try await VectorSpace.open(settings, named: Array(named.values))
        #expect(opened.lost == [])
        #expect(opened.space.statistics.graphs[1]?.count == 500)
        for (owner, member) in named {
            let first = try opened.space.nearest(to: vectors[owner], count: 1, model: 1)
            #expect(first == [VectorMatch(slot: member.slot, owner: UInt64(owner), distance: 0)])
        }
    }

    @Test func `what was taken out of use waits for the searches that may still see it`() {
        let readers = ReaderEpochs()
        let early = readers.stamp()
        #expect(readers.isPast(early))
        readers.reading {
            let stamp = readers.stamp()
            #expect(!readers.isPast(stamp))
            // A search that begins later does not hold it up.
            readers.reading { #expect(readers.isPast(early)) }
            #expect(!readers.isPast(stamp))
        }
        #expect(readers.isPast(readers.stamp()))
    }
}
