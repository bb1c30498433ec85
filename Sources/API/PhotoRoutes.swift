import Domain
import HTTP
import Services

/// `/api/photo-analysis/`: photos in, their meaning out.
package struct PhotoRoutes: Sendable {
    let photos: PhotoService
    let settings: SettingsService
    let spool: Spool
    let frontend: Frontend
    let idempotent: Idempotent
    let photoJobs: PhotoJobs
    let logging: RequestLogging
    let multipart: MultipartReader.Limits

    package init(
        photos: PhotoService, settings: SettingsService, spool: Spool, frontend: Frontend,
        idempotency: IdempotencyService, photoJobs: PhotoJobs, logging: RequestLogging,
        multipartParts: Int
    ) {
        self.photos = photos
        self.settings = settings
        self.spool = spool
        self.frontend = frontend
        idempotent = Idempotent(service: idempotency)
        self.photoJobs = photoJobs
        self.logging = logging
        var multipart = MultipartReader.Limits()
        multipart.parts = multipartParts
        self.multipart = multipart
    }

    package var routes: [Route] {
        [
            Route(
                .post, "/api/photo-analysis/upload/", logging("photo_analysis.upload", upload)),
            Route(.post, "/api/photo-analysis/batch/", logging("photo_analysis.batch", batch)),
            Route(.get, "/api/photo-analysis/", list),
            Route(.get, "/api/photo-analysis/recent/", recent),
            Route(.get, "/api/photo-analysis/{id}/", detail),
            Route(.delete, "/api/photo-analysis/{id}/", delete),
            Route(.get, "/api/photo-analysis/{id}/image/", image),
        ]
    }

    // MARK: - Upload

    private func upload(_ request: Request) async throws -> Response {
        var caller = try frontend.authenticate(request)
        let limit = settings.current[.maxFileSizeMB] * 1_048_576
        let form: UploadForm
        do {
            form = try await UploadForm(
                request, spool: spool, limit: limit, multipart: multipart)
        } catch let failure as Failure {
            return rated(Self.failed(photos.storageFailure(failure)), caller, request)
        } catch let refused as Refused
            where refused.response.status != .unsupportedMediaType
        {
            return rated(refused.response, caller, request)
        }
        RequestTrace.current?.markReceived()
        let fingerprint = form.fingerprint ?? frontend.fingerprint(of: request)
        if case .success(let text) = fingerprint { caller.fingerprint = text }
        if let errors = await fieldErrors(of: form.image, fingerprint) {
            return rated(.fieldErrors(errors), caller, request)
        }
        guard case .success(let picture) = form.image else { return .notFoundDetail }
        let isLocal = request.remoteAddress == "unix"
        let reusing = !(isLocal && request.fields[.noReuse] == "1")
        let content = picture.sha256 + Array((caller.fingerprint ?? "").utf8)
        let asked = caller
        let response = try await idempotent.run(request, by: caller, content: content) {
            if request.prefersAsync { return await begin(picture, by: asked, request) }
            return await answer(to: picture, by: asked, reusing: reusing, request)
        }
        return rated(response, caller, request)
    }

    /// What is wrong with the fields, all of it at once.
    private func fieldErrors(
        of image: Result<SpooledUpload, UploadForm.Fault>,
        _ fingerprint: Result<String, Fingerprint.Fault>?
    ) async -> [(field: String, message: String)]? {
        var errors: [(field: String, message: String)] = []
        switch image {
        case .failure(let fault):
            errors.append(("image", fault.message))
        case .success(let picture):
            // The picture itself is looked at here only if the request fails anyway.
            if case .failure = fingerprint {
                do throws(UploadFailure) {
                    try await photos.validate(picture)
                } catch {
                    if case .invalidImage(let message) = error { errors.append(("image", message)) }
                }
            }
        }
        if case .failure(let fault) = fingerprint {
            errors.append(("fingerprint", fault.message))
        }
        return errors.isEmpty ? nil : errors
    }

    private func answer(
        to picture: SpooledUpload, by caller: Caller, reusing: Bool, _ request: Request
    ) async -> Response {
        let result: Result<PhotoService.UploadAnswer, UploadFailure>
        do throws(UploadFailure) {
            result = .success(try await photos.upload(picture, by: caller, reusing: reusing))
        } catch {
            result = .failure(error)
        }
        return Self.response(to: result, origin: frontend.origin(of: request))
    }

    /// How an upload that has come to its end is answered.
    static func response(
        to result: Result<PhotoService.UploadAnswer, UploadFailure>, origin: String
    ) -> Response {
        switch result {
        case .failure(let failure): return failed(failure)
        case .success(let answer):
            RequestTrace.current?.setModel(answer.view.photo.visionModel)
            var response = Response.json(
                PhotoEncoder.upload(answer, origin: origin),
                status: answer.isCached ? .ok : .created)
            if !answer.isCached {
                response.fields[.location] =
                    "\(origin)/api/photo-analysis/\(answer.view.photo.uuid)/"
            }
            return response
        }
    }

    static func failed(_ failure: UploadFailure) -> Response {
        switch failure {
        case .invalidImage(let message):
            RequestTrace.current?.setErrorCode("invalid_image")
            RequestTrace.current?.markUndecodable()
            return .fieldErrors([("image", message)])
        case .limited(let refusal):
            RequestTrace.current?.leaveOut()
            return .limited(refusal)
        case .notConfigured:
            RequestTrace.current?.setErrorCode("not_configured")
            return .json(
                JSONWriter.object { $0.field("error", "OpenAI API not configured") },
                status: .serviceUnavailable)
        case .analysis(let detail):
            RequestTrace.current?.setErrorCode("analysis_failed")
            return analysisFailed(.internalServerError, detail)
        case .cancelled:
            RequestTrace.current?.setErrorCode("cancelled")
            return analysisFailed(.internalServerError, "Cancelled")
        case .storageFull:
            RequestTrace.current?.setErrorCode("storage_full")
            return analysisFailed(.insufficientStorage, "Storage error")
        }
    }

    private static func analysisFailed(_ status: Status, _ detail: String) -> Response {
        let body = JSONWriter.object { json in
            json.field("error", "Photo analysis failed")
            json.field("detail", detail)
        }
        return .json(body, status: status)
    }

    /// The response with the rate headers of the caller's buckets.
    func rated(_ response: Response, _ caller: Caller, _ request: Request) -> Response {
        var response = response
        response.add(photos.standing(photos.rules(for: caller)))
        return response
    }

    // MARK: - Reading

    private func detail(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        guard let id = request.uuid, let view = try photos.record(id, for: caller) else {
            return .notFoundDetail
        }
        return .json(PhotoEncoder.detail(view, origin: frontend.origin(of: request)))
    }

    private func recent(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        guard let identity = caller.identity else { throw Refused(.fingerprintNeeded) }
        var errors: [(field: String, message: String)] = []
        let limit = request.limit(usual: 10, most: 50, &errors)
        guard errors.isEmpty else { throw Refused(.fieldErrors(errors)) }
        let records = try await photos.recent(for: identity, limit: limit)
        return .json(JSONWriter.array { PhotoEncoder.list(named(records, caller), into: &$0) })
    }

    private func list(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        guard let identity = caller.identity else { throw Refused(.fingerprintNeeded) }
        guard let number = request.query["page"].map(Int.init) ?? 1,
            let page = try await photos.page(number, for: identity)
        else { return .detail(.notFound, "Invalid page.") }
        let base = frontend.origin(of: request) + "/api/photo-analysis/"
        let body = JSONWriter.object { json in
            json.field("count", page.count)
            json.field("next", page.number < page.pages ? "\(base)?page=\(number + 1)" : nil)
            json.field("previous", page.number > 1 ? "\(base)?page=\(number - 1)" : nil)
            json.array("results") { PhotoEncoder.list(named(page.results, caller), into: &$0) }
        }
        return .json(body)
    }

    private func named(
        _ records: [PhotoAnalysisSummary], _ caller: Caller
    ) -> [(PhotoAnalysisSummary, username: String?)] {
        records.map { ($0, photos.username(of: $0, for: caller)) }
    }

    private func delete(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        guard let id = request.uuid, try await photos.delete(id, by: caller) else {
            return .notFoundDetail
        }
        return Response(.noContent)
    }

    // MARK: - Picture

    private func image(_ request: Request) async throws -> Response {
        let caller = try frontend.caller(of: request, inQuery: true)
        let size = request.query["size"]
        if let size, size != "thumb" {
            return .fieldErrors([("size", "\"\(size)\" is not a valid choice.")])
        }
        guard let id = request.uuid else { return .notFoundDetail }
        let answer: PhotoService.PictureAnswer
        do {
            answer = try await photos.picture(id, thumbnail: size != nil, for: caller)
        } catch {
            return Self.unreadable
        }
        switch answer {
        case .notFound: return .notFoundDetail
        case .expired:
            var gone = Response.json(
                JSONWriter.object { $0.field("error", "Image has expired") }, status: .gone)
            gone.fields[.cacheControl] = "no-store"
            return gone
        case .found(let stored, let mediaType, let tag, let secondsLeft):
            let fields: Fields = [
                .contentDisposition: "inline",
                .cacheControl: "private, max-age=\(Int(min(3600, secondsLeft ?? 3600)))",
                .xContentTypeOptions: "nosniff",
            ]
            return Self.content(stored, mediaType, EntityTag(tag), request, fields)
        }
    }

    private static let unreadable = Response.json(
        JSONWriter.object { $0.field("error", "Failed to retrieve image") },
        status: .internalServerError)

    private static func content(
        _ stored: StoredBlob, _ mediaType: String, _ tag: EntityTag, _ request: Request,
        _ fields: Fields
    ) -> Response {
        switch stored {
        case .file(let path, _):
            do {
                return .content(
                    of: try OpenFile(path: path), type: mediaType, tag: tag, for: request,
                    fields: fields)
            } catch {
                return error.isMissing ? .notFoundDetail : unreadable
            }
        case .bytes(let bytes):
            return .content(of: bytes, type: mediaType, tag: tag, for: request, fields: fields)
        }
    }
}

extension Request {
    /// The id in the path, in lower case, if it is a UUID.
    var uuid: String? {
        guard let text = parameters["id"], text.utf8.count == 36 else { return nil }
        return text.lowercased()
    }

    /// How many the query's `limit` asks for; above `most` counts as that, and nonsense is complained of.
    func limit(
        usual: Int, most: Int, _ errors: inout [(field: String, message: String)]
    ) -> Int {
        guard let text = query["limit"] else { return usual }
        guard let number = Self.integer(text) else {
            errors.append(("limit", "A valid integer is required."))
            return usual
        }
        guard number >= 1 else {
            errors.append(("limit", "Ensure this value is greater than or equal to 1."))
            return usual
        }
        return min(number, most)
    }

    /// The number in a text, one too large for a machine's integers as the next one that fits.
    private static func integer(_ text: String) -> Int? {
        if let number = Int(text) { return number }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return text.hasPrefix("-") ? .min : .max
    }
}

extension Response {
    static let fingerprintNeeded = Response.fieldErrors([
        ("fingerprint", "This field is required for anonymous users.")
    ])
}

extension Fields.Name {
    /// Asks, over the local socket alone, that no perceptual duplicate answers an upload.
    static let noReuse = Fields.Name("X-Tintype-No-Reuse")
}
