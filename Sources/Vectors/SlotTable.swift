import Synchronization

/// Which slots of a file may be written: the ones nobody names and nobody is still reading.
final class SlotTable: Sendable {
    private enum Status: UInt8 { case free, taken, retired }

    private struct State {
        var status: ContiguousArray<Status>
        /// The model of each taken slot's vector.
        var models: ContiguousArray<UInt32>
        /// Named by the database though the file ends before them: not to be handed out either.
        var reserved: Set<VectorSlot> = []
        var free: [VectorSlot]
        /// Given back, but perhaps still being read; oldest first.
        var retired: [(slot: VectorSlot, stamp: UInt64)] = []
    }

    private let state: Lock<State>
    private let readers: ReaderEpochs

    /// `named` are taken; every other slot below `end` is garbage and free.
    init(end: Int, named: some Sequence<VectorSlot>, readers: ReaderEpochs) {
        var status = ContiguousArray(repeating: Status.free, count: end)
        var reserved: Set<VectorSlot> = []
        for slot in named {
            if slot.rawValue < end {
                status[Int(slot.rawValue)] = .taken
            } else {
                reserved.insert(slot)
            }
        }
        let free = status.indices.reversed().filter { status[$0] == .free }
        state = Lock(
            State(
                status: status,
                models: ContiguousArray(repeating: 0, count: status.count),
                reserved: reserved, free: free.map { VectorSlot(UInt32($0)) }))
        self.readers = readers
    }

    /// A slot to write to: a free one, else the next behind the end.
    func take(model: UInt32) -> VectorSlot {
        state.withLock { state in
            let quiet = state.retired.prefix { readers.isPast($0.stamp) }
            for (slot, _) in quiet {
                state.status[Int(slot.rawValue)] = .free
                state.free.append(slot)
            }
            state.retired.removeFirst(quiet.count)
            let slot = state.free.popLast() ?? SlotTable.extend(&state)
            state.status[Int(slot.rawValue)] = .taken
            state.models[Int(slot.rawValue)] = model
            return slot
        }
    }

    /// A new slot behind the end that nobody names.
    private static func extend(_ state: inout State) -> VectorSlot {
        while true {
            let slot = VectorSlot(UInt32(state.status.count))
            state.status.append(.taken)
            state.models.append(0)
            if state.reserved.remove(slot) == nil { return slot }
        }
    }

    func setModel(_ model: UInt32, of slot: VectorSlot) {
        state.withLock { $0.models[Int(slot.rawValue)] = model }
    }

    func model(of slot: VectorSlot) -> UInt32? {
        state.withLock { state in
            slot.rawValue < state.status.count && state.status[Int(slot.rawValue)] == .taken
                ? state.models[Int(slot.rawValue)] : nil
        }
    }

    /// Gives back a slot that no later search can reach; false if it was not taken.
    @discardableResult
    func giveBack(_ slot: VectorSlot) -> Bool {
        state.withLock { state in
            if state.reserved.remove(slot) != nil { return true }
            guard slot.rawValue < state.status.count,
                state.status[Int(slot.rawValue)] == .taken
            else { return false }
            state.status[Int(slot.rawValue)] = .retired
            state.retired.append((slot, readers.stamp()))
            return true
        }
    }

    /// Slots that wait to be written again, or to be quiet.
    var unusedCount: Int { state.withLock { $0.free.count + $0.retired.count } }
}
