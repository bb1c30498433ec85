import Domain
import HTTP
import Services

/// `/v1/gallery/`: records of pictures made elsewhere.
package struct GalleryRoutes: Sendable {
    let gallery: GalleryService
    let rule: GalleryAccessRule
    let frontend: Frontend
    private let gate: GalleryGate
    private let idempotent: Idempotent
    private let bodyLimit: Int

    package init(
        gallery: GalleryService, rule: GalleryAccessRule, frontend: Frontend,
        idempotency: IdempotencyService, bodyLimit: Int
    ) {
        self.gallery = gallery
        self.rule = rule
        self.frontend = frontend
        self.bodyLimit = bodyLimit
        gate = GalleryGate(rule: rule, frontend: frontend)
        idempotent = Idempotent(service: idempotency, shape: .gallery)
    }

    package var routes: [Route] {
        [
            Route(.get, "/v1/gallery/", admitting(live)),
            Route(.post, "/v1/gallery/", admitting(create)),
            Route(.get, "/v1/gallery/deleted/", admitting(deleted)),
            Route(.post, "/v1/gallery/batch/", admitting(batch)),
            Route(.get, "/v1/gallery/search/", admitting(search)),
            Route(.get, "/v1/gallery/{id}/", admitting(detail)),
            Route(.delete, "/v1/gallery/{id}/", admitting(delete)),
            Route(.post, "/v1/gallery/{id}/restore/", admitting(restore)),
            Route(.delete, "/v1/gallery/{id}/permanent/", admitting(remove)),
            Route(.get, "/v1/gallery/{id}/image/", admitting(picture)),
            Route(.get, "/v1/gallery/{id}/thumbnail/", admitting(thumbnail)),
        ]
    }

    // MARK: - Lists

    private func live(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        try await list(request, guest, isDeleted: false)
    }

    private func deleted(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        try await list(request, guest, isDeleted: true)
    }

    private func list(
        _ request: Request, _ guest: GalleryGate.Guest, isDeleted: Bool
    ) async throws -> Response {
        let query = try GalleryListQuery(
            request.query, for: guest.viewer, isDeleted: isDeleted,
            requiresUserID: rule.requiresUserID)
        let page = try await gallery.list(query.filter, limit: query.limit, offset: query.offset)
        let data = GalleryEncoder.list(page.images, origin: frontend.origin(of: request))
        var response = GalleryEnvelope.success("Images retrieved successfully", data)
        response.fields[.xTotalCount] = String(page.total)
        return response
    }

    // MARK: - Creating

    private func create(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        let (draft, content) = try await draft(request, guest.viewer)
        RequestTrace.current?.nameImage()
        RequestTrace.current?.markReceived()
        return try await idempotent.run(request, by: guest.caller, content: content) {
            let (image, creation) = try await gallery.create(draft, by: guest.viewer)
            let origin = frontend.origin(of: request)
            var response = GalleryEnvelope.success(
                "Image created successfully", GalleryEncoder.object(image, origin: origin),
                status: creation == .created ? .created : .ok)
            switch creation {
            case .created:
                response.fields[.location] = "\(origin)/v1/gallery/\(image.uuid)/"
            case .repeated: response.fields[.idempotentReplay] = "true"
            }
            return response
        }
    }

    private func draft(
        _ request: Request, _ viewer: GalleryViewer
    ) async throws -> (GalleryService.Draft, content: [UInt8]) {
        var body = try await GalleryBody(request, limit: bodyLimit)
        let userID =
            viewer == .anybody
            ? body.requiredText("user_id", limit: 255) : body.filledText("user_id", limit: 255)
        let url = body.requiredText("image_url", limit: GalleryURL.maximumLength)
        if let url, !GalleryURL.isValid(url) { body.complain("image_url", "Enter a valid URL.") }
        var draft = GalleryService.Draft(url: url ?? "")
        draft.userID = userID
        let prompt = body["refined_prompt"] == nil ? "prompt" : "refined_prompt"
        draft.refinedPrompt = body.edit(prompt, limit: .max)
        draft.intent = body.edit("intent", limit: 100)
        draft.tags = body.tags("tags", count: 32, limit: 50)
        draft.isToBeRestored = body.flag("restore")
        draft.isToBeCopied = body.flag("ingest")
        let metadata = GalleryMetadataReader(&body)
        draft.metadata = { try metadata.metadata(after: $0) }
        try body.check()
        return (draft, body.encoded)
    }

    // MARK: - One record

    private func detail(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        let id = try request.galleryID
        let image =
            request.method == .head
            ? try await gallery.image(id, for: guest.viewer)
            : try await gallery.view(id, by: guest.viewer)
        return GalleryEnvelope.success(
            "Image retrieved successfully",
            GalleryEncoder.object(image, origin: frontend.origin(of: request)))
    }

    private func delete(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        try await gallery.delete(try request.galleryID, by: guest.viewer)
        return GalleryEnvelope.success("Image deleted successfully", GalleryEnvelope.null)
    }

    private func restore(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        let image = try await gallery.restore(try request.galleryID, by: guest.viewer)
        return GalleryEnvelope.success(
            "Image restored successfully",
            GalleryEncoder.object(image, origin: frontend.origin(of: request)))
    }

    private func remove(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        try await gallery.remove(try request.galleryID, by: guest.viewer)
        return GalleryEnvelope.success("Image permanently deleted", GalleryEnvelope.null)
    }

    // MARK: - Copies

    private func picture(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        try await content(request, guest, thumbnail: false)
    }

    private func thumbnail(
        _ request: Request, _ guest: GalleryGate.Guest
    ) async throws -> Response {
        try await content(request, guest, thumbnail: true)
    }

    private func content(
        _ request: Request, _ guest: GalleryGate.Guest, thumbnail: Bool
    ) async throws -> Response {
        guard
            let picture = try await gallery.picture(
                try request.galleryID, thumbnail: thumbnail, for: guest.viewer)
        else { return GalleryEnvelope.notFound }
        let fields: Fields = [
            .contentDisposition: "inline", .cacheControl: "private, max-age=3600",
            .xContentTypeOptions: "nosniff",
        ]
        let tag = EntityTag(picture.tag)
        switch picture.stored {
        case .bytes(let bytes):
            return .content(
                of: bytes, type: picture.mediaType, tag: tag, for: request, fields: fields)
        case .file(let path, _):
            do {
                return .content(
                    of: try OpenFile(path: path), type: picture.mediaType, tag: tag, for: request,
                    fields: fields)
            } catch {
                guard error.isMissing else { throw error }
                return GalleryEnvelope.notFound
            }
        }
    }

    private func search(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        let query = try GallerySearchQuery(request.query)
        let matches: [GalleryService.Match]
        do {
            matches = try await gallery.search(
                query.target, count: query.count, for: guest.viewer, requestID: request.id)
        } catch let refusal as TextEmbeddings.Refusal {
            return Self.notEmbedded(refusal)
        }
        return GalleryEnvelope.success(
            "Images retrieved successfully",
            GalleryEncoder.matches(matches, origin: frontend.origin(of: request)))
    }

    private static func notEmbedded(_ refusal: TextEmbeddings.Refusal) -> Response {
        switch refusal {
        case .limited(let seconds):
            var response = GalleryEnvelope.failure(
                .tooManyRequests, "Rate limited",
                result: JSONWriter.object { $0.field("retry_after", seconds) })
            response.fields[.retryAfter] = String(seconds)
            return response
        case .failed: return GalleryEnvelope.failure(.badGateway, "Embedding failed")
        }
    }

    // MARK: - Many records

    private func batch(_ request: Request, _ guest: GalleryGate.Guest) async throws -> Response {
        var body = try await GalleryBody(request, limit: bodyLimit)
        let word = body.choice("action", of: GalleryAction.allCases.map(\.rawValue))
        let ids = body.requiredList("image_ids", limit: 500)
        try body.check()
        guard let action = word.flatMap(GalleryAction.init(rawValue:)), let ids else {
            return GalleryEnvelope.notFound
        }
        let batch = GalleryBatch(ids)
        let statuses = try await gallery.act(action, on: batch.uuids, by: guest.viewer)
        return GalleryEnvelope.success(
            "Batch completed", batch.encoded(action, statuses))
    }

    // MARK: - Frame

    /// Lets the request in first and words the refusals of the service.
    private func admitting(
        _ handler: @escaping @Sendable (Request, GalleryGate.Guest) async throws -> Response
    ) -> Handler {
        { request in
            let guest = try gate.admit(request)
            do {
                return try await handler(request, guest)
            } catch let refusal as GalleryService.Refusal {
                return switch refusal {
                case .notFound: GalleryEnvelope.notFound
                case .foreignUser: GalleryEnvelope.forbidden
                case .otherOwner:
                    GalleryEnvelope.failure(
                        .conflict, "Image already exists for another user")
                case .notDeleted:
                    GalleryEnvelope.failure(.badRequest, "Image is not deleted")
                case .noEmbedding:
                    GalleryEnvelope.invalid([("image_id", "Image has no embedding")])
                }
            }
        }
    }
}

extension Request {
    /// The UUID in the path, in lower case; what is none names nothing.
    fileprivate var galleryID: String {
        get throws {
            guard let id = uuid, GalleryBatch.isUUID(id) else {
                throw GalleryService.Refusal.notFound
            }
            return id
        }
    }
}

extension Fields.Name {
    static let xTotalCount = Fields.Name("X-Total-Count")
    static let idempotentReplay = Fields.Name("Idempotent-Replay")
}
