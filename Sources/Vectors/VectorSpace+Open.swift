import Dispatch
import Glibc
import Synchronization

extension VectorSpace {
    /// Where a space lives and what it holds.
    package struct Settings: Sendable {
        /// An existing folder.
        package var folder: String
        /// The name of the space, and so of its files.
        package var name: String
        package var dimension: Int
        /// Vectors that fit; only address space is reserved for them.
        package var capacity = 4_194_304
        /// Up to so many vectors of a model, search is exact.
        package var exactLimit = 1_000
        package var parameters = GraphParameters()
        /// Ties a new file's records to it; a test may choose it.
        package var identity: @Sendable () -> UInt64 = { .random(in: .min ... .max) }
        package var operations = FileOperations.system
        /// Hears what happens in the background, on any thread.
        package var onEvent: @Sendable (Event) -> Void = { _ in }

        package init(folder: String, name: String, dimension: Int) {
            self.folder = folder
            self.name = name
            self.dimension = dimension
        }
    }

    /// A vector that the database names and the file cannot deliver.
    package struct Lost: Hashable, Sendable {
        package let member: NamedSlot
        package let condition: VectorFile.Condition
    }

    package struct Opened: Sendable {
        package let space: VectorSpace
        /// To be embedded again or dropped. Their slots stay taken until `remove`.
        package let lost: [Lost]
    }

    /// Opens a space, or creates it, with the vectors that the database names.
    ///
    /// Every named record is read and checked: nothing damaged is searched. Whatever else is in the
    /// file is garbage and its slots are reused. With a sound snapshot the graphs are there at once;
    /// without, search is exact until they are built in the background.
    package static func open(_ settings: Settings, named: [NamedSlot])
        async throws(VectorError) -> Opened
    {
        let queue = BlockingQueue("vectors.\(settings.name)")
        return try await queue.run { () throws(VectorError) in
            try open(settings, named: named, queue: queue)
        }
    }

    private static func open(_ settings: Settings, named: [NamedSlot], queue: BlockingQueue)
        throws(VectorError) -> Opened
    {
        let file = try VectorFile.open(
            path: "\(settings.folder)/\(settings.name).vec", dimension: settings.dimension,
            capacity: settings.capacity, identity: settings.identity(),
            operations: settings.operations)
        let slots = SlotTable(
            end: file.slotCount, named: named.lazy.map(\.slot), readers: file.readers)
        let space = VectorSpace(settings: settings, file: file, slots: slots, queue: queue)
        var lost: [Lost] = []
        var sound: [UInt32: [NamedSlot]] = [:]
        for (member, condition) in zip(named, file.conditions(of: named)) {
            if case .sound(let model) = condition {
                slots.setModel(model, of: member.slot)
                sound[model, default: []].append(member)
            } else {
                lost.append(Lost(member: member, condition: condition))
            }
        }
        try space.restore(sound)
        return Opened(space: space, lost: lost)
    }

    /// Takes each model's graph from the snapshot if that has most of its vectors.
    private func restore(_ sound: [UInt32: [NamedSlot]]) throws(VectorError) {
        let graphs = sound.isEmpty ? [:] : readSnapshot()
        var read = 0
        for (model, members) in sound {
            if let graph = graphs[model], let missing = graph.reconcile(with: members) {
                try graph.insertAll(missing) { _ in }
                indexes.withLock { $0[model] = graph }
                read += members.count
            } else {
                let index = ExactIndex(file)
                index.addSound(members)
                indexes.withLock { $0[model] = index }
                noteChange(model: model)
            }
        }
        if read > 0 { settings.onEvent(.snapshotRead(vectors: read)) }
    }
}

extension VectorFile {
    /// Checks many records, with every core.
    func conditions(of members: [NamedSlot]) -> [Condition] {
        let size = 1_024
        let blocks = (members.count + size - 1) / size
        let results = Lock([[Condition]](repeating: [], count: blocks))
        DispatchQueue.concurrentPerform(iterations: blocks) { block in
            let part = members[block * size..<min(members.count, (block + 1) * size)]
            let conditions = part.map { condition(of: $0) }
            results.withLock { $0[block] = conditions }
        }
        return results.withLock { $0.flatMap(\.self) }
    }
}

extension HNSWGraph {
    /// Hides what is not among `members` or has another vector by now, and returns what is missing;
    /// nil if so much is that building anew costs less.
    func reconcile(with members: [NamedSlot]) -> [NamedSlot]? {
        let owners = Dictionary(
            members.map { ($0.slot, $0.owner) }, uniquingKeysWith: { first, _ in first })
        for (member, checksum) in remembered()
        where owners[member.slot] != member.owner || file.checksum(at: member.slot) != checksum {
            remove(member.slot)
        }
        guard count * 2 >= members.count, deadCount.load(ordering: .relaxed) <= count else {
            return nil
        }
        let present = directory.withLock { $0 }
        return members.filter { present[$0.slot] == NodeStore.none }
    }

    /// Whether there are so many more vectors than the codes were chosen for that they may not fit.
    var hasOutgrownItsCodes: Bool { count > 10 * max(trainedCount, 1_000) }
}
