import Crypto
import Domain
import Imaging
import Store
import Telemetry
import Vectors

/// Takes photos in and gives their meaning back: the main job.
///
/// The order of an upload is the contract's: exact duplicate, rate limit, provider, token, perceptual duplicate or
/// analysis. A record and everything it names appear together or not at all.
package final class PhotoService: Sendable {
    let store: DataStore
    let settings: SettingsService
    let limiter: RateLimiter
    let clock: TimeSource
    let log: Logger
    let standIn: StandIn
    let vectors: PhotoVectors
    let discovery: Discovery
    let files: PhotoFiles

    /// Components that an embedding has.
    package static let embeddingDimension = 1536

    private let directory: ProviderDirectory
    private let analyser: PhotoAnalyser
    private let decoder: PictureDecoder
    private let hashes: PerceptualIndex
    private let inFlight = InFlight()
    private let places: Permits
    private let numbers: RecordNumbers

    /// What the service is made of.
    package struct Parts: Sendable {
        package var store: DataStore
        package var settings: SettingsService
        package var limiter: RateLimiter
        package var clock: TimeSource
        package var log: Logger
        package var standIn: StandIn
        package var vectors: PhotoVectors
        package var files: PhotoFiles
        package var providers: ProviderDirectory
        package var decoder: PictureDecoder
        /// Analyses that may hold their pictures in memory at the same time.
        package var concurrentAnalyses: Int

        package init(
            store: DataStore, settings: SettingsService, limiter: RateLimiter, clock: TimeSource,
            log: Logger, standIn: StandIn, vectors: PhotoVectors, files: PhotoFiles,
            providers: ProviderDirectory, decoder: PictureDecoder, concurrentAnalyses: Int
        ) {
            self.store = store
            self.settings = settings
            self.limiter = limiter
            self.clock = clock
            self.log = log
            self.standIn = standIn
            self.vectors = vectors
            self.files = files
            self.providers = providers
            self.decoder = decoder
            self.concurrentAnalyses = concurrentAnalyses
        }
    }

    /// Reads the indexes that live in memory back from the database.
    package init(_ parts: Parts) async throws {
        store = parts.store
        settings = parts.settings
        limiter = parts.limiter
        clock = parts.clock
        log = parts.log
        standIn = parts.standIn
        vectors = parts.vectors
        files = parts.files
        directory = parts.providers
        decoder = parts.decoder
        places = Permits(parts.concurrentAnalyses)
        discovery = Discovery(
            store: store, vectors: vectors, clock: clock, log: log, standIn: standIn)
        analyser = PhotoAnalyser(directory: directory, clock: clock, log: log)
        let (known, highest) = try await store.read { tables in
            (try tables.photos.hashes(), try tables.photos.highestID())
        }
        hashes = PerceptualIndex()
        for record in known { hashes.insert(record.phash, photo: record.photo) }
        numbers = RecordNumbers(after: highest)
    }
}

extension PhotoService {
    /// Whom new photos are shown to and under which model names; nil where nobody is configured.
    package var providerInForce: (isBuiltin: Bool, models: [String])? {
        guard let choice = try? directory.choice(settings.current) else { return nil }
        let models = [choice.visionModel, choice.captionModel, choice.embeddingModel]
        return (choice.isBuiltin, Array(Set(models)).sorted())
    }

    func forgetHash(of photo: PhotoAnalysis) { hashes.remove(photo: photo.id) }
}

// MARK: - Upload

extension PhotoService {
    /// How an upload was answered.
    package struct UploadAnswer: Sendable {
        package var view: PhotoView
        /// Served from the record of an earlier upload of the same bytes.
        package var isCached: Bool
        package var similarRooms: [SimilarRoom]
    }

    /// The buckets that an upload of this caller is measured against; none where limiting is off.
    package func rules(for caller: Caller) -> [RateLimiter.Rule] {
        let settings = settings.current
        guard settings[.enableRateLimiting] else { return [] }
        if let user = caller.user {
            let limit = settings[.rateLimitAuthenticated]
            return [.init(name: "identity", key: "u:" + user.id, limit: limit)]
        }
        let network = ClientNetwork.key(of: caller.address)
        let identity = caller.fingerprint.map { "f:" + $0 } ?? "a:" + network
        return [
            .init(name: "identity", key: identity, limit: settings[.rateLimitAnonymous]),
            .init(name: "address", key: "n:" + network, limit: settings[.rateLimitAddress]),
        ]
    }

    /// How those buckets stand.
    package func standing(_ rules: [RateLimiter.Rule]) -> [RateLimiter.Standing] {
        limiter.standing(rules)
    }

    /// Fails as `upload` would for a picture that cannot be taken; for requests that are refused for another field.
    package func validate(_ upload: SpooledUpload) async throws(UploadFailure) {
        try Self.check(upload)
        _ = try await decode(upload, settings.current)
    }

    /// Takes one photo in.
    ///
    /// - Parameter reusing: false leaves perceptual duplicates out of account.
    package func upload(
        _ upload: SpooledUpload, by caller: Caller, reusing: Bool = true
    ) async throws(UploadFailure) -> UploadAnswer {
        try Self.check(upload)
        while true {
            if let answer = try await duplicate(of: upload, for: caller) { return answer }
            if let outcome = await inFlight.join(upload.sha256) {
                switch outcome {
                case .failed(let failure): throw failure
                case .stored, .refused: continue
                }
            }
            // Nobody else is at these bytes now, but somebody may just have finished them.
            do {
                if let answer = try await duplicate(of: upload, for: caller) {
                    inFlight.finish(upload.sha256, .refused)
                    return answer
                }
            } catch {
                inFlight.finish(upload.sha256, .refused)
                throw error
            }
            return try await lead(upload, caller, reusing: reusing)
        }
    }

    /// Does the work for these bytes and tells those who wait for it how it ended.
    private func lead(
        _ upload: SpooledUpload, _ caller: Caller, reusing: Bool
    ) async throws(UploadFailure) -> UploadAnswer {
        // A task of its own: the analysis is finished and stored even if its client goes away.
        let work = Task { () -> Result<PhotoAnalysis, UploadFailure> in
            do throws(UploadFailure) {
                let photo = try await self.analyse(upload, caller, reusing: reusing)
                self.inFlight.finish(upload.sha256, .stored(photo.id))
                return .success(photo)
            } catch {
                switch error {
                case .invalidImage, .analysis, .storageFull:
                    self.inFlight.finish(upload.sha256, .failed(error))
                case .limited, .notConfigured:
                    self.inFlight.finish(upload.sha256, .refused)
                }
                return .failure(error)
            }
        }
        return try await answer(try await work.value.get(), isCached: false, for: caller)
    }

    private static func check(_ upload: SpooledUpload) throws(UploadFailure) {
        do throws(ImageError) {
            _ = try ImageProbe(fileDescriptor: upload.descriptor)
        } catch {
            throw UploadFailure(error)
        }
    }

    /// The answer from the record of exactly these bytes, if one is in force; the caller becomes its viewer.
    private func duplicate(
        of upload: SpooledUpload, for caller: Caller
    ) async throws(UploadFailure) -> UploadAnswer? {
        let now = clock.now()
        do {
            let found = try store.readNow { tables in
                try tables.photos.find(sha256: upload.sha256, md5: upload.md5, at: now)
            }
            guard let found else { return nil }
            let photo = try await store.write { tables -> PhotoAnalysis? in
                guard let photo = try tables.photos.find(id: found.id) else { return nil }
                if let identity = caller.identity {
                    try tables.photos.addViewer(identity, to: photo.id, at: now)
                    return photo
                }
                try tables.photos.setOpen(photo.id)
                return try tables.photos.find(id: photo.id)
            }
            guard let photo else { return nil }
            return try await answer(photo, isCached: true, for: caller)
        } catch let failure as UploadFailure {
            throw failure
        } catch {
            throw storageFailure(error)
        }
    }

    private func answer(
        _ photo: PhotoAnalysis, isCached: Bool, for caller: Caller
    ) async throws(UploadFailure) -> UploadAnswer {
        let view: PhotoView
        do {
            view = try await store.read { [self] in try self.view(of: photo, for: caller, $0) }
        } catch {
            throw storageFailure(error)
        }
        let rooms = await discovery.similarRooms(to: photo, for: caller, settings.current)
        return UploadAnswer(view: view, isCached: isCached, similarRooms: rooms)
    }

    private func analyse(
        _ upload: SpooledUpload, _ caller: Caller, reusing: Bool
    ) async throws(UploadFailure) -> PhotoAnalysis {
        let settings = settings.current
        return try await places.withPermit { () async throws(UploadFailure) in
            let decoded = try await decode(upload, settings)
            let rules = rules(for: caller)
            let choice = try await admit(rules, settings)
            let draft = Draft(
                upload: upload, decoded: decoded, caller: caller, settings: settings,
                choice: choice)
            if reusing, let original = try perceptualMatch(of: draft) {
                return try await copy(original, for: draft)
            }
            return try await analyse(draft)
        }
    }

    /// Rate limit, provider, token, in this order.
    private func admit(
        _ rules: [RateLimiter.Rule], _ settings: LiveSettings
    ) async throws(UploadFailure) -> ProviderChoiceInForce {
        do {
            try limiter.verify(rules)
            let choice = try directory.choice(settings)
            if !rules.isEmpty { try await limiter.take(rules) }
            return choice
        } catch let refusal as RateLimiter.Refusal {
            throw .limited(refusal)
        } catch let failure as UploadFailure {
            throw failure
        } catch {
            throw storageFailure(error)
        }
    }

    private func decode(
        _ upload: SpooledUpload, _ settings: LiveSettings
    ) async throws(UploadFailure) -> IntakeResult {
        var parameters = IntakeParameters()
        parameters.maximumMegapixels = settings[.maxMegapixels]
        do throws(ImageError) {
            return try await decoder.intake(upload.descriptor, parameters)
        } catch {
            if case .decoderDied(let reason) = error {
                log.warning("a picture killed its decoder", ["reason": .text(reason)])
            }
            throw UploadFailure(error)
        }
    }

    /// Logs a failing store or disk; the uploader is told no more than that.
    package func storageFailure(_ error: any Error) -> UploadFailure {
        log.error("an upload could not be stored", ["error": "\(error)"])
        if let failure = error as? Failure, failure.code == .storageFull { return .storageFull }
        if let error = error as? VectorError, error.isStorageFull { return .storageFull }
        if let fault = error as? any StorageFault, fault.isStorageFull { return .storageFull }
        return .analysis("Storage error")
    }
}

// MARK: - Making records

/// A photo on its way to become a record.
private struct Draft: Sendable {
    let upload: SpooledUpload
    let decoded: IntakeResult
    let caller: Caller
    let settings: LiveSettings
    let choice: ProviderChoiceInForce
}

extension PhotoService {
    /// Stores the picture while the provider looks at it, then everything that names it.
    private func analyse(_ draft: Draft) async throws(UploadFailure) -> PhotoAnalysis {
        let bytes: StrippedPicture
        do {
            bytes = try await files.strip(draft.upload, format: draft.decoded.format)
        } catch {
            throw (error as? UploadFailure) ?? storageFailure(error)
        }
        let input = VisionInput(
            bytes: draft.decoded.providerPicture ?? bytes.bytes,
            mediaType: draft.decoded.providerPicture == nil
                ? draft.decoded.format.mediaType : "image/jpeg",
            raster: Raster(draft.decoded.raster), width: draft.decoded.uprightSize.width,
            height: draft.decoded.uprightSize.height, capture: CaptureFacts(draft.decoded.exif))
        async let placing = place(bytes, draft)
        let found: Result<AnalysisResult, UploadFailure>
        do throws(UploadFailure) {
            found = .success(try await analyser.analyse(input, with: draft.choice, draft.settings))
        } catch {
            found = .failure(error)
        }
        let placed = await placing
        switch (found, placed) {
        case (.success(let found), .success(let placed)):
            return try await record(found, placed, draft, reusedFrom: nil)
        case (.failure(let failure), .success(let placed)):
            await files.discard(placed)
            throw failure
        case (_, .failure(let failure)):
            throw failure
        }
    }

    /// Stores a perceptual duplicate: its own picture under the original's meaning.
    private func copy(
        _ original: PhotoAnalysis, for draft: Draft
    ) async throws(UploadFailure) -> PhotoAnalysis {
        let placed: PlacedFiles
        do {
            let bytes = try await files.strip(draft.upload, format: draft.decoded.format)
            placed = try await place(bytes, draft).get()
        } catch {
            throw (error as? UploadFailure) ?? storageFailure(error)
        }
        var caption = original.caption
        caption?.usage = .zero
        let found = AnalysisResult(
            suggestions: original.suggestions.items, visionModel: original.visionModel,
            usage: .zero, visionRaw: "", caption: caption, captionRaw: nil,
            embeddingModel: original.embeddingModel,
            captionVector: vectors.captionVector(of: original),
            suggestionsVector: vectors.suggestionsVector(of: original))
        return try await record(found, placed, draft, reusedFrom: original)
    }

    private func place(
        _ picture: StrippedPicture, _ draft: Draft
    ) async -> Result<PlacedFiles, UploadFailure> {
        do {
            return .success(try await files.place(picture, thumbnail: draft.decoded.thumbnail))
        } catch {
            return .failure(storageFailure(error))
        }
    }

    /// Vectors durable, then one commit that names files and vectors.
    private func record(
        _ found: AnalysisResult, _ placed: PlacedFiles, _ draft: Draft,
        reusedFrom original: PhotoAnalysis?
    ) async throws(UploadFailure) -> PhotoAnalysis {
        let number = numbers.next()
        let slots: (caption: VectorSlotNumber?, suggestions: VectorSlotNumber?)
        do {
            let inserted = try await vectors.insert(
                owner: number, caption: found.captionVector,
                suggestions: found.suggestionsVector, model: found.embeddingModel)
            slots = (
                inserted.caption.map { Int64($0.rawValue) },
                inserted.suggestions.map { Int64($0.rawValue) }
            )
        } catch {
            await files.discard(placed)
            throw storageFailure(error)
        }
        let photo = photo(
            found, number, placed, slots, draft, reusedFrom: original)
        let raw = PhotoTable.Raw(
            standIn: standIn.id(for: photo.uuid), vision: found.visionRaw,
            caption: found.captionRaw)
        let reduction = draft.decoded.reduction.rgb
        do {
            let (stored, earlier) = try await store.write { tables in
                var photo = photo
                let earlier = try tables.blobs.find(sha256: photo.blob.sha256)
                if let earlier {
                    photo.blob.id = earlier.id
                    try tables.blobs.move(earlier.id, to: photo.blob)
                } else {
                    photo.blob.id = try tables.blobs.insert(photo.blob, reduction: reduction)
                }
                try tables.photos.insert(photo, raw: raw)
                return (photo, earlier)
            }
            // An expired record of the same bytes lives on with the new files: its own may be on their way out already.
            if let earlier { await discard(filesOf: earlier) }
            if !Self.isFlat(draft.decoded.reduction) {
                hashes.insert(stored.blob.phash, photo: stored.id)
            }
            return stored
        } catch {
            vectors.remove(photo)
            await files.discard(placed)
            throw storageFailure(error)
        }
    }

    func discard(filesOf blob: Blob) async {
        do {
            try await files.remove(blob)
        } catch {
            log.warning("a file is left for the collector", ["error": "\(error)"])
        }
    }

    private typealias VectorSlotNumber = Int64

    private func photo(
        _ found: AnalysisResult, _ number: Int64, _ placed: PlacedFiles,
        _ slots: (caption: VectorSlotNumber?, suggestions: VectorSlotNumber?), _ draft: Draft,
        reusedFrom original: PhotoAnalysis?
    ) -> PhotoAnalysis {
        let now = clock.now()
        let hours = draft.settings[.imageTTLHours]
        let decoded = draft.decoded
        let blob = Blob(
            id: 0, sha256: draft.upload.sha256, md5: draft.upload.md5, size: draft.upload.size,
            mediaType: decoded.format.mediaType, width: decoded.width, height: decoded.height,
            phash: decoded.phash.bits, storage: placed.storage, key: placed.key,
            thumbnailKey: placed.thumbnailKey)
        return PhotoAnalysis(
            id: number, uuid: UUIDValue.random().description, blob: blob,
            suggestions: StoredSuggestions(found.suggestions), visionModel: found.visionModel,
            usage: found.usage, caption: found.caption, embeddingModel: found.embeddingModel,
            captionEmbedding: slots.caption.map {
                .init(slot: $0, generatedAt: original?.captionEmbedding?.generatedAt ?? now)
            },
            suggestionsEmbedding: slots.suggestions.map {
                .init(slot: $0, generatedAt: original?.suggestionsEmbedding?.generatedAt ?? now)
            },
            owner: draft.caller.identity, ownerName: draft.caller.user?.username,
            address: draft.caller.address, isOpen: draft.caller.identity == nil, createdAt: now,
            updatedAt: now, expiresAt: hours == 0 ? nil : now.advanced(bySeconds: hours * 3600),
            timesUsed: 0, selectedCode: nil, selectedAt: nil, reusedFrom: original?.uuid)
    }

    /// The record that shows the same picture, if reuse is on and there is one in force.
    private func perceptualMatch(of draft: Draft) throws(UploadFailure) -> PhotoAnalysis? {
        let settings = draft.settings
        let decoded = draft.decoded
        guard settings[.enablePerceptualReuse], !Self.isFlat(decoded.reduction) else { return nil }
        let now = clock.now()
        let near = hashes.matches(near: decoded.phash.bits, within: settings[.phashThreshold])
        do {
            return try store.readNow { tables in
                for match in near {
                    guard let photo = try tables.photos.find(id: match.photo),
                        !photo.isExpired(at: now),
                        photo.visionModel == draft.choice.visionModel,
                        photo.embeddingModel == draft.choice.embeddingModel,
                        photo.caption != nil || !settings[.enableCaptions],
                        Self.sameShape(photo.blob, decoded),
                        let reduction = try tables.blobs.reduction(of: photo.blob.id),
                        let other = Reduction(rgb: reduction), !Self.isFlat(other),
                        Self.agree(decoded.reduction, other)
                    else { continue }
                    return photo
                }
                return nil
            }
        } catch {
            throw storageFailure(error)
        }
    }

    /// Whether a picture is too plain to be told from others by its hash.
    private static func isFlat(_ reduction: Reduction) -> Bool { reduction.lumaDeviation < 2 }

    /// Whether two pictures with near hashes are the same: on average within 6, no cell off by more than 40.
    private static func agree(_ a: Reduction, _ b: Reduction) -> Bool {
        let difference = a.difference(to: b)
        return difference.mean <= 6 && difference.maximum <= 40
    }

    /// Whether two pictures' aspect ratios are within 2 percent of each other.
    private static func sameShape(_ blob: Blob, _ decoded: IntakeResult) -> Bool {
        let first = Double(blob.width) / Double(blob.height)
        let second = Double(decoded.width) / Double(decoded.height)
        return abs(first - second) <= 0.02 * max(first, second)
    }
}
