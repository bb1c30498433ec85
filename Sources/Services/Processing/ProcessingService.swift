import Crypto
import Domain
import Store
import Synchronization
import Telemetry

/// Images that are stored, looked at and made findable: thumbnail, palette, facts, embeddings.
///
/// An attempt goes through its stages one by one and commits each; what fails is tried again by the retry queue, from
/// the first stage that is not finished.
package final class ProcessingService: Sendable {
    let store: DataStore
    let settings: SettingsService
    let clock: TimeSource
    let log: Logger
    let contents: ContentService
    let examiner: Examiner
    let texts: TextEmbeddings
    let sources: ImageSources
    let jobs: JobService
    let spool: Spool

    /// Attempts that hold their pictures in memory at the same time.
    private static let concurrentAttempts = 32
    let places = Permits(concurrentAttempts)
    /// The attempts under way, by the image's number.
    let running = Mutex<[Int64: Task<ProcessingOutcome, any Error>]>([:])

    /// What the service is made of.
    package struct Parts: Sendable {
        package var store: DataStore
        package var settings: SettingsService
        package var clock: TimeSource
        package var log: Logger
        package var contents: ContentService
        package var examiner: Examiner
        package var texts: TextEmbeddings
        package var sources: ImageSources
        package var jobs: JobService
        package var spool: Spool

        package init(
            store: DataStore, settings: SettingsService, clock: TimeSource, log: Logger,
            contents: ContentService, examiner: Examiner, texts: TextEmbeddings,
            sources: ImageSources, jobs: JobService, spool: Spool
        ) {
            self.store = store
            self.settings = settings
            self.clock = clock
            self.log = log
            self.contents = contents
            self.examiner = examiner
            self.texts = texts
            self.sources = sources
            self.jobs = jobs
            self.spool = spool
        }
    }

    /// Makes every image due that an attempt was at when the last daemon died.
    package init(_ parts: Parts) async throws {
        store = parts.store
        settings = parts.settings
        clock = parts.clock
        log = parts.log
        contents = parts.contents
        examiner = parts.examiner
        texts = parts.texts
        sources = parts.sources
        jobs = parts.jobs
        spool = parts.spool
        try await recover()
    }
}

// MARK: - Reading and removing

extension ProcessingService {
    /// The account whose images a caller sees; nil for all of them.
    package static func scope(of user: User) -> String? {
        user.role == .admin ? nil : user.id
    }

    /// The image if the caller may see it. A point read on the calling thread.
    package func image(_ id: String, for user: User) throws -> ProcessingImage? {
        let image = try store.readNow { try $0.processing.find(id) }
        guard let image, user.role == .admin || image.userID == user.id else { return nil }
        return image
    }

    /// The image of that id, whoever asks: for those who hold its thumbnail's secret.
    package func anyImage(_ id: String) throws -> ProcessingImage? {
        try store.readNow { try $0.processing.find(id) }
    }

    package func list(
        _ filter: ProcessingTable.Filter, limit: Int, offset: Int
    ) async throws -> (images: [ProcessingImage], total: Int) {
        try await store.read { tables in
            (
                try tables.processing.list(filter, limit: limit, offset: offset),
                try tables.processing.count(filter)
            )
        }
    }

    /// Removes an image with its entry in the retry queue, its embeddings and its references; false if it is gone.
    package func delete(_ image: ProcessingImage) async throws -> Bool {
        let leftovers = try await store.write { tables -> Leftovers? in
            // Its bytes may have changed since the caller saw it.
            guard let image = try tables.processing.find(number: image.number) else { return nil }
            try tables.jobs.withdraw(key: ProcessImageRetry.key(image.number))
            return try tables.processing.delete(image)
        }
        guard let leftovers else { return false }
        await contents.sweep(leftovers)
        return true
    }

    /// The stored bytes: as they came in for their owner, without metadata for others.
    package func content(
        of image: ProcessingImage, for user: User
    ) async throws -> (bytes: StoredBlob, mediaType: String, tag: String)? {
        guard let content = image.content else { return nil }
        let isOwner = image.userID == user.id
        let bytes =
            isOwner
            ? try await contents.original(of: content) : try await contents.stripped(content)
        return bytes.map { bytes in
            (bytes, content.mediaType, isOwner ? content.digest : content.digest + "-stripped")
        }
    }

    package func thumbnail(
        of image: ProcessingImage
    ) async throws -> (bytes: StoredBlob, tag: String)? {
        guard let thumbnail = image.thumbnail,
            let content = try store.readNow({ try $0.blobs.content(thumbnail.blob) }),
            let bytes = try await contents.original(of: content)
        else { return nil }
        return (bytes, content.digest)
    }

    package func usage(
        _ filter: UsageTable.Filter, limit: Int, offset: Int
    ) async throws -> (entries: [UsageEntry], totals: UsageTotals) {
        try await store.read { tables in
            (
                try tables.usage.entries(filter, limit: limit, offset: offset),
                try tables.usage.totals(filter)
            )
        }
    }

    /// Whether two secrets are the same; how long it takes tells nothing of them.
    package static func isSame(_ secret: String, _ other: String) -> Bool {
        sha256(secret) == sha256(other)
    }

    /// The account with that e-mail.
    package func account(_ email: String) async throws -> User? {
        try await store.read { try $0.users.find(email: email) }
    }
}
