import API
import Domain
import HTTP
import HTTPClient
import Providers
import Services
import Store
import Telemetry

extension Installation {
    /// Who turns texts into vectors, under the settings of the moment.
    static func textEmbeddings(
        _ store: DataStore, _ settings: SettingsService, _ startup: StartupSettings,
        _ clock: TimeSource, _ log: Logger
    ) -> TextEmbeddings {
        let key = startup[.openAIKey]
        let url = startup[.openAIBaseURL]
        let needsKey = url.isEmpty || !LoopbackURL.isLoopback(url)
        let remote: OpenAITextEmbedder? =
            key.isEmpty && needsKey
            ? nil
            : OpenAITextEmbedder(
                client: HTTPClient(), baseURL: url.isEmpty ? OpenAIProvider.publicURL : url,
                apiKey: key.isEmpty ? nil : key)
        return TextEmbeddings(
            store: store, settings: settings, clock: clock, log: log, remote: remote,
            isRemoteNamed: !key.isEmpty || !url.isEmpty, builtin: TextEmbedding.Embedder(),
            builtinModel: TextEmbedding.modelName)
    }

    /// Where images of the processing family may come from.
    static func imageSources(_ startup: StartupSettings, _ web: WebFetcher) -> ImageSources {
        let token = startup[.dropboxToken]
        let dropbox: Dropbox? =
            token.isEmpty
            ? nil
            : Dropbox(
                client: HTTPClient(), token: token, apiURL: startup[.dropboxAPIURL],
                contentURL: startup[.dropboxContentURL])
        return ImageSources(
            dropbox: dropbox, dropboxFolder: startup[.dropboxFolder],
            folderRoot: startup[.folderRoot], web: web)
    }

    /// The routes of the processing family, and of photos across all families.
    func processingRoutes(_ frontend: Frontend) -> [Route] {
        let startup = configuration.startup
        let parts = startup[.maxMultipartParts]
        let secret = startup[.cronSecret]
        let own = ProcessingRoutes(
            service: processing, spool: spool, frontend: frontend, idempotency: idempotency,
            multipartParts: parts, cronSecret: secret.isEmpty ? nil : secret)
        let shared = FacetRoutes(
            facets: facets, photos: photos, processing: processing, spool: spool,
            frontend: frontend, idempotency: idempotency, multipartParts: parts)
        return own.routes + shared.routes
    }

    /// What is done for the family's jobs, and what the clock starts.
    func registerProcessingJobs() throws {
        let processing = processing
        let home = homeURL
        jobs.on(ProcessImage.self) { job, _ in
            guard let number = try await processing.number(of: job.image_id) else {
                throw JobFailure.permanent("Image not found")
            }
            let outcome =
                job.follows == true
                ? try await processing.following(number)
                : try await processing.attempt(number, for: .job)
            return .done(ProcessingEncoder.result(outcome, origin: job.origin ?? home))
        }
        jobs.on(ProcessImageRetry.self) { job, _ in
            let number = try await processing.number(of: job.image_id)
            let cause = ProcessingService.Cause(
                service: "processing.retry_queue", requestID: nil)
            let outcome =
                if let number {
                    try await processing.attempt(number, for: cause)
                } else {
                    ProcessingOutcome.gone
                }
            return .done(
                ProcessingEncoder.entry(
                    outcome, imageID: job.image_id, origin: ProcessingEncoder.origin ?? home))
        }
        jobs.on(RetryQueue.self) { _, _ in
            let worked = try await processing.workOffQueue().count
            return .done(JSONText(JSONWriter.object { $0.field("processed", worked) }))
        }
        jobs.on(ReembedImages.self) { _, context in
            let count = try await processing.reembed(context)
            return .done(JSONText(JSONWriter.object { $0.field("embedded", count) }))
        }
        jobs.reconcile("processing") {
            try await processing.recover()
            try await processing.queueReembedding()
        }
        let interval = configuration.startup[.retryQueueInterval]
        if interval > 0 { try jobs.schedule(RetryQueue(), .every(.seconds(interval))) }
    }

    /// The daemon's address where no request tells one.
    private var homeURL: String {
        let url = configuration.startup[.publicURL]
        guard url.isEmpty else { return url.hasSuffix("/") ? String(url.dropLast()) : url }
        for address in configuration.listenAddresses {
            if case .tcp = address { return "http://\(address)" }
        }
        return "http://localhost"
    }
}
