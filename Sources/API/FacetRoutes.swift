import Domain
import HTTP
import Services

/// `/api/photos/`: one photo, many facets.
package struct FacetRoutes: Sendable {
    let facets: FacetService
    let photos: PhotoService
    let processing: ProcessingService
    let spool: Spool
    let frontend: Frontend
    let idempotent: Idempotent
    let multipart: MultipartReader.Limits

    package init(
        facets: FacetService, photos: PhotoService, processing: ProcessingService, spool: Spool,
        frontend: Frontend, idempotency: IdempotencyService, multipartParts: Int
    ) {
        self.facets = facets
        self.photos = photos
        self.processing = processing
        self.spool = spool
        self.frontend = frontend
        idempotent = Idempotent(service: idempotency, shape: .problem)
        var multipart = MultipartReader.Limits()
        multipart.parts = multipartParts
        self.multipart = multipart
    }

    package var routes: [Route] {
        [
            Route(.post, "/api/photos/", keep),
            Route(.get, "/api/photos/", list),
            Route(.get, "/api/photos/{id}/", detail),
            Route(.delete, "/api/photos/{id}/", release),
            Route(.get, "/api/photos/{id}/content/", content),
            Route(.get, "/api/photos/{id}/similar/", similar),
            Route(.post, "/api/photos/{id}/facets/{family}/", add),
        ]
    }

    private func authenticate(_ request: Request) throws -> (user: User, caller: Caller) {
        let caller: Caller
        do {
            caller = try frontend.authenticate(request)
        } catch is Refused {
            throw Self.problem(.unauthorized, "The token is not valid.", request)
        }
        guard let user = caller.user else {
            throw Self.problem(.unauthorized, "Send a token as Authorization: Bearer.", request)
        }
        return (user, caller)
    }

    private static func problem(_ status: Status, _ detail: String, _ request: Request) -> Refused {
        var response = Problem.response(status, detail: detail, requestID: request.id)
        if status == .unauthorized { response.fields[.wwwAuthenticate] = "Bearer" }
        return Refused(response)
    }

    private func view(_ request: Request, for user: User) async throws -> FacetService.View {
        guard let id = request.parameters["id"],
            let view = try await facets.view(id, for: user)
        else { throw Self.problem(.notFound, "There is no such photo.", request) }
        return view
    }

    // MARK: - Photos

    private func keep(_ request: Request) async throws -> Response {
        let (user, caller) = try authenticate(request)
        guard request.mediaType == "multipart/form-data" else {
            throw Self.problem(
                .unsupportedMediaType, "Send the photo as the part `file` of multipart/form-data.",
                request)
        }
        let form: ProcessingUpload
        do {
            form = try await ProcessingUpload(request, spool: spool, limits: multipart)
        } catch let refused as Refused {
            throw Self.problem(
                refused.response.status, "The form cannot be read, or its photo is over 10 MB.",
                request)
        }
        guard let upload = form.file else {
            throw Self.problem(.badRequest, "The form has no part `file`.", request)
        }
        return try await idempotent.run(request, by: caller, content: upload.sha256) {
            do {
                let (view, isNew) = try await facets.keep(upload, for: user)
                let origin = frontend.origin(of: request)
                var response = Response.json(
                    Self.encode(view, origin), status: isNew ? .created : .ok)
                if isNew { response.fields[.location] = "\(origin)/api/photos/\(view.id)" }
                return response
            } catch let failure as UploadFailure {
                throw Self.refusal(failure, request)
            }
        }
    }

    private static func refusal(_ failure: UploadFailure, _ request: Request) -> Refused {
        switch failure {
        case .invalidImage(let message): problem(.badRequest, message, request)
        case .limited: problem(.tooManyRequests, "The limit of analyses is reached.", request)
        case .notConfigured: problem(.serviceUnavailable, "No provider is configured.", request)
        case .analysis(let message): problem(.badGateway, message, request)
        case .cancelled: problem(.serviceUnavailable, "The analysis was stopped.", request)
        case .storageFull: problem(.insufficientStorage, "There is no space left.", request)
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let (user, _) = try authenticate(request)
        let limit = min(try Self.number("limit", request, default: 50, least: 1), 200)
        let offset = try Self.number("offset", request, default: 0, least: 0)
        let (page, total) = try await facets.list(for: user, limit: limit, offset: offset)
        let origin = frontend.origin(of: request)
        return .json(
            JSONWriter.object { json in
                json.array("photos") { json in
                    for view in page { json.raw(Self.encode(view, origin)) }
                }
                json.field("total", total)
            })
    }

    private static func number(
        _ key: String, _ request: Request, default standard: Int, least: Int
    ) throws -> Int {
        guard let text = request.query[key], !text.isEmpty else { return standard }
        guard let number = Int(text), number >= least else {
            throw problem(.badRequest, "\(key) must be a whole number from \(least) on.", request)
        }
        return number
    }

    private func detail(_ request: Request) async throws -> Response {
        let (user, _) = try authenticate(request)
        let view = try await view(request, for: user)
        return .json(Self.encode(view, frontend.origin(of: request)))
    }

    private func release(_ request: Request) async throws -> Response {
        let (user, _) = try authenticate(request)
        guard let id = request.parameters["id"], try await facets.release(id, for: user) else {
            throw Self.problem(.notFound, "There is no such photo.", request)
        }
        return Response(.noContent)
    }

    private func content(_ request: Request) async throws -> Response {
        let (user, _) = try authenticate(request)
        let view = try await view(request, for: user)
        guard let stored = try await facets.bytes(of: view) else {
            throw Self.problem(.gone, "The picture's file is gone.", request)
        }
        let tag = view.isOwner ? view.content.digest : view.content.digest + "-stripped"
        return try ProcessingRoutes.picture(
            stored, view.content.mediaType, tag, request, cacheControl: "private, max-age=3600")
    }

    private func similar(_ request: Request) async throws -> Response {
        let (user, _) = try authenticate(request)
        let space = request.query["space"] ?? "image"
        guard ["image", "visual"].contains(space) else {
            throw Self.problem(
                .badRequest, "Photos are compared in the space `image`.", request)
        }
        let count = min(try Self.number("k", request, default: 10, least: 1), 100)
        let view = try await view(request, for: user)
        let alike = try await facets.alike(view, count: count, for: user)
        let origin = frontend.origin(of: request)
        return .json(
            JSONWriter.object { json in
                json.field("space", "image")
                json.array("results") { json in
                    for photo in alike {
                        json.object { json in
                            json.field("score", ProcessingEncoder.score(photo.distance))
                            json.field("sha256", photo.content.digest)
                            Self.facets(photo.facets, origin, into: &json)
                        }
                    }
                }
            })
    }

    // MARK: - Facets

    private func add(_ request: Request) async throws -> Response {
        let (user, caller) = try authenticate(request)
        let view = try await view(request, for: user)
        let origin = frontend.origin(of: request)
        switch Facet.Family(rawValue: request.parameters["family"] ?? "") {
        case nil:
            throw Self.problem(
                .notFound, "A facet is discovery, gallery, inspection or processing.", request)
        case .inspection:
            throw Self.problem(
                .notImplemented, "That family takes no photos from here.", request)
        case .discovery:
            do {
                let answer = try await facets.addDiscovery(to: view, by: caller)
                let facet = Facet(
                    family: .discovery, id: answer.view.photo.uuid,
                    createdAt: answer.view.photo.createdAt)
                return Self.added(facet, isNew: !answer.isCached, origin)
            } catch let failure as UploadFailure {
                throw Self.refusal(failure, request)
            }
        case .gallery: return try await addGallery(view, user, request)
        case .processing: return try await addProcessing(view, user, request)
        }
    }

    private func addProcessing(
        _ view: FacetService.View, _ user: User, _ request: Request
    ) async throws -> Response {
        let origin = frontend.origin(of: request)
        var draft = processing.draft(id: nil, provider: .upload, for: user)
        let isProcessed: Bool
        do {
            let body = try await ProcessingBody(request)
            draft.title = try body.text("title", limit: 500)
            draft.description = try body.text("description", limit: 10_000)
            draft.tags = try body.tags()
            isProcessed = try body.flag("process") ?? true
        } catch let refused as Refused {
            throw Self.problem(
                refused.response.status, "The body is no JSON with valid fields.", request)
        }
        let job = isProcessed ? ProcessImage(image_id: draft.id, origin: origin) : nil
        let creation = try await facets.addProcessing(draft, to: view, processing: job)
        guard case .created(let image, _) = creation else {
            throw Self.problem(.conflict, "The photo is gone.", request)
        }
        let facet = Facet(family: .processing, id: image.id, createdAt: image.createdAt)
        return Self.added(facet, isNew: true, origin)
    }

    private func addGallery(
        _ view: FacetService.View, _ user: User, _ request: Request
    ) async throws -> Response {
        let origin = frontend.origin(of: request)
        let url = "\(origin)/api/photos/\(view.id)/content/"
        do {
            let (image, creation) = try await facets.addGallery(to: view, as: url, by: user)
            let facet = Facet(family: .gallery, id: image.uuid, createdAt: image.createdAt)
            return Self.added(facet, isNew: creation == .created, origin)
        } catch is GalleryService.Refusal {
            throw Self.problem(
                .conflict, "The gallery has a record of this id that is somebody else's.", request)
        }
    }

    private static func added(_ facet: Facet, isNew: Bool, _ origin: String) -> Response {
        let body = JSONWriter.object { json in
            json.field("family", facet.family.rawValue)
            encode(facet, origin, into: &json)
        }
        return .json(body, status: isNew ? .created : .ok)
    }

    // MARK: - On the wire

    private static func encode(_ view: FacetService.View, _ origin: String) -> [UInt8] {
        JSONWriter.object { json in
            json.field("id", view.id)
            json.field("sha256", view.content.digest)
            json.field("media_type", view.content.mediaType)
            json.field("width", view.content.width)
            json.field("height", view.content.height)
            json.field("file_size", view.content.size)
            json.field("content_url", "\(origin)/api/photos/\(view.id)/content/")
            json.field("created_at", date: view.createdAt.milliseconds)
            facets(view.facets, origin, into: &json)
        }
    }

    private static func facets(
        _ facets: [Facet], _ origin: String, into json: inout JSONWriter
    ) {
        json.object("facets") { json in
            for family in Facet.Family.allCases {
                json.array(family.rawValue) { json in
                    for facet in facets where facet.family == family {
                        json.object { encode(facet, origin, into: &$0) }
                    }
                }
            }
        }
    }

    private static func encode(_ facet: Facet, _ origin: String, into json: inout JSONWriter) {
        json.field("id", facet.id)
        json.field("url", origin + path(of: facet))
        json.field("created_at", date: facet.createdAt.milliseconds)
    }

    private static func path(of facet: Facet) -> String {
        switch facet.family {
        case .discovery: "/api/photo-analysis/\(facet.id)/"
        case .gallery: "/v1/gallery/\(facet.id)/"
        case .inspection: "/api/v1/images/photos/\(facet.id)/"
        case .processing: "/functions/v1/images/\(facet.id)"
        }
    }
}
