import Glibc

/// How a node's block is divided: links of the bottom layer, then codes, in whole cache lines.
struct NodeLayout: Sendable, Equatable {
    /// Links of a node on the bottom layer (2 M) and on each layer above (M).
    let degree: Int
    let upperDegree: Int
    let codeCount: Int
    let prefix: Int

    var codeOffset: Int { (degree * 4 + 63) / 64 * 64 }
    var stride: Int { codeOffset + codeCount }

    init(parameters: GraphParameters, projection: Projection) {
        degree = parameters.degree * 2
        upperDegree = parameters.degree
        codeCount = projection.codeCount
        prefix = projection.prefix
    }
}

/// The choices that make a graph (Malkov & Yashunin 2016, section 4.1).
package struct GraphParameters: Sendable, Equatable {
    /// M: links of a node on each upper layer; the bottom layer has room for twice as many.
    package var degree = 16
    /// efConstruction: candidates that are kept while a new node looks for its neighbours.
    package var constructionBreadth = 200
    /// Where the levels' random numbers begin.
    package var seed: UInt64 = 1
    /// Threads that build a graph from many vectors.
    package var threads = 2

    package init() {}

    /// Links that a new node chooses: half as many again where there is room for twice M.
    func newLinks(level: Int) -> Int { level == 0 ? degree * 3 / 2 : degree }
}

/// Draws the top layer of each new node: geometric, with a mean of 1/(M − 1).
struct LevelGenerator: Sendable {
    private var state: UInt64
    private let scale: Double
    private static let highest = 15

    init(degree: Int, seed: UInt64) {
        state = seed
        scale = 1 / log(Double(max(2, degree)))
    }

    mutating func next() -> Int {
        // SplitMix64: small, and any seed is as good as another.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        let uniform = (Double(mixed >> 11) + 1) / 9_007_199_254_740_992
        return min(LevelGenerator.highest, Int(-log(uniform) * scale))
    }

    /// Goes on as if `count` levels had been drawn.
    mutating func skip(_ count: Int) { state &+= 0x9E37_79B9_7F4A_7C15 &* UInt64(count) }
}
