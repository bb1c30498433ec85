import API
import Crypto
import Domain
import Glibc
import HTTP
import HTTPClient
import Imaging
import Providers
import SQLite
import Services
import Storage
import Store
import Synchronization
import Telemetry
import Vectors

/// Everything that lives in one data directory, opened and wired: what the daemon serves and commands work on.
package final class Installation: Sendable {
    package let configuration: Configuration
    package let log: Logger
    package let metrics: Metrics
    package let clock: TimeSource
    package let store: DataStore
    package let storage: LocalStorage
    package let spool: Spool
    package let vectors: PhotoVectors
    package let contents: ContentService
    package let settings: SettingsService
    package let identity: IdentityService
    package let limiter: RateLimiter
    package let idempotency: IdempotencyService
    package let jobs: JobService
    let jobEvents = EventHub()
    package let photos: PhotoService
    let photoJobs: PhotoJobs
    package let rooms: RoomService
    package let processing: ProcessingService
    package let facets: FacetService
    package let gallery: GalleryService
    /// The request log and its images, the solver, and sessions of the admin pages.
    package let requests: RequestServices
    /// Fetches what users name by URL.
    package let fetcher: WebFetcher
    package let roomStreams = RoomStreams()
    let decoder: WorkerPool
    /// What is older than this cannot belong to anything under way.
    let openedAt: Time
    /// Whether requests are served from here, so that anything younger than an hour may still be under way.
    let isServing = Atomic(false)
    /// Whether only this machine can connect.
    let isReachedLocally: Atomic<Bool>
    /// Whether the workers of jobs have broken off.
    let haveJobsFailed = Atomic(false)

    /// Opens what is in `directory`, which the caller holds the lock of.
    ///
    /// - Parameters:
    ///   - decoder: the executable that decodes pictures in its cage; this one itself, as a rule.
    ///   - patience: how an OpenAI-compatible server is waited for and asked again.
    ///   - lookup: finds the addresses of hosts that users name.
    /// - Throws: `CommandFailure` with a sentence and the exit code of its cause.
    package init(
        _ configuration: Configuration, directory: String, log: Logger,
        clock: TimeSource = .system, decoder executable: String = "/proc/self/exe",
        patience: OpenAIPatience = OpenAIPatience(), lookup: NameLookup = .system
    ) async throws(CommandFailure) {
        self.configuration = configuration
        self.log = log
        self.clock = clock
        openedAt = clock.now()
        isReachedLocally = Atomic(configuration.listenAddresses.allSatisfy(\.isLocal))
        metrics = Metrics(Metric.mechanisms + Metric.product + Metric.jobs)
        do {
            let startup = configuration.startup
            store = try DataStore(
                path: directory + "/tintype.db", readers: startup[.databaseReaders])
            spool = try Spool(
                directory: directory + "/spool", minimumFree: startup[.minFreeSpace])
            storage = LocalStorage(root: directory + "/blobs")
            try await storage.prepare()
            settings = try await SettingsService(
                store: store, clock: clock, pinned: configuration.pinned)
            fetcher = WebFetcher(GuardedFetcher(lookup: lookup), settings)
            let secrets = try await Self.secrets(store)
            identity = IdentityService(
                store: store, clock: clock,
                secret: startup[.jwtSecret].isEmpty
                    ? secrets.tokens : Array(startup[.jwtSecret].utf8))
            limiter = try await RateLimiter(store: store, clock: clock)
            idempotency = IdempotencyService(store: store, clock: clock)
            jobs = JobService(
                store: store, settings: try JobSettings(startup), clock: clock, log: log,
                metrics: metrics)
            JobRoutes.connect(jobs, to: jobEvents)
            let exactLimit = startup[.exactSearchLimit]
            vectors = try await Self.openVectors(
                directory + "/vectors", exactLimit: exactLimit, store, log)
            let embeddings = try await Self.openEmbeddings(
                directory + "/vectors", exactLimit: exactLimit, store, clock, log)
            let files = FileStores(local: storage, remote: Self.objectStorage(startup))
            contents = ContentService(
                store: store, spool: spool, files: files, embeddings: embeddings, log: log)
            decoder = Self.startDecoder(executable, startup, log, metrics)
            let pictures = PictureDecoder {
                [decoder] descriptor, parameters throws(ImageError) in
                try await decoder.intake(fileDescriptor: descriptor, parameters)
            }
            photos = try await PhotoService(
                .init(
                    store: store, settings: settings, limiter: limiter, clock: clock, log: log,
                    standIn: StandIn(secret: secrets.standIns), vectors: vectors,
                    files: PhotoFiles(spool: spool, stores: files, log: log), contents: contents,
                    providers: Self.providers(startup, decoder, patience),
                    decoder: pictures, concurrentAnalyses: Self.concurrentAnalyses))
            photoJobs = PhotoJobs(
                photos: photos, jobs: jobs, store: store, spool: spool, storage: storage, log: log,
                encode: PhotoRoutes.encode)
            rooms = RoomService(
                store: store, photos: photos, settings: settings, clock: clock,
                announce: { [roomStreams] in roomStreams.publish($0, in: $1) })
            let examiner = Examiner(store: store, contents: contents, decoder: pictures)
            let texts = Self.textEmbeddings(store, settings, startup, clock, log)
            processing = try await ProcessingService(
                .init(
                    store: store, settings: settings, clock: clock, log: log, contents: contents,
                    examiner: examiner,
                    texts: texts,
                    sources: Self.imageSources(startup, fetcher), jobs: jobs, spool: spool))
            gallery = GalleryService(
                .init(
                    store: store, settings: settings, jobs: jobs, contents: contents, clock: clock,
                    ingester: GalleryIngester(
                        store: store, spool: spool, contents: contents, examiner: examiner,
                        fetcher: fetcher, texts: texts, clock: clock)))
            facets = FacetService(
                store: store, contents: contents, examiner: examiner, photos: photos,
                processing: processing, gallery: gallery, spool: spool, clock: clock)
            let foundation = RequestServices.Foundation(
                store: store, contents: contents, spool: spool, settings: settings,
                identity: identity, limiter: limiter, clock: clock, log: log)
            requests = RequestServices(foundation, decoder, startup, patience)
            try registerProcessingJobs()
            try gallery.register()
            try requests.register(with: jobs, settings)
        } catch {
            throw CommandFailure(opening: error)
        }
    }

    /// Keeps the graphs for the next start, stops the decoders and closes the database; nothing may be asked afterwards.
    package func close() async {
        await requests.recorder.settle()
        for space in spaces {
            do {
                try await space.snapshot()
            } catch {
                log.warning(
                    "the vectors' graph is not kept; the next start builds it anew",
                    ["space": .text(space.name), "error": .text("\(error)")])
            }
        }
        decoder.close()
        await store.close()
    }

    /// Every space of vectors there is.
    package var spaces: [VectorSpace] {
        [vectors.caption, vectors.suggestions] + contents.embeddings.all
    }

    /// Analyses whose pictures are in memory at the same time; each holds two or three megabytes.
    private static let concurrentAnalyses = 32

    private static func secrets(
        _ store: DataStore
    ) async throws -> (tokens: [UInt8], standIns: [UInt8]) {
        let fresh = (randomBytes(32), randomBytes(32))
        return try await store.write { tables in
            (
                try tables.secrets.value("tokens", orElse: fresh.0),
                try tables.secrets.value("stand-ins", orElse: fresh.1)
            )
        }
    }

    private static func startDecoder(
        _ executable: String, _ startup: StartupSettings, _ log: Logger, _ metrics: Metrics
    ) -> WorkerPool {
        var configuration = WorkerPool.Configuration(arguments: [Verb.decodeWorkerWord])
        configuration.executable = executable
        let workers = startup[.decodeWorkers]
        configuration.workers = workers > 0 ? workers : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        configuration.maximumDecodedBytes = startup[.decodeMemory]
        configuration.baseDeadline = startup[.decodeTimeout]
        configuration.textLanguages = startup[.ocrLanguages]
        return WorkerPool(configuration) { event in
            switch event {
            case .died(let reason):
                metrics.add(.decoderDeaths)
                log.warning("a decoder died and was replaced", ["reason": .text(reason)])
            case .notStarted(let reason):
                log.error("no decoder can be started", ["reason": .text(reason)])
            }
        }
    }

    /// The bucket of the settings, where both parts of its key are set too.
    private static func objectStorage(_ startup: StartupSettings) -> S3Storage? {
        let endpoint = startup[.awsEndpointURL]
        let configuration = S3Storage.Configuration(
            accessKeyID: startup[.awsAccessKeyID],
            secretAccessKey: startup[.awsSecretAccessKey], bucket: startup[.awsBucket],
            region: startup[.awsRegion], endpoint: endpoint.isEmpty ? nil : endpoint)
        let needed = [
            configuration.accessKeyID, configuration.secretAccessKey, configuration.bucket,
        ]
        return needed.contains("") ? nil : S3Storage(configuration)
    }

    private static func providers(
        _ startup: StartupSettings, _ decoder: WorkerPool, _ patience: OpenAIPatience
    ) -> ProviderDirectory {
        let server = RemoteServer(startup)
        let remote = server.map {
            OpenAIProvider(
                client: HTTPClient(), baseURL: $0.url, apiKey: $0.key, patience: patience)
        }
        return ProviderDirectory(
            remote: remote, isRemoteNamed: RemoteServer.isNamed(startup),
            builtin: BuiltinAnalyser(
                textReader: WorkerTextReader(decoder: startup[.ocr] ? decoder : nil)))
    }

    /// Opens both spaces with the vectors that the database names; what the files lost is forgotten there too.
    private static func openVectors(
        _ folder: String, exactLimit: Int, _ store: DataStore, _ log: Logger
    ) async throws -> PhotoVectors {
        guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw VectorError.system(operation: "mkdir", code: errno)
        }
        let named = try await store.read { try $0.photos.slots() }
        let caption = try await open(
            "caption", folder, PhotoService.embeddingDimension, exactLimit,
            named.caption, log)
        let suggestions = try await open(
            "suggestions", folder, PhotoService.embeddingDimension, exactLimit,
            named.suggestions, log)
        let lost = (caption.lost, suggestions.lost)
        if !lost.0.isEmpty || !lost.1.isEmpty {
            log.error(
                "vectors are missing or damaged and will not be searched",
                ["captions": .integer(lost.0.count), "suggestions": .integer(lost.1.count)])
            try await store.write { tables in
                for vector in lost.0 {
                    try tables.photos.dropCaptionEmbedding(of: Int64(vector.member.owner))
                }
                for vector in lost.1 {
                    try tables.photos.dropSuggestionsEmbedding(of: Int64(vector.member.owner))
                }
            }
            for vector in lost.0 { caption.space.remove(vector.member.slot) }
            for vector in lost.1 { suggestions.space.remove(vector.member.slot) }
        }
        return PhotoVectors(
            caption: caption.space, suggestions: suggestions.space,
            lost: lost.0.count + lost.1.count)
    }
}

extension TimeSource {
    /// The system's wall clock.
    package static let system = TimeSource {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Time(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
    }
}

/// Reads text through the caged workers.
struct WorkerTextReader: TextReader {
    /// Nil where reading is switched off.
    let decoder: WorkerPool?

    func words(in photo: VisionInput) async -> [RecognizedWord] {
        guard let decoder else { return [] }
        return await decoder.recognizeText(in: photo.bytes).map { word in
            RecognizedWord(text: word.text, confidence: word.confidence, line: word.line)
        }
    }
}

/// Tells whether a provider's address is this machine's own, where no key is needed.
enum LoopbackURL {
    static func isLoopback(_ url: String) -> Bool {
        // The setting's own check has seen to it that there is a scheme and a host.
        let parts = url.split(separator: "/", maxSplits: 2)
        guard parts.count > 1 else { return false }
        let authority = parts[1]
        if authority.hasPrefix("[") {
            return authority.dropFirst().prefix { $0 != "]" } == "::1"
        }
        let host = authority.prefix { $0 != ":" }
        return host == "localhost" || NetworkRange("127.0.0.0/8")?.contains(String(host)) == true
    }
}

extension CommandFailure {
    private static let noSpace =
        "There is no space left on the disk of the data directory. Free some and start again."

    /// Why a data directory cannot be opened, with the exit code of its cause.
    init(opening error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as DatabaseError:
            let code: ExitCode =
                switch error {
                case .databaseIsNewer, .belongsToAnotherProgram, .notADatabase: .dataError
                case .readOnly: .noPermission
                case .diskFull: .ioError
                case .locked: .temporaryFailure
                case .migrationFailed, .cannotOpen: .software
                }
            self.init(code, error.description)
        case let failure as Failure:
            self.init(failure.code == .storageFull ? .ioError : .cannotCreate, failure.message)
        case let error as VectorError where error.isStorageFull:
            self.init(.ioError, Self.noSpace)
        case let error as StorageError where error.isStorageFull:
            self.init(.ioError, Self.noSpace)
        default: self.init(.ioError, "The data directory cannot be opened: \(error)")
        }
    }
}
