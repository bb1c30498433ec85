import CKernels
import Synchronization

/// What one search needs besides the graph: marks, candidates and the query's weights.
///
/// Contexts are kept and used again, each by one thread at a time.
final class SearchContext {
    /// Candidates, best first: how far in the upper half, the node and whether it was expanded in the
    /// lower.
    private(set) var keys: UnsafeMutablePointer<UInt64>
    var count = 0
    private(set) var breadth = 0
    private var room = 0

    private(set) var visited: UnsafeMutablePointer<UInt8>
    private(set) var limit = 0
    private(set) var stamp: UInt8 = 0

    let unvisited: UnsafeMutablePointer<UInt32>
    let kept: UnsafeMutablePointer<UInt32>
    let products: UnsafeMutablePointer<Int32>
    let weights: UnsafeMutablePointer<Int8>
    /// Weights of the neighbours chosen so far, and of a node whose list is cut.
    let chosenWeights: UnsafeMutablePointer<Int8>
    let otherWeights: UnsafeMutablePointer<Int8>
    let scratch: ProjectionScratch

    init(layout: NodeLayout, projection: Projection) {
        keys = .allocate(capacity: 1)
        visited = .allocate(capacity: 1)
        // The links of as many nodes as are ever expanded together.
        let batch = SearchTuning.greatestWidth * layout.degree
        unvisited = .allocate(capacity: batch)
        kept = .allocate(capacity: batch)
        products = .allocate(capacity: batch)
        weights = SearchContext.aligned(layout.codeCount).assumingMemoryBound(to: Int8.self)
        chosenWeights = SearchContext.aligned(layout.codeCount * (layout.degree + 1))
            .assumingMemoryBound(to: Int8.self)
        otherWeights = SearchContext.aligned(layout.codeCount).assumingMemoryBound(to: Int8.self)
        scratch = ProjectionScratch(projection)
    }

    deinit {
        keys.deallocate()
        visited.deallocate()
        unvisited.deallocate()
        kept.deallocate()
        products.deallocate()
        weights.deallocate()
        chosenWeights.deallocate()
        otherWeights.deallocate()
    }

    /// Forgets candidates and marks; nodes from `limit` on will not be looked at.
    func begin(limit: Int, breadth: Int) {
        makeRoom(breadth + 1)
        if limit > self.limit || stamp == 255 {
            if limit > self.limit {
                visited.deallocate()
                self.limit = max(limit, self.limit + self.limit / 8)
                visited = .allocate(capacity: self.limit)
            }
            visited.initialize(repeating: 0, count: self.limit)
            stamp = 0
        }
        stamp += 1
        count = 0
        self.breadth = breadth
    }

    /// Forgets the marks, keeping the candidates, which are to be expanded again.
    func beginLayer(breadth: Int) {
        let before = count
        begin(limit: limit, breadth: breadth)
        count = min(before, breadth)
        for place in 0..<count {
            keys[place] &= ~1
            visited[Int(SearchContext.node(keys[place]))] = stamp
        }
    }

    private func makeRoom(_ wanted: Int) {
        guard wanted > room else { return }
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: max(wanted, room * 2))
        larger.update(from: keys, count: count)
        keys.deallocate()
        keys = larger
        room = max(wanted, room * 2)
    }

    /// The product that a candidate must exceed, once as many are kept as are wanted.
    var bound: Int32 { count < breadth ? .min : SearchContext.product(keys[count - 1]) }

    /// Begins with one candidate.
    func start(_ node: UInt32, _ product: Int32) {
        keys[0] = tt_candidate(node, product)
        count = 1
        visited[Int(node)] = stamp
    }

    func markExpanded(_ place: Int) { keys[place] |= 1 }
    func isExpanded(_ place: Int) -> Bool { keys[place] & 1 == 1 }

    func node(at place: Int) -> UInt32 { SearchContext.node(keys[place]) }
    func product(at place: Int) -> Int32 { SearchContext.product(keys[place]) }

    static func node(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) >> 1 }
    static func product(_ key: UInt64) -> Int32 {
        (1 << 30) &- Int32(bitPattern: UInt32(truncatingIfNeeded: key >> 32))
    }

    private static func aligned(_ bytes: Int) -> UnsafeMutableRawPointer {
        .allocate(byteCount: bytes, alignment: 64)
    }
}

/// Contexts that are not in use.
final class ContextPool: Sendable {
    private struct Idle: @unchecked Sendable {
        // A context is here only while nobody uses it.
        let context: SearchContext
    }

    private let layout: NodeLayout
    private let projection: Projection
    private let idle = Lock<[Idle]>([])

    init(layout: NodeLayout, projection: Projection) {
        self.layout = layout
        self.projection = projection
    }

    /// Lends a context to `body`.
    func with<Result, Failure: Error>(
        _ body: (SearchContext) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let context =
            idle.withLock { $0.popLast() }?.context
            ?? SearchContext(layout: layout, projection: projection)
        defer {
            let lent = Idle(context: context)
            idle.withLock { $0.append(lent) }
        }
        return try body(context)
    }
}
