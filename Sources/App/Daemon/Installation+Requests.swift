import API
import Domain
import HTTP
import HTTPClient
import Imaging
import Providers
import Services
import Store
import Synchronization
import Telemetry
import Web

/// The services around the request log: who writes and reads it, the solver, and sessions of the admin pages.
package struct RequestServices: Sendable {
    package let recorder: RequestRecorder
    package let usage: UsageService
    package let solver: SolveService
    package let sessions: SessionService
    let health: HealthService

    /// What they stand on.
    struct Foundation {
        let store: DataStore
        let contents: ContentService
        let spool: Spool
        let settings: SettingsService
        let identity: IdentityService
        let limiter: RateLimiter
        let clock: TimeSource
        let log: Logger
    }

    init(
        _ base: Foundation, _ decoder: WorkerPool, _ startup: StartupSettings,
        _ patience: OpenAIPatience
    ) {
        recorder = RequestRecorder(
            store: base.store, contents: base.contents, settings: base.settings, log: base.log)
        usage = UsageService(
            store: base.store, contents: base.contents, recorder: recorder, clock: base.clock)
        sessions = SessionService(
            store: base.store, clock: base.clock, identity: base.identity, limiter: base.limiter)
        health = HealthService(store: base.store, spool: base.spool, clock: base.clock)
        let remote = RemoteServer(startup).map {
            OpenAISolver(
                client: HTTPClient(), baseURL: $0.url, apiKey: $0.key, sleep: patience.sleep)
        }
        solver = SolveService(
            .init(
                store: base.store, clock: base.clock, settings: base.settings,
                render: { descriptor, specification throws(ImageError) in
                    let made = try await decoder.render(
                        fileDescriptor: descriptor, [specification])
                    guard let rendition = made.first else {
                        throw .unavailable("nothing was rendered")
                    }
                    return rendition.bytes
                },
                readLines: { descriptor throws(ImageError) in
                    let reading = try await decoder.readFormulas(fileDescriptor: descriptor)
                    return (reading.lines, reading.isComplete)
                },
                builtin: BuiltinSolver(), remote: remote,
                isRemoteNamed: RemoteServer.isNamed(startup), log: base.log))
    }
}

/// Removes images of the request log, and rows of it, whose days are over.
private struct CleanupRequestImages: Job {
    static let kind = JobKind("cleanup_request_images", queue: .normal)
}

extension RequestServices {
    /// Has the clock remove what is too old, every night at two.
    func register(with jobs: JobService, _ settings: SettingsService) throws {
        let usage = usage
        jobs.on(CleanupRequestImages.self) { _, _ in
            let days = settings.current[.imageRetentionDays]
            let removed = try await usage.cleanUpImages(olderThanDays: days)
            let logDays = settings.current[.requestLogRetentionDays]
            let rows = logDays > 0 ? try await usage.cleanUpLog(olderThanDays: logDays) : 0
            return .done(
                JSONText(
                    JSONWriter.object { json in
                        json.field("images", removed.count)
                        json.field("freed_bytes", removed.freedBytes)
                        json.field("requests", rows)
                    }))
        }
        try jobs.schedule(CleanupRequestImages(), .cron("0 2 * * *"))
    }
}

extension Installation {
    /// Around each route that takes an image: `logging("gallery.create", create)`.
    var logging: RequestLogging { RequestLogging(recorder: requests.recorder, clock: clock) }

    /// The routes of the solver, the request log, the admin pages and health.
    var requestRoutes: [Route] {
        let startup = configuration.startup
        let solve = SolveRoutes(
            solver: requests.solver, spool: spool, identity: identity,
            sessions: requests.sessions, logging: logging,
            multipartParts: startup[.maxMultipartParts])
        let usage = UsageRoutes(
            usage: requests.usage, identity: identity, sessions: requests.sessions)
        let admin = AdminPages(
            sessions: requests.sessions, publicURL: startup[.publicURL],
            trustsProxies: !configuration.trustedProxies.isEmpty)
        return solve.routes + usage.routes + admin.routes
            + RequestImagePages(usage: requests.usage, admin: admin).routes
            + ["/healthz/", "/api/core/health/"].map { Route(.get, $0, health) }
    }

    private func health(_ request: Request) async throws -> Response {
        let checks = await requests.health.checks()
        let all: [(name: String, isGood: Bool)] = [
            ("database", checks.database),
            ("openai", photos.providerInForce != nil && !requests.solver.lacksKey),
            ("storage", checks.storage), ("jobs", !haveJobsFailed.load(ordering: .relaxed)),
        ]
        let isWell = all.allSatisfy(\.isGood)
        let body = JSONWriter.object { json in
            json.field("status", isWell ? "ok" : "degraded")
            json.object("checks") { json in
                for (name, isGood) in all { json.field(name, isGood) }
            }
        }
        var response = Response.json(body, status: isWell ? .ok : .serviceUnavailable)
        response.fields[.cacheControl] = "no-store"
        return response
    }
}
