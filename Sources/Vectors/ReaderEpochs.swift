import Synchronization

/// Tells writers when no search can still be reading what they took out of use.
///
/// A search enters before it reads and leaves when it is done. A writer that unlinks something takes
/// a stamp, and may overwrite the thing once every search that had entered by then has left. Neither
/// ever waits for the other.
package final class ReaderEpochs: Sendable {
    private struct State {
        var current: UInt64 = 1
        var readers: [(epoch: UInt64, count: Int)] = []
    }

    private let state = Lock(State())

    package init() {}

    /// Runs `body` while nothing that it can reach is overwritten.
    package func reading<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let epoch = enter()
        defer { leave(epoch) }
        return try body()
    }

    /// Marks the moment at which something was taken out of use.
    package func stamp() -> UInt64 {
        state.withLock { state in
            defer { state.current += 1 }
            return state.current
        }
    }

    /// Whether every search that began before `stamp` was taken has ended.
    package func isPast(_ stamp: UInt64) -> Bool {
        state.withLock { state in state.readers.allSatisfy { $0.epoch > stamp } }
    }

    private func enter() -> UInt64 {
        state.withLock { state in
            if let last = state.readers.indices.last, state.readers[last].epoch == state.current {
                state.readers[last].count += 1
            } else {
                state.readers.append((state.current, 1))
            }
            return state.current
        }
    }

    private func leave(_ epoch: UInt64) {
        state.withLock { state in
            guard let place = state.readers.firstIndex(where: { $0.epoch == epoch }) else { return }
            state.readers[place].count -= 1
            if state.readers[place].count == 0 { state.readers.remove(at: place) }
        }
    }
}
