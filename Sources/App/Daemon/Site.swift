import API
import Domain
import HTTP
import HTTPServer
import Services
import Telemetry
import Web

extension Installation {
    /// Answers every request: routes, shapes of errors, and the log of what nobody expected.
    package var handler: Handler {
        let frontend = Frontend(
            identity: identity,
            publicURL: configuration.startup[.publicURL].isEmpty
                ? nil : configuration.startup[.publicURL],
            trustedProxies: configuration.trustedProxies)
        let photoRoutes = PhotoRoutes(
            photos: photos, settings: settings, spool: spool, frontend: frontend,
            idempotency: idempotency, photoJobs: photoJobs, logging: logging,
            multipartParts: configuration.startup[.maxMultipartParts])
        let roomRoutes = RoomRoutes(
            rooms: rooms, streams: roomStreams, frontend: frontend, idempotency: idempotency,
            bodyLimit: configuration.startup[.maxJSONSize])
        let pages = HomePage().routes + RoomPages(rooms: rooms).routes
        let router = Router(
            photoRoutes.routes + roomRoutes.routes + logging.around(galleryRoutes(frontend))
                + logging.around(processingRoutes(frontend))
                + jobRoutes(frontend) + requestRoutes + pages + operationRoutes
                + [Route(.post, "/control/run", control)],
            fallbacks: API.fallbacks)
        let log = log
        return wrap(
            { try await router.handle($0) },
            in: [
                API.crossOrigin(settings),
                Compression.middleware,
                API.guarding { error, request in
                    log.with(requestID: request.id).error(
                        "a request failed",
                        ["path": .text(request.path), "error": .text("\(error)")])
                },
            ])
    }

    private var operationRoutes: [Route] {
        [
            Route(.get, "/metrics/") { [self] _ in
                gaugeVectors()
                try await jobs.measure(metrics)
                return .bytes(Array(metrics.render().utf8), type: Metrics.mediaType)
            }
        ]
    }

    private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { NetworkRange($0) }

    /// The server's settings, with errors in the shape of each path's family.
    package func serverConfiguration(_ addresses: [HTTPServer.ListenAddress])
        -> Server.Configuration
    {
        let startup = configuration.startup
        var server = Server.Configuration()
        server.addresses = addresses
        server.head.headBytes = startup[.maxHeaderSize]
        server.head.fieldCount = startup[.maxHeaderFields]
        server.head.targetBytes = startup[.maxURISize]
        server.deadlines.head = startup[.headerTimeout]
        server.deadlines.idle = startup[.idleTimeout]
        server.deadlines.grace = startup[.transferGrace]
        server.deadlines.minimumRate = startup[.transferMinRate]
        server.maximumConnections = startup[.maxConnections]
        server.maximumConnectionsPerAddress = startup[.maxConnectionsPerAddress]
        let shared = Self.loopback + configuration.trustedProxies
        server.isExemptFromAddressCap = { address in shared.contains { $0.contains(address) } }
        server.maximumBodyMemory = startup[.maxBodyMemory]
        server.pipelineBytes = startup[.maxPipelineSize]
        server.errorResponse = { failure in
            API.failure(
                failure.status, reason: failure.reason,
                path: failure.target.map { String($0.prefix { $0 != "?" }) },
                requestID: failure.requestID)
        }
        server.observer = ServerLog(
            log: startup[.accessLog] ? log : nil, failures: log, metrics: metrics)
        return server
    }
}

/// The access log and the server's metrics.
struct ServerLog: ServerObserver {
    /// Nil where requests are not logged.
    let log: Logger?
    let failures: Logger
    let metrics: Metrics

    /// Asked for every few seconds by machines; of no interest in a log.
    private static let quietRoutes: Set = ["/healthz/", "/api/core/health/", "/metrics/"]

    func connectionOpened() { metrics.add(.httpConnections, labels: ["open"]) }
    func connectionClosed() { metrics.add(.httpConnections, -1, labels: ["open"]) }
    func connectionRefused() { metrics.add(.httpRefused, labels: ["connections"]) }

    func requestFinished(_ record: RequestRecord) {
        let route = record.route ?? "none"
        let method = record.method.map(Self.label) ?? "none"
        metrics.observe(
            .httpRequestDuration, record.duration,
            labels: [method, route, String(record.status.code)])
        metrics.add(.httpReceivedBytes, Double(record.bytesReceived))
        metrics.add(.httpSentBytes, Double(record.bytesSent))
        // Without a method the request was refused before it was one.
        if record.method == nil || record.status == .requestTimeout {
            metrics.add(.httpRefused, labels: [Self.reason(record.status)])
        }
        guard let log, !Self.quietRoutes.contains(route) else { return }
        // A query may hold a fingerprint, which is a secret.
        let path = record.target.map(Self.path) ?? "-"
        log.infoSoon(
            "\(method) \(path) \(record.status.code)",
            [
                "request_id": .text(record.requestID), "address": .text(record.remoteAddress),
                "bytes": .integer(record.bytesSent),
                "duration": .decimal(record.duration / .seconds(1)), "route": .text(route),
            ])
    }

    func turnEnded() { log?.flush() }

    private static let methods: [Method] = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]

    /// Clients can make methods up; each would be a series of its own.
    private static func label(_ method: Method) -> String {
        methods.contains(method) ? method.rawValue : "_OTHER"
    }

    private static func reason(_ status: Status) -> String {
        switch status {
        case .requestTimeout: "deadline"
        case .uriTooLong, .requestHeaderFieldsTooLarge: "size"
        case .serviceUnavailable: "memory"
        default: "malformed"
        }
    }

    private static func path(of target: String) -> String {
        guard let query = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
        return String(target[..<query])
    }

    func handlerFailed(_ error: any Error, requestID: String) {
        failures.with(requestID: requestID).error(
            "a handler failed", ["error": .text("\(error)")])
    }
}
