import Domain
import HTTP
import Services
import Store

extension ProcessingRoutes {
    // MARK: - Creating

    func create(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        let body: ProcessingBody
        var upload: SpooledUpload?
        if request.mediaType == "multipart/form-data" {
            let form = try await ProcessingUpload(request, spool: spool, limits: multipart)
            upload = form.file
            body = ProcessingBody(form: form.texts)
        } else {
            body = try await ProcessingBody(request)
        }
        let image = try draft(body, hasFile: upload != nil, for: user)
        RequestTrace.current?.nameImage()
        RequestTrace.current?.markReceived()
        let isProcessed = try body.flag("process") ?? false
        let origin = frontend.origin(of: request)
        let job = isProcessed ? ProcessImage(image_id: image.id, origin: origin) : nil
        let caller = Caller(user: user, fingerprint: nil, address: request.remoteAddress)
        let file = upload
        return try await idempotent.run(
            request, by: caller, content: body.encoded + (upload?.sha256 ?? [])
        ) {
            do {
                let creation =
                    if let file {
                        try await service.create(image, upload: file, processing: job)
                    } else {
                        try await service.create(image, processing: job)
                    }
                return Self.response(creation, origin: origin)
            } catch let refusal as ProcessingService.UploadRefusal {
                return .processingError(.badRequest, refusal.message)
            }
        }
    }

    /// The image that a request describes.
    private func draft(
        _ body: ProcessingBody, hasFile: Bool, for user: User
    ) throws -> ProcessingImage {
        let word = try body.text("provider", limit: 100) ?? "upload"
        guard let provider = ProcessingImage.Provider(rawValue: word),
            !hasFile || provider == .upload
        else { throw Refused.processing("Unknown provider") }
        let id = try body.text("id", limit: 128)
        if let id, id.isEmpty || !id.utf8.allSatisfy(Self.isIDCharacter) {
            throw Refused.processing("Invalid id")
        }
        var image = service.draft(id: id, provider: provider, for: user)
        image.externalID = try body.text("external_id", limit: 4096)
        if image.externalID == nil { image.externalID = try body.text("remote_id", limit: 4096) }
        image.src = try body.text("src", limit: 4096)
        image.title = try body.text("title", limit: 500)
        image.description = try body.text("description", limit: 10_000)
        image.tags = try body.tags()
        switch provider {
        case .upload: if !hasFile { throw Refused.processing("Missing file") }
        case .folder:
            guard user.role == .admin else {
                throw Refused(.processingError(.forbidden, "Forbidden"))
            }
            if image.source?.isEmpty ?? true { throw Refused.processing("Missing external_id") }
        case .dropbox:
            guard let source = image.source, !source.isEmpty else {
                throw Refused.processing("Missing external_id")
            }
            guard service.isInDropbox(source) else {
                throw Refused.processing("Invalid external_id")
            }
        case .url: if image.source?.isEmpty ?? true { throw Refused.processing("Missing src") }
        }
        return image
    }

    private static func isIDCharacter(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || [0x2E, 0x5F, 0x2D].contains(byte)
    }

    private static func response(
        _ creation: ProcessingService.Creation, origin: String
    ) -> Response {
        switch creation {
        case .taken: return .processingError(.conflict, "Image id already exists")
        case .known(let image):
            var response = Response.json(body(image, jobID: nil, origin: origin))
            response.fields[Fields.Name("Idempotent-Replay")] = "true"
            return response
        case .created(let image, let jobID):
            var response = Response.json(
                body(image, jobID: jobID, origin: origin), status: .created)
            response.fields[.location] = "\(origin)/functions/v1/images/\(image.id)"
            return response
        }
    }

    private static func body(
        _ image: ProcessingImage, jobID: String?, origin: String
    ) -> [UInt8] {
        JSONWriter.object(capacity: 1024) { json in
            json.field("success", true)
            json.field("imageId", image.id)
            json.key("image")
            ProcessingEncoder.image(image, origin: origin, into: &json)
            if let jobID { json.field("jobId", jobID) }
        }
    }

    // MARK: - Reading and removing

    func list(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        var filter = ProcessingTable.Filter(user: try await scope(request, for: user))
        if let word = request.query["status"], !word.isEmpty {
            guard
                let status = ProcessingImage.Status(
                    rawValue: word == "pending_llm" ? "pending" : word)
            else { return .processingError(.badRequest, "Invalid status") }
            filter.status = status
        }
        if let word = request.query["provider"], !word.isEmpty {
            guard let provider = ProcessingImage.Provider(rawValue: word) else {
                return .processingError(.badRequest, "Unknown provider")
            }
            filter.provider = provider
        }
        if let tag = request.query["tag"], !tag.isEmpty { filter.tag = tag }
        let limit = try Self.number("limit", in: request, from: 1, to: 200, default: 50)
        let offset = try Self.number("offset", in: request, from: 0, to: .max, default: 0)
        let (images, total) = try await service.list(filter, limit: limit, offset: offset)
        let origin = frontend.origin(of: request)
        let body = JSONWriter.object(capacity: 1024 * (images.count + 1)) { json in
            json.field("success", true)
            json.array("images") { json in
                for image in images {
                    ProcessingEncoder.image(image, origin: origin, into: &json)
                }
            }
            json.field("total", total)
        }
        return .json(body)
    }

    func detail(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        let image = try image(request.parameters["id"], for: user)
        let body = JSONWriter.object(capacity: 1024) { json in
            json.field("success", true)
            json.key("image")
            ProcessingEncoder.image(image, origin: frontend.origin(of: request), into: &json)
        }
        return .json(body)
    }

    func delete(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        guard let id = request.parameters["id"] ?? request.query["id"], !id.isEmpty else {
            return .processingError(.badRequest, "Missing imageId")
        }
        guard try await service.delete(try image(id, for: user)) else { return .imageNotFound }
        let body = JSONWriter.object { json in
            json.field("success", true)
            json.field("deletedCount", 1)
        }
        return .json(body)
    }

    func content(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        let image = try image(request.parameters["id"], for: user)
        guard let found = try await service.content(of: image, for: user) else {
            return .processingError(.notFound, "Not found")
        }
        return try Self.picture(
            found.bytes, found.mediaType, found.tag, request,
            cacheControl: "private, max-age=3600")
    }

    func thumbnail(_ request: Request) async throws -> Response {
        let image = try thumbnailImage(request)
        guard let found = try await service.thumbnail(of: image) else {
            return .processingError(.notFound, "Not found")
        }
        return try Self.picture(
            found.bytes, "image/jpeg", found.tag, request,
            cacheControl: "private, max-age=31536000, immutable")
    }

    /// The image whose thumbnail is asked for by its own secret, or by a token.
    private func thumbnailImage(_ request: Request) throws -> ProcessingImage {
        guard let secret = request.query["t"], let id = request.parameters["id"] else {
            return try image(request.parameters["id"], for: try authenticate(request))
        }
        guard let image = try service.anyImage(id) else { throw Refused(.imageNotFound) }
        if let thumbnail = image.thumbnail, ProcessingService.isSame(secret, thumbnail.token) {
            return image
        }
        return try self.image(id, for: try authenticate(request))
    }

    static func picture(
        _ stored: StoredBlob, _ mediaType: String, _ tag: String, _ request: Request,
        cacheControl: String
    ) throws -> Response {
        let fields: Fields = [
            .contentDisposition: "inline", .cacheControl: cacheControl,
            .xContentTypeOptions: "nosniff",
        ]
        switch stored {
        case .bytes(let bytes):
            return .content(
                of: bytes, type: mediaType, tag: EntityTag(tag), for: request, fields: fields)
        case .file(let path, _):
            do {
                return .content(
                    of: try OpenFile(path: path), type: mediaType, tag: EntityTag(tag),
                    for: request, fields: fields)
            } catch {
                guard error.isMissing else { throw error }
                return .processingError(.notFound, "Not found")
            }
        }
    }
}
