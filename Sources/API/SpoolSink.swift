import Domain
import Services

/// Takes the bytes of an upload to the spool in large pieces, up to a limit.
struct SpoolSink {
    private static let pieceBytes = 256 * 1024

    private let file: SpoolFile
    private let limit: Int
    private var size = 0
    private var pending: [UInt8] = []

    init(_ spool: Spool, limit: Int) throws(Failure) {
        file = try spool.begin()
        self.limit = limit
    }

    /// False where the limit is passed; nothing more is to be taken then.
    mutating func take(_ chunk: [UInt8]) async throws(Failure) -> Bool {
        size += chunk.count
        guard size <= limit else { return false }
        pending += chunk
        if pending.count >= Self.pieceBytes {
            try await file.append(pending)
            pending.removeAll(keepingCapacity: true)
        }
        return true
    }

    mutating func finish() async throws(Failure) -> SpooledUpload {
        try await file.append(pending)
        return await file.finish()
    }
}
