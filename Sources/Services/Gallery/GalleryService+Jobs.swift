import Domain
import Store

extension GalleryService {
    /// Says what the gallery's jobs do and when the trash is emptied; to be called before jobs run.
    package func register() throws {
        jobs.on(GalleryIngestJob.self) { [ingester] job, context in
            try await ingester.ingest(job, context)
        }
        jobs.on(GalleryEmbedJob.self) { [ingester] job, context in
            try await ingester.embed(job, context)
        }
        jobs.on(GalleryPurgeJob.self) { [weak self] _, context in
            let count = try await self?.purgeTrash(context.checkCancellation) ?? 0
            return .done(JSONText(#"{"status":"success","deleted_count":\#(count)}"#))
        }
        try jobs.schedule(GalleryPurgeJob(), .cron("30 3 * * *"))
        jobs.reconcile("gallery copies") { [store] in
            _ = try await store.write { try $0.gallery.failAbandonedIngests() }
        }
        jobs.reconcile("gallery prompts") { [weak self] in try await self?.renewPrompts() }
    }

    /// Queues jobs for prompts that were embedded by another model than is chosen now.
    private func renewPrompts() async throws {
        let model = ingester.texts.choice.model
        let images = try await store.read { tables in
            try tables.embeddings.owners(.gallery, in: .text, otherThan: model)
                .prefix(1000).compactMap { try tables.gallery.find(id: $0)?.uuid }
        }
        guard !images.isEmpty else { return }
        let renewals = try images.map { try embedding($0, owner: nil) }
        try await store.write { tables in
            for job in renewals { try tables.jobs.enqueue(job) }
        }
    }

    /// The job that renews a prompt's embedding; one of them waits at a time.
    func embedding(_ uuid: String, owner: Identity?) throws -> NewJob {
        try jobs.make(
            GalleryEmbedJob(image_id: uuid), owner: owner, key: "gallery_embed:" + uuid)
    }

    private static let purgedAtOnce = 200

    /// Removes for good what has been in the trash for as long as the settings say; how much that was.
    func purgeTrash(_ check: () throws -> Void = {}) async throws -> Int {
        let days = settings.current[.galleryTrashDays]
        guard days > 0 else { return 0 }
        let moment = clock.now().advanced(bySeconds: -Double(days) * 86_400)
        var count = 0
        while true {
            try check()
            let (removed, leftovers) = try await store.write { tables -> (Int, Leftovers) in
                let ids = try tables.gallery.trash(before: moment, limit: Self.purgedAtOnce)
                let images = try ids.compactMap { try tables.gallery.find(id: $0) }
                return (
                    images.count,
                    try images.reduce(into: Leftovers()) { $0 += try Self.remove($1, tables) }
                )
            }
            await contents.sweep(leftovers)
            count += removed
            if removed < Self.purgedAtOnce { return count }
        }
    }

    /// Starts a copy anew; of the one before, what is returned goes after the commit.
    static func restartIngest(
        of image: GalleryImage, job: String, _ tables: Tables
    ) throws -> Leftovers {
        try tables.gallery.requestIngest(image.id, job: job, url: image.url)
        return try image.ingest?.content.map { try tables.blobs.release($0.id) } ?? Leftovers()
    }

    /// Removes a record with its copy; what is returned goes after the commit.
    static func remove(_ image: GalleryImage, _ tables: Tables) throws -> Leftovers {
        try tables.gallery.delete(image.id)
        var leftovers = Leftovers()
        leftovers.vectors = try tables.embeddings.removeAll(of: .init(.gallery, image.id))
        if let content = image.ingest?.content {
            leftovers += try tables.blobs.release(content.id)
        }
        return leftovers
    }
}
