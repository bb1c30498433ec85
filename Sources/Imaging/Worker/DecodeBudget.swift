import Synchronization

/// Memory that decoding may take, handed out in the order of asking: who asks for more than is left waits.
final class DecodeBudget: Sendable {
    private let maximum: Int
    private let state = Mutex(State())

    private struct State {
        var used = 0
        var waiting: [(bytes: Int, resume: CheckedContinuation<Void, Never>)] = []
    }

    init(maximumBytes: Int) {
        maximum = maximumBytes
    }

    /// Waits for a share; a share above the whole budget waits until it has everything to itself.
    func acquire(_ bytes: Int) async {
        let share = min(bytes, maximum)
        await withCheckedContinuation { continuation in
            let granted = state.withLock { state in
                guard state.waiting.isEmpty, state.used + share <= maximum else {
                    state.waiting.append((share, continuation))
                    return false
                }
                state.used += share
                return true
            }
            if granted { continuation.resume() }
        }
    }

    func release(_ bytes: Int) {
        let share = min(bytes, maximum)
        let next = state.withLock { state in
            state.used -= share
            var granted: [CheckedContinuation<Void, Never>] = []
            while let first = state.waiting.first, state.used + first.bytes <= maximum {
                state.used += first.bytes
                granted.append(first.resume)
                state.waiting.removeFirst()
            }
            return granted
        }
        for continuation in next { continuation.resume() }
    }
}
