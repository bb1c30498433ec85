import Dispatch
import Synchronization

/// The vectors of one space (`caption`, `suggestions`, `text`, `image`): durable, findable, replaceable.
///
/// The database is the truth about which slots are live. Inserting returns once the record is
/// durable and findable; the caller then names the slot in its own commit, and gives a slot back
/// with `remove` only after the commit that forgets it. Searches run on the calling thread, from any
/// thread, and never wait for an insertion. Vectors of different models are never compared.
package final class VectorSpace: Sendable {
    let settings: Settings
    let file: VectorFile
    let slots: SlotTable
    private let commits: CommitGroup
    let indexes: Lock<[UInt32: any VectorIndex]>
    /// Changes of graphs, one after the other.
    let changes: BlockingQueue
    /// Building and snapshots, which take long.
    let background: BlockingQueue
    let upkeep = Lock(Upkeep())

    package var name: String { settings.name }
    package var dimension: Int { file.dimension }

    init(settings: Settings, file: VectorFile, slots: SlotTable, queue: BlockingQueue) {
        self.settings = settings
        self.file = file
        self.slots = slots
        commits = CommitGroup(file: file, queue: queue)
        indexes = Lock([:])
        changes = BlockingQueue("vectors.\(settings.name).changes")
        background = BlockingQueue("vectors.\(settings.name).background", qos: .utility)
    }

    // MARK: Changing

    /// Stores a vector; when this returns it is durable and can be found.
    ///
    /// Insertions that wait together share one `fdatasync`. The vector is scaled to length 1.
    package func insert(owner: UInt64, vector: [Float], model: UInt32)
        async throws(VectorError) -> VectorSlot
    {
        let vector = try UnitVector(vector, dimension: dimension)
        let slot = slots.take(model: model)
        do throws(VectorError) {
            try await commits.write(vector, owner: owner, model: model, at: slot)
            try await enter(NamedSlot(slot: slot, owner: owner), model: model)
        } catch {
            slots.giveBack(slot)
            throw error
        }
        return slot
    }

    /// Forgets the vector at `slot`: no search that begins later finds it. A slot that holds nothing
    /// is left as it is, so repeating is safe as long as the slot was not handed out again.
    package func remove(_ slot: VectorSlot) {
        guard let model = slots.model(of: slot) else {
            // Named by the database, but behind the end of the file: it may be handed out now.
            slots.giveBack(slot)
            return
        }
        indexes.withLock { indexes in _ = indexes[model]?.remove(slot) }
        slots.giveBack(slot)
        noteChange(model: model)
    }

    // MARK: Searching

    /// The `count` vectors of `model` closest to `query`, closest first.
    package func nearest(
        to query: [Float], count: Int, model: UInt32, allowing: OwnerFilter? = nil
    ) throws(VectorError) -> [VectorMatch] {
        try search(query, model: model, SearchRequest(count: count, allowing: allowing))
    }

    /// The vectors of `model` strictly closer than `distance`, closest first, at most `count`.
    package func within(
        _ distance: Double, of query: [Float], count: Int, model: UInt32,
        allowing: OwnerFilter? = nil
    ) throws(VectorError) -> [VectorMatch] {
        try search(
            query, model: model,
            SearchRequest(count: count, within: distance, allowing: allowing))
    }

    package func search(_ query: [Float], model: UInt32, _ request: SearchRequest)
        throws(VectorError) -> [VectorMatch]
    {
        let query = try UnitVector(query, dimension: dimension)
        guard let index = indexes.withLock({ $0[model] }) else { return [] }
        return index.search(query, request)
    }

    /// The stored vector, at length 1, or nil if its record is not sound.
    package func vector(of member: NamedSlot) -> [Float]? {
        file.readers.reading { file.vector(of: member) }
    }

    /// How many vectors can be found, over all models.
    package var count: Int { indexes.withLock { $0.values.reduce(0) { $0 + $1.count } } }

}
