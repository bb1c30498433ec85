import Domain
import HTTP
import Services
import Store

/// `/functions/v1/`: images in; thumbnails, palettes, facts, embeddings, search and costs out.
package struct ProcessingRoutes: Sendable {
    let service: ProcessingService
    let spool: Spool
    let frontend: Frontend
    let idempotent: Idempotent
    let multipart: MultipartReader.Limits
    /// Opens the retry queue to a timer; nil where none is set.
    let cronSecret: String?

    /// How long an attempt is waited for.
    static let patience = Duration.seconds(60)

    package init(
        service: ProcessingService, spool: Spool, frontend: Frontend,
        idempotency: IdempotencyService, multipartParts: Int, cronSecret: String?
    ) {
        self.service = service
        self.spool = spool
        self.frontend = frontend
        self.cronSecret = cronSecret
        idempotent = Idempotent(service: idempotency, shape: .processing)
        var multipart = MultipartReader.Limits()
        multipart.parts = multipartParts
        self.multipart = multipart
    }

    package var routes: [Route] {
        let prefix = "/functions/v1"
        let routes = [
            Route(.post, "\(prefix)/process_image/", process),
            Route(.post, "\(prefix)/retry_queue/", retryQueue),
            Route(.post, "\(prefix)/images/", create),
            Route(.get, "\(prefix)/images/", list),
            Route(.delete, "\(prefix)/images/", delete),
            Route(.get, "\(prefix)/images/{id}/", detail),
            Route(.delete, "\(prefix)/images/{id}/", delete),
            Route(.get, "\(prefix)/images/{id}/content/", content),
            Route(.get, "\(prefix)/images/{id}/thumbnail/", thumbnail),
            Route(.get, "\(prefix)/search/", search),
            Route(.get, "\(prefix)/usage/", usage),
            Route(.post, "\(prefix)/list_dropbox/", listDropbox),
            Route(.post, "\(prefix)/list_folder/", listFolder),
        ]
        // Browsers ask before they send what is not theirs.
        return routes
            + Set(routes.map(\.pattern)).map { pattern in
                Route(.options, pattern) { _ in .text("ok") }
            }
    }

    /// The account behind a request's token.
    func authenticate(_ request: Request) throws -> User {
        let caller: Caller
        do {
            caller = try frontend.authenticate(request)
        } catch is Refused {
            throw Refused(.processingUnauthorized)
        }
        guard let user = caller.user else { throw Refused(.processingUnauthorized) }
        return user
    }

    /// The image of an id, if the caller may see it.
    func image(_ id: String?, for user: User) throws -> ProcessingImage {
        guard let id, let image = try service.image(id, for: user) else {
            throw Refused(.imageNotFound)
        }
        return image
    }

    /// Whose rows are listed: the caller's own, for an administrator those of `?user=` or all.
    func scope(_ request: Request, for user: User) async throws -> String? {
        guard user.role == .admin else { return user.id }
        guard let email = request.query["user"] else { return nil }
        return try await service.account(email)?.id ?? ""
    }

    /// A whole number in the query.
    static func number(
        _ key: String, in request: Request, from least: Int, to most: Int, default standard: Int
    ) throws -> Int {
        guard let text = request.query[key], !text.isEmpty else { return standard }
        guard let number = Int(text), number >= least else {
            throw Refused.processing("Invalid \(key)")
        }
        return min(number, most)
    }

    // MARK: - Attempts

    private func process(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        let body = try await ProcessingBody(request)
        guard let id = body["image_id"]?.string, !id.isEmpty else {
            return .processingError(.badRequest, "Missing imageId")
        }
        let refresh = try body.flag("refresh") ?? false
        let image = try image(id, for: user)
        RequestTrace.current?.nameImage()
        let origin = frontend.origin(of: request)
        let outcome = try await service.attempt(
            image.number, refresh: refresh,
            for: .init(service: "processing.process_image", requestID: request.id),
            within: Self.patience)
        if let outcome { return ProcessingEncoder.response(outcome, origin: origin) }
        let job = try await service.follow(image, origin: origin)
        let answer = JSONWriter.object { json in
            json.field("message", "Processing continues")
            json.field("jobId", job)
        }
        return .json(answer, status: .accepted)
    }

    private func retryQueue(_ request: Request) async throws -> Response {
        guard try mayWorkOffQueue(request) else { return .processingUnauthorized }
        let worked = try await ProcessingEncoder.$origin.withValue(frontend.origin(of: request)) {
            try await service.workOffQueue()
        }
        guard !worked.isEmpty else {
            return .json(JSONWriter.object { $0.field("message", "No jobs to process") })
        }
        let body = JSONWriter.object { json in
            json.field("message", "Retry queue processed")
            json.field("processed", worked.count)
            json.array("results") { json in
                for job in worked { Self.entry(job, into: &json) }
            }
        }
        return .json(body)
    }

    private static func entry(_ job: JobRecord, into json: inout JSONWriter) {
        let result = job.result.flatMap { try? JSONValue(parsing: Array($0.text.utf8)) }
        let arguments = try? JSONValue(parsing: Array(job.arguments.text.utf8))
        json.object { json in
            json.field("jobId", job.id)
            json.field("imageId", arguments?["image_id"]?.string)
            guard job.state == .succeeded, let result, let body = result["body"] else {
                json.field("status", "error")
                json.field("error", "Internal error")
                return
            }
            json.field("status", result["status"]?.int == 200 ? "success" : "failed")
            json.field("result", body)
        }
    }

    /// Whether the request comes from the timer that knows the secret, or from an administrator.
    private func mayWorkOffQueue(_ request: Request) throws -> Bool {
        let words = request.fields[.authorization]?.split(separator: " ", maxSplits: 1) ?? []
        if let cronSecret, words.count == 2, words[0].lowercased() == "bearer",
            ProcessingService.isSame(String(words[1]), cronSecret)
        {
            return true
        }
        do {
            return try authenticate(request).role == .admin
        } catch is Refused {
            return false
        }
    }

    // MARK: - Sources

    private func listDropbox(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        let body = try await ProcessingBody(request)
        let path = try body.text("path", limit: 1000)
        let cursor = try body.text("cursor", limit: 10_000)
        let recursive = try body.flag("recursive") ?? false
        let processing = try body.flag("process") ?? true
        do {
            let listing = try await service.listDropbox(
                path: path, recursive: recursive, cursor: cursor, processing: processing,
                origin: frontend.origin(of: request), for: user)
            return Self.response(listing)
        } catch let failure as ProcessingService.ListingFailure {
            return Self.response(failure, notConfigured: "Dropbox not connected")
        }
    }

    private func listFolder(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        guard user.role == .admin else { return .processingError(.forbidden, "Forbidden") }
        let body = try await ProcessingBody(request)
        let path = try body.text("path", limit: 4096) ?? ""
        let recursive = try body.flag("recursive") ?? true
        let processing = try body.flag("process") ?? true
        do {
            let listing = try await service.listFolder(
                path: path, recursive: recursive, processing: processing,
                origin: frontend.origin(of: request), for: user)
            return Self.response(listing)
        } catch let failure as ProcessingService.ListingFailure {
            return Self.response(failure, notConfigured: "Folder not configured")
        }
    }

    private static func response(_ listing: ProcessingService.Listing) -> Response {
        .json(
            JSONWriter.object { json in
                json.field("success", true)
                json.field("found", listing.found)
                json.field("new", listing.new)
                json.field("existing", listing.existing)
                json.field("has_more", listing.hasMore)
                json.field("cursor", listing.cursor)
            })
    }

    private static func response(
        _ failure: ProcessingService.ListingFailure, notConfigured: String
    ) -> Response {
        switch failure {
        case .notConfigured: .processingError(.badRequest, notConfigured)
        case .invalidPath: .processingError(.badRequest, "Invalid path")
        case .upstream(let status):
            .processingError(
                .badGateway, "Dropbox error: \(status == 0 ? "no answer" : String(status))")
        }
    }
}
