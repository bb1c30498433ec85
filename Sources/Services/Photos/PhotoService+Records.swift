import Crypto
import Domain
import Imaging
import Store
import Telemetry
import Vectors

/// A photo on its way to become a record.
struct Draft: Sendable {
    let upload: SpooledUpload
    let decoded: IntakeResult
    let caller: Caller
    let settings: LiveSettings
    let choice: ProviderChoiceInForce
    let progress: PhotoProgress
}

extension PhotoService {
    /// Stores the picture while the provider looks at it, then everything that names it.
    func analyse(_ draft: Draft) async throws(UploadFailure) -> PhotoAnalysis {
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
            found = .success(
                try await analyser.analyse(
                    input, with: draft.choice, draft.settings, draft.progress))
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
    func copy(
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
            return .success(
                try await files.place(
                    picture, thumbnail: draft.decoded.thumbnail,
                    remotely: draft.settings[.useS3]))
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
            let (stored, replaced) = try await store.write { tables in
                var photo = photo
                var replaced: [StoredFile] = []
                if let known = try tables.blobs.content(sha256: photo.blob.sha256) {
                    photo.blob.id = known.id
                    replaced = try tables.blobs.move(
                        known.id, to: photo.blob, reduction: reduction)
                } else {
                    photo.blob.id = try tables.blobs.insert(photo.blob, reduction: reduction)
                }
                try tables.photos.insert(photo, raw: raw)
                return (photo, replaced)
            }
            // An expired record of the same bytes lives on with the new files: its own may be on their way out already.
            await contents.sweep(Leftovers(files: replaced))
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
    func perceptualMatch(of draft: Draft) throws(UploadFailure) -> PhotoAnalysis? {
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
