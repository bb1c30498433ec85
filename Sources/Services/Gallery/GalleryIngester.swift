import Domain
import Imaging
import Store

/// Makes local copies of pictures: fetches, keeps, and describes them for the search.
package struct GalleryIngester: Sendable {
    let store: DataStore
    let spool: Spool
    let contents: ContentService
    let examiner: Examiner
    let fetcher: WebFetcher
    let texts: TextEmbeddings
    let clock: TimeSource

    package init(
        store: DataStore, spool: Spool, contents: ContentService, examiner: Examiner,
        fetcher: WebFetcher, texts: TextEmbeddings, clock: TimeSource
    ) {
        self.store = store
        self.spool = spool
        self.contents = contents
        self.examiner = examiner
        self.fetcher = fetcher
        self.texts = texts
        self.clock = clock
    }

    /// Why there is no copy.
    private struct Refusal: Error {
        let word: String
        let isTemporary: Bool
    }

    // MARK: - Jobs

    func ingest(_ job: GalleryIngestJob, _ context: JobContext) async throws -> JobOutcome {
        guard let image = try await begin(job.image_id, context) else {
            return .done(JSONText(#"{"status":"superseded"}"#))
        }
        do {
            try await copy(image, context)
            try context.stage("embedding", percent: 80)
            try await embedPrompt(of: image, context)
        } catch let refusal as Refusal {
            throw try await fail(image, refusal, context)
        } catch let failure as JobFailure {
            try await note(image, .queued, error: nil, context)
            throw failure
        } catch let error as CancellationError {
            throw error
        } catch {
            if context.isLastAttempt { try await note(image, .failed, error: "internal", context) }
            throw error
        }
        let (clock, jobID) = (clock, context.id)
        return .commit { tables in
            try tables.gallery.setIngest(image.id, job: jobID, .done, at: clock.now())
            return JSONText(#"{"status":"done","image_id":"\#(image.uuid)"}"#)
        }
    }

    /// The record to make a copy for; nil where it is gone or another job is at it.
    private func begin(_ uuid: String, _ context: JobContext) async throws -> GalleryImage? {
        let jobID = context.id
        let begun = try await context.write { tables -> (GalleryImage, Leftovers)? in
            guard var image = try tables.gallery.find(uuid: uuid) else { return nil }
            var leftovers = Leftovers()
            if image.ingest?.jobID != jobID {
                // Started by hand: what is under way goes first.
                guard image.ingest?.isUnderWay != true else { return nil }
                leftovers = try GalleryService.restartIngest(of: image, job: jobID, tables)
                image = try tables.gallery.find(uuid: uuid) ?? image
            }
            try tables.gallery.setIngest(image.id, job: jobID, .running)
            return (image, leftovers)
        }
        guard let (image, leftovers) = begun else { return nil }
        await contents.sweep(leftovers)
        return image
    }

    private func fail(
        _ image: GalleryImage, _ refusal: Refusal, _ context: JobContext
    ) async throws -> JobFailure {
        let isLast = !refusal.isTemporary || context.isLastAttempt
        try await note(
            image, isLast ? .failed : .queued, error: isLast ? refusal.word : nil, context)
        return refusal.isTemporary ? .retry(refusal.word) : .permanent(refusal.word)
    }

    private func note(
        _ image: GalleryImage, _ status: GalleryIngest.Status, error: String?,
        _ context: JobContext
    ) async throws {
        let jobID = context.id
        try await context.write {
            try $0.gallery.setIngest(image.id, job: jobID, status, error: error)
        }
    }

    // MARK: - Bytes

    private func copy(_ image: GalleryImage, _ context: JobContext) async throws {
        let content: Content
        // An earlier attempt may have come so far.
        if let known = image.ingest?.content {
            content = known
        } else {
            content = try await fetch(image, context)
        }
        try context.stage("examining", percent: 60)
        let examination = examiner.examination(of: content)
        do {
            try await examination.thumbnail { _, _ in }
            try await examination.facts { _ in }
            try await examination.look()
        } catch let error as ImageError {
            throw Self.refusal(error)
        }
    }

    private func fetch(_ image: GalleryImage, _ context: JobContext) async throws -> Content {
        try context.stage("fetching", percent: 0)
        let bytes: [UInt8]
        do throws(FetchFailure) {
            bytes = try await fetcher.fetch(image.ingest?.url ?? image.url)
        } catch {
            if error == .cancelled { throw CancellationError() }
            throw Refusal(word: error.word, isTemporary: error.isTemporary)
        }
        let upload = try await spool.write(bytes)
        try context.stage("decoding", percent: 50)
        let decoded: IntakeResult
        do throws(ImageError) {
            decoded = try await examiner.decode(upload.descriptor)
        } catch {
            throw Self.refusal(error)
        }
        let kind = ContentKind(
            mediaType: decoded.format.mediaType, width: decoded.width, height: decoded.height)
        let jobID = context.id
        let content = try await contents.keep(upload, kind) { tables, blob in
            guard try tables.gallery.setContent(image.id, job: jobID, blob: blob),
                let content = try tables.blobs.content(blob)
            else { throw CancellationError() }
            return content
        }
        examiner.remember(decoded, of: content)
        return content
    }

    private static func refusal(_ error: ImageError) -> any Error {
        switch error {
        case .tooManyPixels, .sideTooLong:
            Refusal(word: FetchFailure.tooLarge.word, isTemporary: false)
        case .notAnImage, .unsupported, .damaged, .decoderDied:
            Refusal(word: "not_an_image", isTemporary: false)
        case .unavailable: Failure(.unavailable, "No decoder can be had at the moment.")
        }
    }

    // MARK: - Prompt

    /// Renews what the search finds a record by, where it has a copy.
    func embed(_ job: GalleryEmbedJob, _ context: JobContext) async throws -> JobOutcome {
        let image = try await store.read { try $0.gallery.find(uuid: job.image_id) }
        if let image, image.ingest?.finished != nil { try await embedPrompt(of: image, context) }
        return .done(JSONText(#"{"status":"success"}"#))
    }

    /// Has the search find the record by the prompt that it has now; a copy is complete without.
    private func embedPrompt(of image: GalleryImage, _ context: JobContext) async throws {
        let owner = EmbeddingOwner(.gallery, image.id)
        let now = try await store.read { try $0.gallery.find(id: image.id)?.refinedPrompt }
        guard let prompt = now, prompt.contains(where: { !$0.isWhitespace }) else {
            let gone = try await store.write { try $0.embeddings.removeAll(of: owner) }
            contents.embeddings.forget(gone)
            return
        }
        let choice = texts.choice
        let embedded: TextEmbeddings.Embedded
        do throws(TextEmbeddings.Refusal) {
            embedded = try await texts.embed(
                prompt, with: choice,
                for: .init(
                    user: context.job.owner?.userID, service: "gallery.ingest",
                    subject: image.uuid, requestID: nil))
        } catch {
            switch error {
            case .limited(let seconds):
                throw JobFailure.postpone(
                    "No embedding is left in this minute.", for: .seconds(seconds))
            case .failed(let reason):
                if context.isLastAttempt { return }
                throw JobFailure.retry("Embedding failed: \(reason).")
            }
        }
        try await contents.embeddings.set(
            embedded.vector, of: owner, in: .text, model: choice.model
        ) { tables in
            try tables.usage.append(embedded.entry)
            return try tables.gallery.find(id: image.id)?.refinedPrompt == prompt
        }
    }
}

extension Identity {
    /// The account's id.
    fileprivate var userID: String? {
        if case .user(let id) = self { id } else { nil }
    }
}
