import CKernels
import Synchronization
import Testing
import Vectors

/// Hears what a space reports.
final class Events: Sendable {
    private let heard = Mutex<[VectorSpace.Event]>([])
    var all: [VectorSpace.Event] { heard.withLock { $0 } }
    func hear(_ event: VectorSpace.Event) { heard.withLock { $0.append(event) } }

    var wasRead: Bool { all.contains { if case .snapshotRead = $0 { true } else { false } } }
    var wasIgnored: Bool { all.contains { if case .snapshotIgnored = $0 { true } else { false } } }
}

@Suite struct SnapshotTests {
    static let dimension = 24
    let folder: TemporaryFolder
    let events = Events()

    init() throws { folder = try TemporaryFolder() }

    func settings(exactLimit: Int = 100) -> VectorSpace.Settings {
        var settings = VectorSpace.Settings(
            folder: folder.path, name: "text", dimension: SnapshotTests.dimension)
        settings.exactLimit = exactLimit
        settings.identity = { 42 }
        settings.onEvent = events.hear
        return settings
    }

    /// A space of `count` vectors with its snapshot; returns what the database would name.
    func fill(_ count: Int) async throws -> [NamedSlot] {
        let space = try await VectorSpace.open(settings(), named: []).space
        var named: [NamedSlot] = []
        let vectors = clusteredVectors(count, dimension: SnapshotTests.dimension, seed: 1)
        for (owner, vector) in vectors.enumerated() {
            let slot = try await space.insert(owner: UInt64(owner), vector: vector, model: 3)
            named.append(NamedSlot(slot: slot, owner: UInt64(owner)))
        }
        try await space.rebuild()
        #expect(space.statistics.graphs[3]?.count == count)
        return named
    }

    /// Ten neighbours of some queries, by owner.
    func answers(_ space: VectorSpace) throws -> [[UInt64]] {
        try clusteredVectors(8, dimension: SnapshotTests.dimension, seed: 2).map {
            try space.search($0, model: 3, SearchRequest(count: 10, breadth: 64)).map(\.owner)
        }
    }

    @Test func `a start reads the snapshot and brings it up to date`() async throws {
        var named = try await fill(400)
        let more = clusteredVectors(40, dimension: SnapshotTests.dimension, seed: 3)
        do {
            // Without a snapshot of what follows: removals, additions, a slot with a new vector.
            let space = try await VectorSpace.open(settings(), named: named).space
            #expect(events.wasRead)
            for member in named.prefix(20) { space.remove(member.slot) }
            named.removeFirst(20)
            for (place, vector) in more.enumerated() {
                // The first come back as the same owners, in slots that were just given back.
                let owner = UInt64(place < 20 ? place : 1_000 + place)
                let slot = try await space.insert(owner: owner, vector: vector, model: 3)
                named.append(NamedSlot(slot: slot, owner: owner))
            }
        }
        let opened = try await VectorSpace.open(settings(), named: named)
        #expect(opened.lost == [])
        #expect(opened.space.count == 420)
        for (place, vector) in more.enumerated() {
            let first = try opened.space.nearest(to: vector, count: 1, model: 3)
            #expect(first.map(\.owner) == [UInt64(place < 20 ? place : 1_000 + place)])
            #expect(first.map(\.distance) == [0])
        }
        let check = await opened.space.check(samples: 50)
        #expect(check.map(\.violations) == [[]])
        #expect(check[0].recall >= 0.98)
    }

    @Test func `a missing snapshot is no fault: search is exact until there is a graph`()
        async throws
    {
        let named = try await fill(300)
        var bytes = try folder.bytes("text.hnsw")
        bytes.removeAll()
        try folder.remove("text.hnsw")
        let space = try await VectorSpace.open(settings(exactLimit: 1_000), named: named).space
        #expect(!events.wasIgnored)
        #expect(space.statistics.graphs.isEmpty)
        #expect(try answers(space).allSatisfy { $0.count == 10 })
    }

    @Test func `a snapshot of another file is ignored`() async throws {
        let named = try await fill(300)
        let snapshot = try folder.bytes("text.hnsw")
        let truth = try answers(
            try await VectorSpace.open(settings(), named: named).space)
        // The same vectors in a file of another identity.
        try folder.remove("text.vec")
        var other = settings()
        other.identity = { 43 }
        var renamed: [NamedSlot] = []
        do {
            let space = try await VectorSpace.open(other, named: []).space
            let vectors = clusteredVectors(300, dimension: SnapshotTests.dimension, seed: 1)
            for (owner, vector) in vectors.enumerated() {
                let slot = try await space.insert(owner: UInt64(owner), vector: vector, model: 3)
                renamed.append(NamedSlot(slot: slot, owner: UInt64(owner)))
            }
            try await space.rebuild()
        }
        try folder.write(snapshot, to: "text.hnsw")
        let space = try await VectorSpace.open(other, named: renamed).space
        #expect(events.wasIgnored)
        #expect(try answers(space) == truth)
    }

    /// Flips, cuts, zeroes and swaps at random places.
    static func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var mutated = bytes
        let at = Int.random(in: 0..<bytes.count, using: &random)
        let other = Int.random(in: 0..<bytes.count, using: &random)
        let length = min(Int.random(in: 1...200, using: &random), bytes.count - max(at, other))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutated[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: mutated.removeLast(bytes.count - at)
        case 2: for place in at..<at + length { mutated[place] = 0 }
        default: for place in 0..<length { mutated.swapAt(at + place, other + place) }
        }
        return mutated
    }

    @Test func `a damaged snapshot never leads to a wrong answer`() async throws {
        let named = try await fill(150)
        let sound = try folder.bytes("text.hnsw")
        let truth = try answers(
            try await VectorSpace.open(settings(exactLimit: 1_000_000), named: named).space)
        var random = SeededGenerator(seed: 4)
        for _ in 0..<1_200 {
            let mutated = SnapshotTests.mutate(sound, &random)
            try folder.write(mutated, to: "text.hnsw")
            let events = Events()
            var settings = settings(exactLimit: 1_000_000)
            settings.onEvent = events.hear
            let opened = try await VectorSpace.open(settings, named: named)
            #expect(opened.lost == [])
            #expect(events.wasIgnored == (mutated != sound))
            #expect(try answers(opened.space) == truth)
        }
    }

    /// The places of the sections' bytes in a snapshot.
    private static func sections(_ bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var place = 64
        while place < bytes.count {
            let length = bytes.withUnsafeBytes {
                Int($0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
            found.append(place + 16..<place + 16 + length)
            place += 16 + length
        }
        return found
    }

    @Test func `a snapshot with wrong contents and right checksums is refused or harmless`()
        async throws
    {
        // Copies hang on one node as a chain, which must not be led in a circle.
        var vectors = clusteredVectors(260, dimension: SnapshotTests.dimension, seed: 1)
        vectors += [[Float]](repeating: vectors[3], count: 20)
        var named: [NamedSlot] = []
        do {
            let space = try await VectorSpace.open(settings(), named: []).space
            for (owner, vector) in vectors.enumerated() {
                let slot = try await space.insert(owner: UInt64(owner), vector: vector, model: 3)
                named.append(NamedSlot(slot: slot, owner: UInt64(owner)))
            }
            try await space.rebuild()
        }
        let sound = try folder.bytes("text.hnsw")
        let sections = SnapshotTests.sections(sound)
        #expect(sections.last?.upperBound == sound.count)
        var random = SeededGenerator(seed: 6)
        for _ in 0..<600 {
            var mutated = sound
            let section = sections.randomElement(using: &random)!
            guard !section.isEmpty else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: section, using: &random)
                mutated[at] = UInt8.random(in: 0...255, using: &random)
            }
            let checksum = mutated[section].withUnsafeBytes {
                tt_crc32c(0, $0.baseAddress, $0.count)
            }
            withUnsafeBytes(of: checksum) {
                mutated.replaceSubrange(section.lowerBound - 8..<section.lowerBound - 4, with: $0)
            }
            try folder.write(mutated, to: "text.hnsw")
            let opened = try await VectorSpace.open(settings(exactLimit: 1_000_000), named: named)
            #expect(opened.lost == [])
            let request = SearchRequest(count: 30, breadth: 30)
            for match in try opened.space.search(vectors[3], model: 3, request) {
                let exact = referenceDistance(vectors[Int(match.owner)], vectors[3])
                #expect(abs(match.distance - exact) < 2e-6)
            }
        }
    }

    @Test func `a damaged vector file is detected record by record`() async throws {
        let vectors = clusteredVectors(60, dimension: SnapshotTests.dimension, seed: 1)
        var named: [NamedSlot] = []
        do {
            let space = try await VectorSpace.open(settings(), named: []).space
            for (owner, vector) in vectors.enumerated() {
                let slot = try await space.insert(owner: UInt64(owner), vector: vector, model: 3)
                named.append(NamedSlot(slot: slot, owner: UInt64(owner)))
            }
        }
        let sound = try folder.bytes("text.vec")
        let size = (sound.count - 4_096) / 60
        var random = SeededGenerator(seed: 5)
        for _ in 0..<1_200 {
            let mutated = SnapshotTests.mutate(sound, &random)
            try folder.write(mutated, to: "text.vec")
            let opened = try await VectorSpace.open(settings(), named: named)
            // Exactly the records that differ are lost, unless the whole file had to be.
            let header = 0..<4_096
            let touched = named.filter { member in
                let range =
                    4_096 + Int(member.slot.rawValue) * size..<4_096
                    + (Int(member.slot.rawValue) + 1) * size
                return mutated.count < range.upperBound || mutated[range] != sound[range]
            }
            let lost = Set(opened.lost.map(\.member))
            if mutated.count >= header.upperBound || lost.count < named.count {
                #expect(lost == Set(touched) || lost.count == named.count)
            }
            let found = try opened.space.nearest(to: vectors[0], count: 100, model: 3)
            #expect(Set(found.map(\.slot)) == Set(named.map(\.slot)).subtracting(lost.map(\.slot)))
            for match in found {
                let exact = referenceDistance(vectors[Int(match.owner)], vectors[0])
                #expect(abs(match.distance - exact) < 2e-6)
            }
        }
    }

    @Test func `a crash between the steps of a snapshot leaves the old one`() async throws {
        let named = try await fill(150)
        let before = try folder.bytes("text.hnsw")
        let faults = Faults()
        var settings = settings()
        settings.operations = faults.operations
        let space = try await VectorSpace.open(settings, named: named).space
        faults.set { $0.writeError = 28 }
        await #expect(throws: VectorError.system(operation: "pwrite", code: 28)) {
            try await space.snapshot()
        }
        faults.set {
            $0.writeError = 0
            $0.syncError = 5
        }
        await #expect(throws: VectorError.system(operation: "fdatasync", code: 5)) {
            try await space.snapshot()
        }
        #expect(try folder.bytes("text.hnsw") == before)
    }
}
