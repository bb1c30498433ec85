import Foundation
import Vectors

/// Vectors that are drawn, for machines that have no real ones: clusters whose spread falls off along
/// rotated axes, as that of embeddings does.
enum SyntheticSet {
    /// Always the same 100,000 × 384-d with 1,000 queries and their exact answers.
    static func make() throws -> VectorSet {
        note("drawing 101,000 vectors …")
        var noise = Noise(seed: 1)
        let dimension = 384
        let spread = (0..<dimension).map { pow(Float($0 + 1), -0.6) }
        let centres = (0..<300).map { _ in spread.map { $0 * noise.next() } }
        // A reflection mixes all axes: what was sorted by spread is so no longer.
        let mirror = try UnitVector(spread.map { _ in noise.next() }, dimension: dimension)
        func draw() throws -> [Float] {
            let centre = centres[noise.below(centres.count)]
            var vector = zip(centre, spread).map { $0 + 0.7 * $1 * noise.next() }
            let share = zip(vector, mirror.components).reduce(0) { $0 + $1.0 * $1.1 }
            for place in vector.indices { vector[place] -= 2 * share * mirror.components[place] }
            return try UnitVector(vector, dimension: dimension).components
        }
        let base = try (0..<100_000).map { _ in try draw() }
        let queries = try (0..<1_000).map { _ in try draw() }
        note("finding the exact answers …")
        return try VectorSet(
            name: "synthetic384", base: base, queries: queries,
            truth: exactAnswers(base, queries, count: 100))
    }

    /// The rows of `base` nearest to each query, with both cores.
    private static func exactAnswers(_ base: [[Float]], _ queries: [[Float]], count: Int) throws
        -> [[Int32]]
    {
        let path = NSTemporaryDirectory() + "exact-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let dimension = base[0].count
        let file = try VectorFile.open(path: path, dimension: dimension, identity: 1)
        let index = ExactIndex(file)
        for (row, vector) in base.enumerated() {
            let member = NamedSlot(slot: VectorSlot(UInt32(row)), owner: UInt64(row))
            try file.write(
                UnitVector(vector, dimension: dimension), owner: member.owner, model: 1,
                at: member.slot)
            index.add(member)
        }
        return try index.answers(to: queries, count: count).map { $0.map { Int32($0.owner) } }
    }
}

extension ExactIndex {
    /// The nearest to each query, with both cores.
    func answers(to queries: [[Float]], count: Int) throws -> [[VectorMatch]] {
        let units = try queries.map { try UnitVector($0, dimension: $0.count) }
        let answers = Answers(count: queries.count)
        DispatchQueue.concurrentPerform(iterations: queries.count) { place in
            answers.set(search(units[place], SearchRequest(count: count)), at: place)
        }
        return answers.all
    }
}

/// The answers of several threads.
private final class Answers: @unchecked Sendable {
    // Unchecked: every access holds the lock.
    private let lock = NSLock()
    private var answers: [[VectorMatch]]

    init(count: Int) { answers = Array(repeating: [], count: count) }

    var all: [[VectorMatch]] { lock.withLock { answers } }

    func set(_ matches: [VectorMatch], at place: Int) {
        lock.withLock { answers[place] = matches }
    }
}

/// Roughly normal numbers from a seed.
struct Noise: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// The sum of four uniform numbers, with a variance of 1.
    mutating func next() -> Float {
        let bits: UInt64 = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Float(sum) / 65_536 - 2) * 1.732_050_8
    }

    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}
