import Crypto
import Domain
import Imaging
import Store
import Telemetry
import Vectors

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
        let network = caller.network
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
    /// - Parameters:
    ///   - reusing: false leaves perceptual duplicates out of account.
    ///   - isAdmitted: whether `admit` has taken its token already.
    package func upload(
        _ upload: SpooledUpload, by caller: Caller, reusing: Bool = true,
        isAdmitted: Bool = false, progress: PhotoProgress = .ignored
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
            let order = Order(
                upload: upload, caller: caller, reusing: reusing, isAdmitted: isAdmitted,
                progress: progress)
            return try await lead(order)
        }
    }

    /// Takes a photo as far as its client waits for it that wants no more than a job: a duplicate is answered, anything
    /// else has its token taken and is left to `upload`.
    func admit(
        _ upload: SpooledUpload, by caller: Caller
    ) async throws(UploadFailure) -> UploadAnswer? {
        try Self.check(upload)
        if let answer = try await duplicate(of: upload, for: caller) { return answer }
        let settings = settings.current
        try await places.withPermit { () async throws(UploadFailure) in
            _ = try await decode(upload, settings)
            _ = try await admit(rules(for: caller), settings)
        }
        return nil
    }

    /// Work on the bytes of an upload that nobody else is at.
    private struct Order: Sendable {
        let upload: SpooledUpload
        let caller: Caller
        let reusing: Bool
        let isAdmitted: Bool
        let progress: PhotoProgress
    }

    /// Does the work for these bytes and tells those who wait for it how it ended.
    private func lead(_ order: Order) async throws(UploadFailure) -> UploadAnswer {
        let upload = order.upload
        // A task of its own: the analysis is finished and stored even if its client goes away.
        let work = Task { () -> Result<PhotoAnalysis, UploadFailure> in
            do throws(UploadFailure) {
                let photo = try await self.analyse(order)
                self.inFlight.finish(upload.sha256, .stored(photo.id))
                return .success(photo)
            } catch {
                switch error {
                case .invalidImage, .analysis, .storageFull:
                    self.inFlight.finish(upload.sha256, .failed(error))
                case .limited, .notConfigured, .cancelled:
                    self.inFlight.finish(upload.sha256, .refused)
                }
                return .failure(error)
            }
        }
        let photo = try await work.value.get()
        let answer = try await answer(photo, isCached: false, for: order.caller)
        try order.progress.reach(.matched)
        return answer
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

    private func analyse(_ order: Order) async throws(UploadFailure) -> PhotoAnalysis {
        let settings = settings.current
        return try await places.withPermit { () async throws(UploadFailure) in
            let decoded = try await decode(order.upload, settings)
            try order.progress.reach(.decoded)
            let choice =
                try await order.isAdmitted
                ? directory.choice(settings) : admit(rules(for: order.caller), settings)
            let draft = Draft(
                upload: order.upload, decoded: decoded, caller: order.caller, settings: settings,
                choice: choice, progress: order.progress)
            if order.reusing, let original = try perceptualMatch(of: draft) {
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
