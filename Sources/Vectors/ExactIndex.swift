import Synchronization

/// Compares a query with every vector: always right, and fast enough for a few thousand.
package final class ExactIndex: VectorIndex {
    private struct Members {
        var list: ContiguousArray<NamedSlot> = []
        var places: [VectorSlot: Int] = [:]
        var version = 0
    }

    private let file: VectorFile
    private let state = Lock(Members())

    package init(_ file: VectorFile) { self.file = file }

    package var version: Int { state.withLock { $0.version } }

    package var count: Int { state.withLock { $0.list.count } }

    package func members() -> [NamedSlot] { state.withLock { Array($0.list) } }

    @discardableResult
    package func add(_ member: NamedSlot) -> Bool {
        guard case .sound = file.condition(of: member) else { return false }
        return state.withLock { members in
            guard members.places[member.slot] == nil else { return false }
            members.places[member.slot] = members.list.count
            members.list.append(member)
            members.version += 1
            return true
        }
    }

    /// Adds members whose records were checked a moment ago.
    func addSound(_ members: [NamedSlot]) {
        state.withLock { state in
            for member in members where state.places[member.slot] == nil {
                state.places[member.slot] = state.list.count
                state.list.append(member)
            }
        }
    }

    @discardableResult
    package func remove(_ slot: VectorSlot) -> Bool {
        state.withLock { members in
            guard let place = members.places.removeValue(forKey: slot) else { return false }
            members.version += 1
            let last = members.list.removeLast()
            if last.slot != slot {
                members.list[place] = last
                members.places[last.slot] = place
            }
            return true
        }
    }

    package func search(_ query: UnitVector, _ request: SearchRequest) -> [VectorMatch] {
        // The list is copied by whoever changes it next, so a search holds the lock for an instant.
        file.readers.reading {
            file.nearest(to: query, among: state.withLock { $0.list }, request)
        }
    }
}

extension VectorFile {
    /// The members closest to `query`, closest first, ties by slot; the caller has entered `readers`.
    func nearest(
        to query: UnitVector, among members: some Sequence<NamedSlot>, _ request: SearchRequest
    ) -> [VectorMatch] {
        guard request.count > 0 else { return [] }
        var best = ClosestMatches(count: request.count, within: request.within)
        query.components.withUnsafeBufferPointer { query in
            for member in members where request.allows(member.owner) {
                best.offer(
                    VectorMatch(
                        slot: member.slot, owner: member.owner,
                        distance: distance(query.baseAddress!, to: member.slot)))
            }
        }
        return best.sorted()
    }
}

/// The closest of the matches it was offered: a heap with the farthest on top.
struct ClosestMatches {
    private var heap: [VectorMatch] = []
    private let count: Int
    private let within: Double

    init(count: Int, within: Double) {
        self.count = count
        self.within = within
    }

    /// The distance from which on a match is of no use.
    var bound: Double { heap.count < count ? within : heap[0].distance }

    mutating func offer(_ match: VectorMatch) {
        guard match.distance < within else { return }
        if heap.count < count {
            heap.append(match)
            siftUp(heap.count - 1)
        } else if ClosestMatches.isCloser(match, heap[0]) {
            heap[0] = match
            siftDown()
        }
    }

    func sorted() -> [VectorMatch] { heap.sorted(by: ClosestMatches.isCloser) }

    private static func isCloser(_ a: VectorMatch, _ b: VectorMatch) -> Bool {
        a.distance != b.distance ? a.distance < b.distance : a.slot < b.slot
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard ClosestMatches.isCloser(heap[parent], heap[child]) else { return }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var farthest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if ClosestMatches.isCloser(heap[farthest], heap[child]) { farthest = child }
            }
            guard farthest != parent else { return }
            heap.swapAt(parent, farthest)
            parent = farthest
        }
    }
}
