import Glibc

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
        /// Ties a new file's records to it; a test may choose it.
        package var identity: @Sendable () -> UInt64 = { .random(in: .min ... .max) }
        package var operations = FileOperations.system
        /// Hears of a vector whose record turned out damaged after the start; it is hidden already,
        /// and is to be embedded again or dropped.
        package var onDamage: @Sendable (NamedSlot) -> Void = { _ in }

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
    /// Whatever else is in the file is garbage and its slots are reused. Nothing damaged is searched.
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
        for member in named {
            let condition = file.condition(of: member)
            guard case .sound(let model) = condition else {
                lost.append(Lost(member: member, condition: condition))
                continue
            }
            slots.setModel(model, of: member.slot)
            try space.index(of: model).add(member)
        }
        return Opened(space: space, lost: lost)
    }
}
