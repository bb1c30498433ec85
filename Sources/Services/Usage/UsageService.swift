import Crypto
import Domain
import Store

/// Reads the request log and the images kept with it, and removes what is too old.
package final class UsageService: Sendable {
    let store: DataStore
    let clock: TimeSource
    let recorder: RequestRecorder
    private let contents: ContentService

    package init(
        store: DataStore, contents: ContentService, recorder: RequestRecorder, clock: TimeSource
    ) {
        self.store = store
        self.contents = contents
        self.recorder = recorder
        self.clock = clock
    }

    // MARK: - Reading

    /// One page of the log, newest first; nil where there is no such page.
    package func requests(
        _ page: Int, _ filter: RequestLogFilter
    ) async throws -> ListPage<LoggedRequest>? {
        await recorder.settle()
        return try await store.read { try $0.requestLogs.page(page, filter) }
    }

    package func request(_ id: String) async throws -> LoggedRequest? {
        await recorder.settle()
        return try await store.read { try $0.requestLogs.find(id: id) }
    }

    /// One page of the kept images, newest first; nil where there is no such page.
    package func images(
        _ page: Int, _ filter: SavedImageFilter
    ) async throws -> ListPage<SavedImage>? {
        await recorder.settle()
        return try await store.read { try $0.requestImages.page(page, filter) }
    }

    package func image(_ id: String) async throws -> SavedImage? {
        await recorder.settle()
        return try await store.read { try $0.requestImages.find(id: id) }
    }

    /// The image of a log row.
    package func image(ofLog id: String) async throws -> SavedImage? {
        await recorder.settle()
        return try await store.read { try $0.requestImages.find(logID: id) }
    }

    /// The media types that kept images have.
    package func mediaTypes() async throws -> [String] {
        await recorder.settle()
        return try await store.read { try $0.requestImages.mediaTypes() }
    }

    /// The exact bytes of an image, noted in the audit; nil where they are gone.
    package func content(of image: SavedImage, for user: User) async throws -> StoredBlob? {
        guard let kept = try await store.read({ try $0.blobs.content(image.blob) }),
            let content = try await contents.original(of: kept)
        else { return nil }
        let now = clock.now()
        try await store.write { tables in
            try tables.audit.append(
                at: now, actor: user.email, action: "request_images.content", subject: image.id,
                detail: image.sha256.hexadecimal)
        }
        return content
    }

    // MARK: - Removal

    /// What a removal of old images did, or would do.
    package struct Cleanup: Sendable {
        /// An image among the oldest.
        package struct Sample: Sendable {
            package var requestID: String
            package var createdAt: Time
        }

        package var count = 0
        /// Sizes of the images added up.
        package var totalBytes = 0
        /// Sizes of the files that went.
        package var freedBytes = 0
        /// The five oldest.
        package var sample: [Sample] = []

        package init() {}
    }

    private static let batchSize = 200

    /// What `cleanUpImages` would remove.
    package func previewCleanup(olderThanDays days: Int) async throws -> Cleanup {
        await recorder.settle()
        let moment = moment(daysAgo: days)
        return try await store.read { tables in
            var cleanup = Cleanup()
            (cleanup.count, cleanup.totalBytes) = try tables.requestImages.total(before: moment)
            cleanup.sample = try tables.requestImages.aged(before: moment, limit: 5).map {
                .init(requestID: $0.requestID, createdAt: $0.createdAt)
            }
            return cleanup
        }
    }

    /// Removes the images that are older than so many days; their log rows stay.
    package func cleanUpImages(olderThanDays days: Int) async throws -> Cleanup {
        await recorder.settle()
        let moment = moment(daysAgo: days)
        var cleanup = Cleanup()
        while true {
            let (aged, freed, leftovers) = try await store.write { tables in
                let aged = try tables.requestImages.aged(before: moment, limit: Self.batchSize)
                var freed = 0
                var leftovers = Leftovers()
                for image in aged {
                    let gone = try tables.requestImages.delete(image.id)
                    if !gone.files.isEmpty { freed += image.size }
                    leftovers += gone
                }
                return (aged, freed, leftovers)
            }
            guard !aged.isEmpty else { return cleanup }
            for image in aged where cleanup.sample.count < 5 {
                cleanup.sample.append(
                    .init(requestID: image.requestID, createdAt: image.createdAt))
            }
            cleanup.count += aged.count
            cleanup.totalBytes += aged.reduce(0) { $0 + $1.size }
            cleanup.freedBytes += freed
            await contents.sweep(leftovers)
        }
    }

    /// Removes log rows that are older than so many days, with their images.
    package func cleanUpLog(olderThanDays days: Int) async throws -> Int {
        await recorder.settle()
        let moment = moment(daysAgo: days)
        var count = 0
        while true {
            let (removed, leftovers) = try await store.write { tables in
                let rows = try tables.requestLogs.ids(before: moment, limit: Self.batchSize)
                var leftovers = Leftovers()
                for row in rows {
                    if let image = try tables.requestImages.id(ofLog: row) {
                        leftovers += try tables.requestImages.delete(image)
                    }
                    try tables.requestLogs.delete(row)
                }
                return (rows.count, leftovers)
            }
            guard removed > 0 else { return count }
            count += removed
            await contents.sweep(leftovers)
        }
    }

    private func moment(daysAgo days: Int) -> Time {
        clock.now().advanced(bySeconds: -Double(days) * 86_400)
    }
}
