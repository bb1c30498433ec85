import CKernels
import Glibc
import Synchronization

/// The memory of a graph's nodes: every pointer into it starts here.
///
/// A node's block holds its links on the bottom layer, then its codes, in whole cache lines; blocks
/// lie one after the other on huge pages. Beside them are a record of 32 bytes a node and, for the
/// few nodes of the upper layers, their links there. Links and states are read by searches while
/// they change, so they are atomic; everything else is written before a node is linked, and again
/// only when no search can reach it any more.
final class NodeStore: @unchecked Sendable {
    // Unchecked: the pointers are fixed; who may write behind them when is said above and at each method.

    static let none = TT_NO_NODE

    enum State: UInt8 {
        /// Not in use.
        case free
        /// To be found.
        case live
        /// Not to be found any more, but still a way to others.
        case hidden
        /// To be found through the node with the same vector that leads to it.
        case twin
    }

    struct Record {
        var owner: UInt64
        var slot: UInt32
        /// The checksum of the vector's record in the file.
        var checksum: UInt32
        /// Where the upper layers' links begin, in lists of `upperDegree`.
        var upper: UInt32
        /// The next node with the same vector.
        var next: UInt32
        var state: UInt8
        var lock: UInt8
        var level: UInt8
    }

    let layout: NodeLayout
    let capacity: Int
    let blocks: UnsafeMutableRawPointer
    private let records: UnsafeMutableRawPointer
    private let upperLists: UnsafeMutableRawPointer
    private let memory: Lock<Memory>
    private let end = Atomic<Int>(0)

    struct Memory: ~Copyable {
        var blocks: Reservation
        var records: Reservation
        var upper: Reservation
        var upperCount = 0
        var free: [UInt32] = []
        var retired: [(node: UInt32, stamp: UInt64)] = []
        var levels: LevelGenerator
    }

    init(layout: NodeLayout, capacity: Int, seed: UInt64) throws(VectorError) {
        let blocks = try Reservation(
            length: capacity * layout.stride, minimum: min(capacity, 65_536) * layout.stride)
        let room = min(capacity, blocks.length / layout.stride)
        let records = try Reservation(
            length: room * MemoryLayout<Record>.stride, minimum: room * MemoryLayout<Record>.stride,
            hugePages: false)
        // A node has 1/(M − 1) upper lists on average; far more than that never happens.
        let upperLength = (room / 4 + 1_024) * layout.upperDegree * 4
        let upper = try Reservation(length: upperLength, minimum: upperLength, hugePages: false)
        self.layout = layout
        self.capacity = room
        self.blocks = blocks.base
        self.records = records.base
        upperLists = upper.base
        memory = Lock(
            Memory(
                blocks: blocks, records: records, upper: upper,
                levels: LevelGenerator(degree: layout.upperDegree, seed: seed)))
    }

    /// Ids below this may be in use.
    var count: Int { end.load(ordering: .acquiring) }

    /// Bytes that are charged to the process.
    var bytes: Int {
        memory.withLock { $0.blocks.usable + $0.records.usable + $0.upper.usable }
    }

    var codes: tt_codes {
        tt_codes(
            base: (blocks + layout.codeOffset).assumingMemoryBound(to: UInt8.self),
            stride: layout.stride, prefix: layout.prefix, count: layout.codeCount)
    }

    // MARK: Nodes

    /// A node to be filled and linked; its links are empty. Its level stays with the id for good.
    func allocate(_ readers: ReaderEpochs) throws(VectorError) -> UInt32 {
        try memory.withLock { memory throws(VectorError) in
            let quiet = memory.retired.prefix { readers.isPast($0.stamp) }
            memory.free.append(contentsOf: quiet.map(\.node))
            memory.retired.removeFirst(quiet.count)
            if let node = memory.free.popLast() {
                clear(node)
                return node
            }
            let node = count
            guard node < capacity else { throw .full(capacity: capacity) }
            let level = memory.levels.next()
            try extend(&memory, to: node + 1, upper: memory.upperCount + level)
            record(UInt32(node)).initialize(
                to: Record(
                    owner: 0, slot: 0, checksum: 0, upper: UInt32(memory.upperCount),
                    next: NodeStore.none, state: State.free.rawValue, lock: 0, level: UInt8(level)))
            memory.upperCount += level
            clear(UInt32(node))
            end.store(node + 1, ordering: .releasing)
            return UInt32(node)
        }
    }

    /// Gives back nodes that no list leads to any more.
    func giveBack(_ nodes: some Sequence<UInt32>, _ readers: ReaderEpochs) {
        let stamp = readers.stamp()
        memory.withLock { memory in
            for node in nodes {
                setState(.free, of: node)
                memory.retired.append((node, stamp))
            }
        }
    }

    /// Makes room for `count` nodes and `upper` lists, all zero, before a snapshot is read in.
    func restore(count: Int, upper: Int) throws(VectorError) {
        try memory.withLock { memory throws(VectorError) in
            guard count <= capacity, upper * layout.upperDegree * 4 <= memory.upper.length else {
                throw .full(capacity: capacity)
            }
            try extend(&memory, to: count, upper: upper)
            memory.upperCount = upper
            memory.levels.skip(count)
        }
        end.store(count, ordering: .releasing)
    }

    /// Frees nodes that a restored snapshot left unused; nobody searches yet.
    func markFree(_ nodes: [UInt32]) { memory.withLock { $0.free.append(contentsOf: nodes) } }

    var upperCount: Int { memory.withLock { $0.upperCount } }

    private func extend(_ memory: inout Memory, to count: Int, upper: Int) throws(VectorError) {
        try memory.blocks.grow(to: count * layout.stride)
        try memory.records.grow(to: count * MemoryLayout<Record>.stride)
        try memory.upper.grow(to: upper * layout.upperDegree * 4)
    }

    private func clear(_ node: UInt32) {
        for level in 0...Int(record(node).pointee.level) {
            store(NodeStore.none, at: 0, of: links(of: node, level: level))
        }
        record(node).pointee.next = NodeStore.none
    }

    // MARK: Pointers

    typealias Links = UnsafeMutablePointer<Atomic<UInt32>>

    func record(_ node: UInt32) -> UnsafeMutablePointer<Record> {
        records.assumingMemoryBound(to: Record.self) + Int(node)
    }

    func codes(of node: UInt32) -> UnsafeMutablePointer<UInt8> {
        (blocks + Int(node) * layout.stride + layout.codeOffset)
            .assumingMemoryBound(to: UInt8.self)
    }

    func links(of node: UInt32, level: Int) -> Links {
        let raw =
            level == 0
            ? blocks + Int(node) * layout.stride
            : upperLists + (Int(record(node).pointee.upper) + level - 1) * layout.upperDegree * 4
        return raw.assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    func degree(level: Int) -> Int { level == 0 ? layout.degree : layout.upperDegree }

    /// Raw bytes, for snapshots, of what `count` nodes and `upper` lists take.
    func sections(count: Int, upper: Int) -> [UnsafeMutableRawBufferPointer] {
        [
            .init(start: records, count: count * MemoryLayout<Record>.stride),
            .init(start: blocks, count: count * layout.stride),
            .init(start: upperLists, count: upper * layout.upperDegree * 4),
        ]
    }

    // MARK: Atomic parts

    func state(of node: UInt32) -> State {
        State(rawValue: byte(node, at: NodeStore.stateOffset).pointee.load(ordering: .acquiring))
            ?? .free
    }

    func setState(_ state: State, of node: UInt32) {
        byte(node, at: NodeStore.stateOffset).pointee.store(state.rawValue, ordering: .releasing)
    }

    func next(of node: UInt32) -> UInt32 { nextLink(node).pointee.load(ordering: .acquiring) }

    func setNext(_ next: UInt32, of node: UInt32) {
        nextLink(node).pointee.store(next, ordering: .releasing)
    }

    /// Whether the node leads to nothing that can be found: it is only waiting to be unlinked.
    func isDead(_ node: UInt32) -> Bool {
        let state = state(of: node)
        return state == .free || state == .hidden && next(of: node) == NodeStore.none
    }

    func store(_ link: UInt32, at place: Int, of links: Links) {
        links[place].store(link, ordering: .releasing)
    }

    /// The links of a list up to its end.
    func list(of node: UInt32, level: Int) -> [UInt32] {
        let links = links(of: node, level: level)
        var list: [UInt32] = []
        for place in 0..<degree(level: level) {
            let link = links[place].load(ordering: .acquiring)
            guard link != NodeStore.none else { break }
            list.append(link)
        }
        return list
    }

    /// Replaces a list; the caller holds the node's lock.
    func setList(_ list: some Collection<UInt32>, of node: UInt32, level: Int) {
        let links = links(of: node, level: level)
        let degree = degree(level: level)
        var place = 0
        for link in list.prefix(degree) {
            store(link, at: place, of: links)
            place += 1
        }
        if place < degree { store(NodeStore.none, at: place, of: links) }
    }

    /// Runs `body` while nobody else changes the node's lists; never held while another is taken.
    func locked<Result>(_ node: UInt32, _ body: () -> Result) -> Result {
        let lock = byte(node, at: NodeStore.lockOffset)
        var tries = 0
        while !lock.pointee.compareExchange(
            expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed
        ).exchanged {
            tries += 1
            if tries % 64 == 0 { _ = sched_yield() }
        }
        defer { lock.pointee.store(0, ordering: .releasing) }
        return body()
    }

    private static let nextOffset = 20
    private static let stateOffset = 24
    private static let lockOffset = 25

    private func byte(_ node: UInt32, at offset: Int) -> UnsafeMutablePointer<Atomic<UInt8>> {
        (UnsafeMutableRawPointer(record(node)) + offset)
            .assumingMemoryBound(to: Atomic<UInt8>.self)
    }

    private func nextLink(_ node: UInt32) -> Links {
        (UnsafeMutableRawPointer(record(node)) + NodeStore.nextOffset)
            .assumingMemoryBound(to: Atomic<UInt32>.self)
    }
}
