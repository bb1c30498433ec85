import Synchronization

/// What a graph holds and what it costs.
package struct GraphStatistics: Sendable, Equatable {
    /// Vectors that can be found.
    package let count: Int
    /// Nodes that wait to be unlinked.
    package let dead: Int
    /// Bytes of memory, without the mapped file.
    package let bytes: Int
    /// Codes of a vector, one byte each, and how many of them decide most comparisons.
    package let codes: Int
    package let prefix: Int
    /// The share of a vector's squared length that its codes keep.
    package let kept: Float
    /// One standard deviation of the codes' error, as a distance.
    package let codeError: Float
    package let levels: Int
}

extension HNSWGraph {
    package var statistics: GraphStatistics {
        let top = entry.load(ordering: .acquiring)
        return GraphStatistics(
            count: count, dead: deadCount.load(ordering: .relaxed),
            bytes: nodes.bytes + directory.withLock { $0.nodes.capacity * 4 },
            codes: projection.codeCount, prefix: projection.prefix, kept: projection.kept,
            codeError: tuning.error, levels: top == HNSWGraph.noEntry ? 0 : Int(top >> 32) + 1)
    }
}
