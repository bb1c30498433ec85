import Glibc
import Synchronization
import Vectors

/// A disk that fails on demand and counts.
final class Faults: Sendable {
    struct State {
        var writeError: Int32 = 0
        var writesAtMost = Int.max
        var syncError: Int32 = 0
        var syncs = 0
    }

    private let state = Mutex(State())

    var syncs: Int { state.withLock { $0.syncs } }

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    var operations: FileOperations {
        FileOperations(
            write: { [self] descriptor, bytes, count, offset in
                let now = state.withLock { $0 }
                if now.writeError != 0 {
                    errno = now.writeError
                    return -1
                }
                return pwrite(descriptor, bytes, min(count, now.writesAtMost), offset)
            },
            synchronise: { [self] descriptor in
                let error = state.withLock { state in
                    state.syncs += 1
                    return state.syncError
                }
                if error != 0 {
                    errno = error
                    return -1
                }
                return fdatasync(descriptor)
            })
    }
}
