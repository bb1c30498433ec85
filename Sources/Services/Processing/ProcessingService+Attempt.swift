import Crypto
import Domain
import Imaging
import Store
import Synchronization
import Telemetry

extension ProcessingService {
    /// What an attempt is for, as the ledger says it.
    package struct Cause: Sendable {
        package var service: String
        package var requestID: String?

        package init(service: String, requestID: String?) {
            self.service = service
            self.requestID = requestID
        }

        package static let job = Cause(service: "processing.process_image", requestID: nil)
    }

    /// Makes an attempt at an image, or joins the one that goes on.
    ///
    /// - Parameter refresh: reads the bytes of a source anew.
    package func attempt(
        _ number: Int64, refresh: Bool = false, for cause: Cause
    ) async throws -> ProcessingOutcome {
        try await task(number, refresh: refresh, for: cause).value
    }

    /// The same, waiting no longer than that; nil if the attempt goes on.
    package func attempt(
        _ number: Int64, refresh: Bool, for cause: Cause, within limit: Duration
    ) async throws -> ProcessingOutcome? {
        let task = task(number, refresh: refresh, for: cause)
        let (answers, answered) = AsyncStream.makeStream(
            of: Result<ProcessingOutcome, any Error>?.self)
        let waiting = Task { answered.yield(await task.result) }
        let timer = Task {
            try await Task.sleep(for: limit)
            answered.yield(nil)
        }
        defer {
            waiting.cancel()
            timer.cancel()
        }
        for await answer in answers { return try answer?.get() }
        return nil
    }

    /// Queues a job that ends as the attempt does which goes on; its id.
    package func follow(_ image: ProcessingImage, origin: String) async throws -> String {
        let job = try newJob(
            ProcessImage(image_id: image.id, origin: origin, follows: true), owner: image.userID)
        return try await jobs.enqueue(job).id
    }

    /// How the attempt ends that goes on, or how the image stands where none does.
    package func following(_ number: Int64) async throws -> ProcessingOutcome {
        if let task = running.withLock({ $0[number] }) { return try await task.value }
        let image = try await store.read { try $0.processing.find(number: number) }
        guard let image else { return .gone }
        return image.status == .error ? .failed(image) : .complete(image)
    }

    private func task(
        _ number: Int64, refresh: Bool, for cause: Cause
    ) -> Task<ProcessingOutcome, any Error> {
        running.withLock { running in
            if let task = running[number] { return task }
            // A task of its own: the attempt is finished even if its client goes away.
            let task = Task { () async throws -> ProcessingOutcome in
                defer { self.running.withLock { $0[number] = nil } }
                return try await self.places.withPermit { () async throws in
                    try await self.run(number, refresh: refresh, for: cause)
                }
            }
            running[number] = task
            return task
        }
    }

    private func run(
        _ number: Int64, refresh: Bool, for cause: Cause
    ) async throws -> ProcessingOutcome {
        guard let image = try await begin(number, refresh: refresh) else { return .gone }
        do {
            return try await stages(of: image, for: cause)
        } catch let failure as ProcessingFailure {
            return try await settle(number, failure)
        }
    }

    /// Marks the image and takes its entry out of the retry queue; nil if it is gone.
    private func begin(_ number: Int64, refresh: Bool) async throws -> ProcessingImage? {
        let now = clock.now()
        return try await store.write { tables in
            guard let image = try tables.processing.find(number: number) else { return nil }
            try tables.jobs.withdraw(key: ProcessImageRetry.key(number))
            let hasBytes = image.content != nil && !(refresh && image.provider != .upload)
            var stage = image.status == .complete ? ProcessingImage.Stage.bytes : image.stage
            if !hasBytes { stage = .nothing }
            let isFresh = image.status == .complete || image.status == .error
            _ = try tables.processing.begin(
                number, from: stage, retryCount: isFresh ? 0 : image.retryCount, at: now)
            return try tables.processing.find(number: number)
        }
    }

    // MARK: - Stages

    private func stages(
        of start: ProcessingImage, for cause: Cause
    ) async throws -> ProcessingOutcome {
        var image = start
        if image.stage < .bytes {
            guard let fetched = try await fetch(image) else { return .gone }
            image = fetched
        }
        guard let content = image.content else {
            throw ProcessingFailure(.download, "the bytes are gone", isPermanent: true)
        }
        let isThere = try await look(at: content, of: image)
        guard isThere else { return .gone }
        return try await embed(image, for: cause)
    }

    /// Reads the bytes of a source and keeps them; nil if the image is gone.
    private func fetch(_ image: ProcessingImage) async throws -> ProcessingImage? {
        let bytes = try await sources.bytes(of: image)
        guard !bytes.isEmpty else {
            throw ProcessingFailure(.decode, "the file is empty", isPermanent: true)
        }
        let now = clock.now()
        let number = image.number
        return try await storing {
            let upload = try await self.spool.write(bytes)
            let kind = ContentService.kind(of: upload)
            let (stored, leftovers) = try await self.contents.keep(upload, kind) { tables, blob in
                var leftovers = Leftovers()
                let before = try tables.processing.setBytes(blob, of: number, at: now)
                for blob in before ?? [] { leftovers += try tables.blobs.release(blob) }
                return (try tables.processing.find(number: number), leftovers)
            }
            await self.contents.sweep(leftovers)
            return stored
        }
    }

    /// Thumbnail, palette and facts, visual embedding, each unless it is finished; false if the image is gone.
    private func look(at content: Content, of image: ProcessingImage) async throws -> Bool {
        let number = image.number
        let clock = clock
        let examination = examiner.examination(of: content)
        if image.stage < .thumbnail {
            let token = randomBytes(32).base64URL
            let isThere = try await examining(.thumbnail) {
                try await examination.thumbnail { tables, blob in
                    try tables.processing.setThumbnail(
                        blob, token: token, of: number, at: clock.now())
                }
            }
            guard isThere else { return false }
        }
        if image.stage < .facts {
            let isThere = try await examining(.palette) {
                try await examination.facts {
                    try $0.processing.finish(.facts, of: number, at: clock.now())
                }
            }
            guard isThere else { return false }
        }
        guard image.stage < .look else { return true }
        return try await examining(.thumbnail) {
            try await examination.look()
            return try await self.store.write {
                try $0.processing.finish(.look, of: number, at: clock.now())
            }
        }
    }

    /// Says of what goes wrong in `body` which stage it was and whether another attempt may help.
    private func examining<T: Sendable>(
        _ kind: ProcessingFailure.Kind, _ body: @Sendable () async throws -> T
    ) async throws -> T {
        try await storing {
            do {
                return try await body()
            } catch let error as ImageError {
                throw Self.failure(error, kind)
            }
        }
    }

    private static func failure(
        _ error: ImageError, _ kind: ProcessingFailure.Kind
    ) -> ProcessingFailure {
        switch error {
        case .unavailable: ProcessingFailure(kind, "decoder unavailable")
        case .unsupported, .notAnImage:
            ProcessingFailure(.decode, "unsupported image format", isPermanent: true)
        case .tooManyPixels, .sideTooLong:
            ProcessingFailure(.decode, "image too large", isPermanent: true)
        case .damaged, .decoderDied:
            ProcessingFailure(.decode, "image cannot be decoded", isPermanent: true)
        }
    }

    /// Turns what no stage expected into a failure of the storage.
    @discardableResult
    private func storing<T: Sendable>(
        _ body: @Sendable () async throws -> T
    ) async throws -> T {
        do {
            return try await body()
        } catch let failure as ProcessingFailure {
            throw failure
        } catch {
            log.error("an image could not be stored", ["error": "\(error)"])
            throw ProcessingFailure(.storage, "cannot be stored")
        }
    }

    /// The text embedding, and with it the end of the attempt.
    private func embed(
        _ image: ProcessingImage, for cause: Cause
    ) async throws -> ProcessingOutcome {
        let number = image.number
        let owner = EmbeddingOwner(.processing, number)
        let text = image.text
        guard !text.isEmpty else {
            let now = clock.now()
            let (outcome, before) = try await storing {
                try await self.store.write {
                    tables -> (ProcessingOutcome, StoredEmbedding?) in
                    let before = try tables.embeddings.remove(owner, space: .text)
                    _ = try tables.processing.complete(number, model: nil, at: now)
                    return (try Self.completed(number, tables), before)
                }
            }
            contents.embeddings.forget([before].compactMap(\.self))
            return outcome
        }
        let choice = texts.choice
        let embedded: TextEmbeddings.Embedded
        do throws(TextEmbeddings.Refusal) {
            embedded = try await texts.embed(
                text, with: choice,
                for: .init(
                    user: image.userID, service: cause.service, subject: image.id,
                    requestID: cause.requestID))
        } catch {
            switch error {
            case .limited: return try await postpone(number)
            case .failed(let reason): throw ProcessingFailure(.embedding, reason)
            }
        }
        let now = clock.now()
        try await storing {
            try await self.contents.embeddings.set(
                embedded.vector, of: owner, in: .text, model: choice.model
            ) { tables in
                // The call was made and is paid for, whether or not the image is still there.
                try tables.usage.append(embedded.entry)
                return try tables.processing.complete(number, model: choice.model, at: now)
            }
        }
        return try await store.read { try Self.completed(number, $0) }
    }

    private static func completed(_ number: Int64, _ tables: Tables) throws -> ProcessingOutcome {
        try tables.processing.find(number: number).map { .complete($0) } ?? .gone
    }

    // MARK: - Another time

    /// Lets an image wait for the limiter, which is no retry.
    private func postpone(_ number: Int64) async throws -> ProcessingOutcome {
        let delay = settings.current[.embeddingRateDelay]
        let now = clock.now()
        return try await store.write { [self] tables in
            guard let image = try tables.processing.find(number: number) else { return .gone }
            try schedule(
                image, at: now.advanced(bySeconds: Double(delay)), retryCount: image.retryCount,
                error: nil, now, tables)
            return try tables.processing.find(number: number).map {
                .limited($0, retryIn: delay)
            } ?? .gone
        }
    }

    /// Schedules the next attempt after a failure, or gives the image up.
    private func settle(
        _ number: Int64, _ failure: ProcessingFailure
    ) async throws -> ProcessingOutcome {
        let current = settings.current
        let maximum = current[.embeddingMaxRetries]
        let delay = Double(current[.embeddingRetryDelay])
        let now = clock.now()
        return try await store.write { [self] tables in
            guard let image = try tables.processing.find(number: number) else { return .gone }
            let isOver = failure.isPermanent || image.retryCount >= maximum
            if isOver {
                _ = try tables.processing.fail(number, error: failure.text, at: now)
            } else {
                try schedule(
                    image, at: now.advanced(bySeconds: delay), retryCount: image.retryCount + 1,
                    error: failure.text, now, tables)
            }
            guard let image = try tables.processing.find(number: number) else { return .gone }
            return isOver ? .failed(image) : .retry(image, failure.kind, maximum: maximum)
        }
    }

    func schedule(
        _ image: ProcessingImage, at time: Time, retryCount: Int, error: String?, _ now: Time,
        _ tables: Tables
    ) throws {
        _ = try tables.processing.postpone(
            image.number, until: time, retryCount: retryCount, error: error, at: now)
        var entry = try jobs.make(
            ProcessImageRetry(image_id: image.id), owner: .user(image.userID), start: .at(time),
            key: ProcessImageRetry.key(image.number), onDuplicate: .reschedule)
        // An image that waits has been taken in already.
        entry.queueLimit = .max
        try tables.jobs.enqueue(entry)
    }
}
