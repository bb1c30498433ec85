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
    let contents: ContentService

    /// Components that an embedding has.
    package static let embeddingDimension = 1536

    let directory: ProviderDirectory
    let analyser: PhotoAnalyser
    let decoder: PictureDecoder
    let hashes: PerceptualIndex
    let inFlight = InFlight()
    let places: Permits
    let numbers: RecordNumbers

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
        package var contents: ContentService
        package var providers: ProviderDirectory
        package var decoder: PictureDecoder
        /// Analyses that may hold their pictures in memory at the same time.
        package var concurrentAnalyses: Int

        package init(
            store: DataStore, settings: SettingsService, limiter: RateLimiter, clock: TimeSource,
            log: Logger, standIn: StandIn, vectors: PhotoVectors, files: PhotoFiles,
            contents: ContentService, providers: ProviderDirectory, decoder: PictureDecoder,
            concurrentAnalyses: Int
        ) {
            self.store = store
            self.settings = settings
            self.limiter = limiter
            self.clock = clock
            self.log = log
            self.standIn = standIn
            self.vectors = vectors
            self.files = files
            self.contents = contents
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
        contents = parts.contents
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

    /// What the suggestions of new photos are embedded with.
    package var embeddingModel: String {
        (try? directory.choice(settings.current))?.embeddingModel ?? ProviderDirectory.builtinModel
    }

    func forgetHash(of photo: PhotoAnalysis) { hashes.remove(photo: photo.id) }
}
