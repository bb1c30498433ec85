import Synchronization

/// Analyses under way, by the digest of their bytes: identical uploads at the same time are analysed once.
final class InFlight: Sendable {
    /// How the analysis that others waited for ended.
    enum Outcome: Sendable {
        /// It is on record under this number.
        case stored(Int64)
        /// It failed, for those who waited too.
        case failed(UploadFailure)
        /// It was refused for a reason of its uploader's own; whoever waited must try for themselves.
        case refused
    }

    private let waiting = Mutex<[[UInt8]: [CheckedContinuation<Outcome, Never>]]>([:])

    /// Returns nil to the one who is to do the work and must call `finish`; to others, later, how it ended.
    func join(_ digest: [UInt8]) async -> Outcome? {
        let isFirst = waiting.withLock { waiting in
            guard waiting[digest] == nil else { return false }
            waiting[digest] = []
            return true
        }
        guard !isFirst else { return nil }
        return await withCheckedContinuation { continuation in
            let isOver = waiting.withLock { waiting in
                guard waiting[digest] != nil else { return true }
                waiting[digest]?.append(continuation)
                return false
            }
            // It ended between the two looks: as good as refused, the caller looks again.
            if isOver { continuation.resume(returning: .refused) }
        }
    }

    func finish(_ digest: [UInt8], _ outcome: Outcome) {
        let waited = waiting.withLock { $0.removeValue(forKey: digest) } ?? []
        for continuation in waited { continuation.resume(returning: outcome) }
    }
}
