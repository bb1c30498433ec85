import Foundation

/// A generator with a fixed seed (SplitMix64), so that every run sees the same numbers.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Roughly normal: the sum of twelve uniform numbers.
    mutating func normal() -> Float {
        (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &self) }
    }

    mutating func vector(_ dimension: Int) -> [Float] { (0..<dimension).map { _ in normal() } }
}

/// Vectors that lie in clusters near a subspace, as real embeddings do.
func clusteredVectors(
    _ count: Int, dimension: Int, rank: Int = 24, seed: UInt64
) -> [[Float]] {
    var axes = SeededGenerator(seed: 0xA11CE)
    let basis = (0..<rank).map { _ in axes.vector(dimension) }
    let centres = (0..<40).map { _ in axes.vector(rank) }
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
        let centre = centres.randomElement(using: &random)!
        var vector = [Float](repeating: 0, count: dimension)
        for axis in 0..<rank {
            let weight = centre[axis] + random.normal() * 0.8
            for i in 0..<dimension { vector[i] += weight * basis[axis][i] }
        }
        return vector.map { $0 + random.normal() * 0.3 }
    }
}

/// A new folder that is removed when this goes away.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "vectors-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
}

/// 1 − cosine, the plain way.
func referenceDistance(_ a: [Float], _ b: [Float]) -> Double {
    var dot = 0.0
    var lengths = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        dot += Double(x) * Double(y)
        lengths.0 += Double(x) * Double(x)
        lengths.1 += Double(y) * Double(y)
    }
    return 1 - dot / (lengths.0 * lengths.1).squareRoot()
}
