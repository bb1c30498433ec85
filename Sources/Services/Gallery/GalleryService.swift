import Crypto
import Domain
import Store

/// The gallery: records of pictures by their URL, each with one owner, with a trash from which they come back.
package final class GalleryService: Sendable {
    let store: DataStore
    let settings: SettingsService
    let jobs: JobService
    let contents: ContentService
    let clock: TimeSource
    let ingester: GalleryIngester

    /// What the service is made of.
    package struct Parts: Sendable {
        package var store: DataStore
        package var settings: SettingsService
        package var jobs: JobService
        package var contents: ContentService
        package var clock: TimeSource
        package var ingester: GalleryIngester

        package init(
            store: DataStore, settings: SettingsService, jobs: JobService,
            contents: ContentService, clock: TimeSource, ingester: GalleryIngester
        ) {
            self.store = store
            self.settings = settings
            self.jobs = jobs
            self.contents = contents
            self.clock = clock
            self.ingester = ingester
        }
    }

    package init(_ parts: Parts) {
        store = parts.store
        settings = parts.settings
        jobs = parts.jobs
        contents = parts.contents
        clock = parts.clock
        ingester = parts.ingester
    }

    /// Why a request cannot be carried out.
    package enum Refusal: Error, Sendable, Equatable {
        /// There is no such record, or it is somebody else's.
        case notFound
        /// A `user_id` that is not the caller's.
        case foreignUser
        /// The id is held by a record of another user.
        case otherOwner
        /// Only what is in the trash can be taken out.
        case notDeleted
        /// Nothing can be like what has no embedding.
        case noEmbedding
    }

    /// What a request to create says; where it repeats an earlier one, only what it has replaces anything.
    package struct Draft: Sendable {
        /// Nil stores the caller's id.
        package var userID: String?
        package var url: String
        package var refinedPrompt: Edit<String?> = .keep
        package var intent: Edit<String?> = .keep
        package var tags: Edit<[String]> = .keep
        package var isToBeRestored = false
        /// Whether a local copy is wanted.
        package var isToBeCopied = false
        /// The metadata that follow from those so far.
        package var metadata: @Sendable (GalleryMetadata) throws -> GalleryMetadata = { $0 }

        package init(url: String) {
            self.url = url
        }
    }

    package enum Creation: Sendable, Equatable {
        case created, repeated
    }

    /// Stores a record, or brings the one with its id up to date.
    ///
    /// - Parameter content: the bytes behind the URL, where they are here already.
    package func create(
        _ draft: Draft, by viewer: GalleryViewer, content: Content? = nil
    ) async throws -> (image: GalleryImage, creation: Creation) {
        let userID = try Self.owner(of: draft, by: viewer)
        let uuid = GalleryID.make(from: draft.url)
        let now = clock.now()
        let owner = viewer.identity
        let copying =
            draft.isToBeCopied
            ? try jobs.make(GalleryIngestJob(image_id: uuid), owner: owner) : nil
        let embedding = try embedding(uuid, owner: owner)
        let (image, creation, leftovers) = try await store.write { tables in
            var leftovers = Leftovers()
            guard let known = try tables.gallery.find(uuid: uuid) else {
                var image = GalleryImage(
                    id: 0, uuid: uuid, userID: userID, url: draft.url, refinedPrompt: nil,
                    intent: nil, metadata: .empty, tags: [], createdAt: now, updatedAt: now,
                    deletedAt: nil, viewCount: 0, lastViewedAt: nil)
                try draft.apply(to: &image)
                image = try tables.gallery.insert(image)
                if let copying {
                    leftovers = try Self.copy(&image, copying, content, tables)
                }
                return (image, Creation.created, leftovers)
            }
            let isSameOwner =
                known.ownerKey == userID.lowercased()
                || [known.ownerKey, userID.lowercased()].allSatisfy(viewer.ownerKeys.contains)
            guard isSameOwner else { throw Refusal.otherOwner }
            var image = try Self.update(known, with: draft, tables, at: now)
            if let copying, image.needsCopy {
                leftovers = try Self.copy(&image, copying, content, tables)
            } else if image.ingest?.finished != nil, image.refinedPrompt != known.refinedPrompt {
                try tables.jobs.enqueue(embedding)
            }
            return (image, .repeated, leftovers)
        }
        await contents.sweep(leftovers)
        return (image, creation)
    }

    private static func copy(
        _ image: inout GalleryImage, _ job: NewJob, _ content: Content?, _ tables: Tables
    ) throws -> Leftovers {
        try tables.jobs.enqueue(job)
        let leftovers = try restartIngest(of: image, job: job.id, tables)
        if let content {
            // Gone meanwhile, and the URL leads here: there is nothing to fetch.
            guard try tables.blobs.content(content.id) != nil,
                try tables.gallery.setContent(image.id, job: job.id, blob: content.id)
            else { throw Failure(.gone, "The photo is gone.") }
        }
        image.ingest = GalleryIngest(
            status: .queued, jobID: job.id, error: nil, url: image.url, content: nil, palette: [],
            ingestedAt: nil)
        return leftovers
    }

    private static func owner(
        of draft: Draft, by viewer: GalleryViewer
    ) throws(Refusal) -> String {
        switch viewer {
        case .anybody: return draft.userID ?? ""
        case .user(let user):
            guard let userID = draft.userID else { return user.id }
            guard viewer.mayUse(ownerKey: userID.lowercased()) else { throw .foreignUser }
            return userID
        }
    }

    private static func update(
        _ known: GalleryImage, with draft: Draft, _ tables: Tables, at now: Time
    ) throws -> GalleryImage {
        var image = known
        try draft.apply(to: &image)
        let isRestored = draft.isToBeRestored && image.isDeleted
        if isRestored { image.deletedAt = nil }
        guard image != known else { return known }
        image.updatedAt = now
        if isRestored { try tables.gallery.setDeleted(image.id, at: nil) }
        try tables.gallery.update(image)
        return image
    }

    // MARK: - Reading

    /// A page of records and how many there are in all.
    package func list(
        _ filter: GalleryFilter, limit: Int, offset: Int
    ) async throws -> (images: [GalleryImage], total: Int) {
        try await store.read { tables in
            (
                try tables.gallery.page(filter, limit: limit, offset: offset),
                try tables.gallery.count(filter)
            )
        }
    }

    /// A record, in the trash too, unless it is somebody else's.
    package func image(_ uuid: String, for viewer: GalleryViewer) async throws -> GalleryImage {
        try await store.read { try Self.find(uuid, for: viewer, $0) }
    }

    /// The same, counted as a view.
    package func view(_ uuid: String, by viewer: GalleryViewer) async throws -> GalleryImage {
        let now = clock.now()
        return try await store.write { tables in
            var image = try Self.find(uuid, for: viewer, tables)
            try tables.gallery.addView(image.id, at: now)
            image.viewCount += 1
            image.lastViewedAt = now
            return image
        }
    }

    static func find(
        _ uuid: String, for viewer: GalleryViewer, _ tables: Tables
    ) throws -> GalleryImage {
        guard let image = try tables.gallery.find(uuid: uuid),
            viewer.mayUse(ownerKey: image.ownerKey)
        else { throw Refusal.notFound }
        return image
    }

    // MARK: - The trash

    /// Puts a record into the trash; one that is there already stays as it is.
    package func delete(_ uuid: String, by viewer: GalleryViewer) async throws {
        _ = try await act(.delete, on: uuid, by: viewer)
    }

    package func restore(_ uuid: String, by viewer: GalleryViewer) async throws -> GalleryImage {
        let outcome = try await act(.restore, on: uuid, by: viewer)
        guard outcome.isChanged else { throw Refusal.notDeleted }
        return outcome.image
    }

    /// Removes a record for good, from the trash or not.
    package func remove(_ uuid: String, by viewer: GalleryViewer) async throws {
        _ = try await act(.permanent, on: uuid, by: viewer)
    }
}

extension GalleryService.Draft {
    fileprivate func apply(to image: inout GalleryImage) throws {
        image.url = url
        image.refinedPrompt = refinedPrompt.applied(to: image.refinedPrompt)
        image.intent = intent.applied(to: image.intent)
        image.tags = tags.applied(to: image.tags)
        image.metadata = try metadata(image.metadata)
    }
}

extension GalleryImage {
    /// Whether there is no copy of this URL, nor one on its way.
    fileprivate var needsCopy: Bool {
        guard let ingest else { return true }
        return ingest.status == .failed || ingest.url != url
    }
}
