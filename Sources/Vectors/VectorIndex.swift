/// The place of a vector in its space's file; kept in the database beside the owner.
package struct VectorSlot: Hashable, Comparable, Sendable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static func < (a: VectorSlot, b: VectorSlot) -> Bool { a.rawValue < b.rawValue }
}

/// A slot that the database names, and whose vector it holds.
package struct NamedSlot: Hashable, Sendable {
    package let slot: VectorSlot
    /// The caller's row id.
    package let owner: UInt64

    package init(slot: VectorSlot, owner: UInt64) {
        self.slot = slot
        self.owner = owner
    }
}

/// A stored vector that answers a query.
package struct VectorMatch: Hashable, Sendable {
    package let slot: VectorSlot
    package let owner: UInt64
    /// 1 − cosine, accumulated in doubles: 0 the same direction, 1 unrelated, 2 opposite.
    package let distance: Double

    package init(slot: VectorSlot, owner: UInt64, distance: Double) {
        self.slot = slot
        self.owner = owner
        self.distance = distance
    }
}

/// A set of vectors of one model that can be searched while it changes.
///
/// `ExactIndex` compares with every vector and is the judge in tests; `HNSWGraph` walks a graph.
package protocol VectorIndex: AnyObject, Sendable {
    /// How many vectors can be found.
    var count: Int { get }

    /// Grows with every change of what can be found.
    var version: Int { get }

    /// Makes the stored vector at `slot` findable; false if it was already, or its record is damaged.
    @discardableResult
    func add(_ member: NamedSlot) throws(VectorError) -> Bool

    /// Hides the vector at `slot` from every search that begins after this returns.
    @discardableResult
    func remove(_ slot: VectorSlot) -> Bool

    /// The vectors closest to `query`, closest first, ties by slot; never waits for a change.
    func search(_ query: UnitVector, _ request: SearchRequest) -> [VectorMatch]

    /// All vectors that can be found, in no order.
    func members() -> [NamedSlot]
}

/// What a search is to return.
package struct SearchRequest: Sendable {
    /// At most so many.
    package var count: Int
    /// Only vectors strictly closer than this.
    package var within: Double
    /// Only vectors of these owners; nil allows all.
    package var allowing: OwnerFilter?
    /// How many candidates the graph keeps (`ef`); nil chooses by `count`. Exact search ignores it.
    package var breadth: Int?

    package init(
        count: Int, within: Double = .infinity, allowing: OwnerFilter? = nil, breadth: Int? = nil
    ) {
        self.count = count
        self.within = within
        self.allowing = allowing
        self.breadth = breadth
    }

    func allows(_ owner: UInt64) -> Bool { allowing?.contains(owner) ?? true }
}
