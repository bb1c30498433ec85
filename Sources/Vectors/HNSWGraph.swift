import CKernels
import Synchronization

/// A hierarchical navigable small world (Malkov & Yashunin 2016) over short codes.
///
/// Searches walk the codes and links, then rank their best candidates again by the exact vectors of
/// the file. One change is made at a time, apart from building, which uses several threads; searches
/// run beside all of them and never wait. Equal vectors share one node of the graph, so that a
/// picture stored a thousand times does not wall itself in.
package final class HNSWGraph: VectorIndex {
    let file: VectorFile
    let parameters: GraphParameters
    let projection: Projection
    let nodes: NodeStore
    let contexts: ContextPool
    package let tuning: SearchTuning

    /// The node at which every search begins, and its level above.
    let entry = Atomic<UInt64>(HNSWGraph.noEntry)
    static let noEntry = UInt64.max

    private let liveCount = Atomic<Int>(0)
    let deadCount = Atomic<Int>(0)
    private let changeCount = Atomic<Int>(0)
    private let trained = Atomic<Int>(0)
    let directory = Lock(Directory())
    /// Held by whoever changes links; searches do not look at it.
    let changing = Lock(Sweep())

    struct Directory {
        /// The node of each slot, or none.
        var nodes: ContiguousArray<UInt32> = []

        subscript(slot: VectorSlot) -> UInt32 {
            get {
                slot.rawValue < nodes.count ? nodes[Int(slot.rawValue)] : NodeStore.none
            }
            set {
                while nodes.count <= slot.rawValue { nodes.append(NodeStore.none) }
                nodes[Int(slot.rawValue)] = newValue
            }
        }
    }

    init(
        file: VectorFile, projection: Projection, parameters: GraphParameters
    ) throws(VectorError) {
        self.file = file
        self.parameters = parameters
        self.projection = projection
        let layout = NodeLayout(parameters: parameters, projection: projection)
        nodes = try NodeStore(
            layout: layout, capacity: min(file.capacity, 1 << 30), seed: parameters.seed)
        contexts = ContextPool(layout: layout, projection: projection)
        tuning = SearchTuning()
    }

    /// How many vectors there were when the codes were chosen.
    var trainedCount: Int {
        get { trained.load(ordering: .relaxed) }
        set { trained.store(newValue, ordering: .relaxed) }
    }

    package var version: Int { changeCount.load(ordering: .acquiring) }

    package var count: Int { liveCount.load(ordering: .relaxed) }

    package func members() -> [NamedSlot] {
        file.readers.reading {
            let named = directory.withLock { $0.nodes }
            return named.indices.compactMap { slot in
                guard named[slot] != NodeStore.none else { return nil }
                let owner = nodes.record(named[slot]).pointee.owner
                return NamedSlot(slot: VectorSlot(UInt32(slot)), owner: owner)
            }
        }
    }

    @discardableResult
    package func add(_ member: NamedSlot) throws(VectorError) -> Bool {
        guard case .sound = file.condition(of: member) else { return false }
        return try changing.withLock { sweep throws(VectorError) in
            guard directory.withLock({ $0[member.slot] }) == NodeStore.none else { return false }
            try insert(member)
            advance(&sweep, by: 48)
            return true
        }
    }

    @discardableResult
    package func remove(_ slot: VectorSlot) -> Bool {
        directory.withLock { directory in
            let node = directory[slot]
            guard node != NodeStore.none else { return false }
            directory[slot] = NodeStore.none
            liveCount.subtract(1, ordering: .relaxed)
            changeCount.add(1, ordering: .releasing)
            hide(node)
            return true
        }
    }

    /// Enters a node that is now to be found; the caller holds `directory`.
    func register(_ node: UInt32, at slot: VectorSlot, _ directory: inout Directory) {
        directory[slot] = node
        liveCount.add(1, ordering: .relaxed)
        changeCount.add(1, ordering: .releasing)
    }
}

/// What searches trade: recall against time.
package final class SearchTuning: Sendable {
    /// How many standard deviations a candidate's unseen codes are trusted to help it.
    private let tailTrust = Atomic<UInt32>(Float(3).bitPattern)
    /// How many standard deviations of the codes' error the exact ranking looks back.
    private let rankTrust = Atomic<UInt32>(Float(2.5).bitPattern)
    /// The codes' error as a distance: one standard deviation, measured after building.
    private let codeError = Atomic<UInt32>(Float(0.01).bitPattern)
    /// Candidates that are expanded together: more wait for memory at the same time, but some of them
    /// would not have been expanded at all.
    private let together = Atomic<Int>(4)
    static let greatestWidth = 8

    package var tail: Float {
        get { Float(bitPattern: tailTrust.load(ordering: .relaxed)) }
        set { tailTrust.store(newValue.bitPattern, ordering: .relaxed) }
    }
    package var rank: Float {
        get { Float(bitPattern: rankTrust.load(ordering: .relaxed)) }
        set { rankTrust.store(newValue.bitPattern, ordering: .relaxed) }
    }
    package var width: Int {
        get { together.load(ordering: .relaxed) }
        set {
            together.store(max(1, min(newValue, SearchTuning.greatestWidth)), ordering: .relaxed)
        }
    }
    var error: Float {
        get { Float(bitPattern: codeError.load(ordering: .relaxed)) }
        set { codeError.store(newValue.bitPattern, ordering: .relaxed) }
    }
}
