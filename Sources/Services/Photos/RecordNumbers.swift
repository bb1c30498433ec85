import Synchronization

/// Hands out row numbers before their rows exist, so that a vector can be stored under its owner's number first.
final class RecordNumbers: Sendable {
    private let last: Atomic<Int64>

    init(after highest: Int64) {
        last = Atomic(highest)
    }

    func next() -> Int64 {
        last.add(1, ordering: .relaxed).newValue
    }
}
