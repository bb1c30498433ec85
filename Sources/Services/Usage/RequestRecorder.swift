import Crypto
import Domain
import Imaging
import Store
import Synchronization
import Telemetry

/// Writes the request log and keeps the images that belong to it, behind the back of the requests.
///
/// A request waits for nothing of it, unless the writer has fallen far behind. Whoever reads the log waits first for
/// what was answered before.
package final class RequestRecorder: Sendable {
    /// A request that was answered.
    package struct Entry: Sendable {
        package var request: LoggedRequest
        /// What it carried; nil where that is unknown or was too much.
        package var upload: SpooledUpload?
        package var isUndecodable: Bool

        package init(request: LoggedRequest, upload: SpooledUpload?, isUndecodable: Bool) {
            self.request = request
            self.upload = upload
            self.isUndecodable = isUndecodable
        }
    }

    private struct Waiter {
        let entries: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var pending: [Entry] = []
        var isWorking = false
        var taken = 0
        var stored = 0
        var waiters: [Waiter] = []
    }

    /// Entries that may wait: each may hold a file open.
    private static let maximumPending = 256

    private let store: DataStore
    private let contents: ContentService
    private let settings: SettingsService
    private let log: Logger
    private let state = Mutex(State())

    package init(
        store: DataStore, contents: ContentService, settings: SettingsService, log: Logger
    ) {
        self.store = store
        self.contents = contents
        self.settings = settings
        self.log = log
    }

    /// Takes an entry; it is in the log a moment later.
    package func record(_ entry: Entry) async {
        var entry = entry
        if !isKept(entry) { entry.upload = nil }
        let pending = state.withLock { state -> Int in
            state.pending.append(entry)
            state.taken += 1
            if !state.isWorking {
                state.isWorking = true
                Task { await self.work() }
            }
            return state.pending.count
        }
        if pending >= Self.maximumPending { await settle() }
    }

    /// Returns when everything that was taken before is in the log.
    package func settle() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.stored >= state.taken { return true }
                state.waiters.append(Waiter(entries: state.taken, continuation: continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    private func isKept(_ entry: Entry) -> Bool {
        guard let upload = entry.upload else { return false }
        let settings = settings.current
        guard settings[.saveRequestImages],
            Double(upload.size) <= settings[.maxSavedImageMB] * 1_048_576
        else { return false }
        let services = settings[.savedImageServices].split(separator: ",").map {
            String($0).trimmingBlanks()
        }
        return services.contains("*") || services.contains(entry.request.service)
    }

    private func work() async {
        while true {
            let batch = state.withLock { state -> [Entry] in
                defer { state.pending = [] }
                state.isWorking = !state.pending.isEmpty
                return state.pending
            }
            if batch.isEmpty { return }
            // At the same time, so that they share commits.
            await withDiscardingTaskGroup { group in
                for entry in batch { group.addTask { await self.write(entry) } }
            }
            let ready = state.withLock { state -> [Waiter] in
                state.stored += batch.count
                let ready = state.waiters.filter { $0.entries <= state.stored }
                state.waiters.removeAll { $0.entries <= state.stored }
                return ready
            }
            for waiter in ready { waiter.continuation.resume() }
        }
    }

    // MARK: - Writing

    /// Row, image and reference to the bytes in one transaction; the row alone where the image cannot be kept.
    private func write(_ entry: Entry) async {
        if let upload = entry.upload {
            let image = Self.image(of: entry, upload)
            do {
                try await contents.keep(upload, ContentService.kind(of: upload)) { tables, blob in
                    let row = try Self.insert(entry.request, tables)
                    try tables.requestImages.insert(image, log: row, blob: blob)
                }
                return
            } catch {
                log.warning(
                    "an image of a request could not be kept",
                    [
                        "request_id": .text(entry.request.requestID), "error": .text("\(error)"),
                    ])
            }
        }
        do {
            _ = try await store.write { try Self.insert(entry.request, $0) }
        } catch {
            log.error(
                "a row of the request log is lost",
                ["request_id": .text(entry.request.requestID), "error": .text("\(error)")])
        }
    }

    /// Inserts a row with what the ledger has of its request.
    private static func insert(_ request: LoggedRequest, _ tables: Tables) throws -> Int64 {
        var request = request
        request.costNanoUSD += try tables.usage.cost(ofRequest: request.requestID)
        return try tables.requestLogs.insert(request)
    }

    private static func image(of entry: Entry, _ upload: SpooledUpload) -> SavedImage {
        let facts = ImageFacts(upload)
        let isPicture = facts.width != nil && !entry.isUndecodable
        let request = entry.request
        return SavedImage(
            id: UUIDValue.timeOrdered(milliseconds: request.time.milliseconds).description,
            logID: request.id, requestID: request.requestID, service: request.service,
            mediaType: facts.mediaType ?? "application/octet-stream", size: upload.size,
            sha256: upload.sha256, width: isPicture ? facts.width : nil,
            height: isPicture ? facts.height : nil, createdAt: request.time, blob: 0)
    }
}

/// What the header of an upload says.
private struct ImageFacts {
    var mediaType: String?
    var width: Int?
    var height: Int?

    init(_ upload: SpooledUpload) {
        guard upload.size > 0 else { return }
        do throws(ImageError) {
            let probe = try ImageProbe(fileDescriptor: upload.descriptor)
            mediaType = probe.format.mediaType
            (width, height) = (probe.width, probe.height)
        } catch {
            if case .unsupported(let type) = error { mediaType = type }
        }
    }
}
