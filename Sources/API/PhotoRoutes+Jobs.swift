import Domain
import HTTP
import Services

/// Photos whose clients do not wait.
extension PhotoRoutes {
    /// Answers a duplicate or a refusal at once, everything else with the job that analyses the photo.
    func begin(_ picture: SpooledUpload, by caller: Caller, _ request: Request) async -> Response {
        let origin = frontend.origin(of: request)
        do throws(UploadFailure) {
            let begun = try await photoJobs.begin(
                picture, by: caller, origin: origin, queue: .highPriority)
            switch begun {
            case .answered(let answer):
                return Self.response(to: .success(answer), origin: origin)
            case .queued(let job):
                let body = JSONWriter.object { json in
                    Self.fields(of: job, origin: origin, into: &json)
                }
                var response = Response.json(body, status: .accepted)
                response.fields[.location] = "\(origin)/api/jobs/\(job.id)"
                response.fields["Preference-Applied"] = "respond-async"
                return response
            }
        } catch {
            return Self.failed(error)
        }
    }

    private static func fields(
        of job: JobRecord, origin: String, into json: inout JSONWriter
    ) {
        json.field("job_id", job.id)
        json.field("status_url", "\(origin)/api/jobs/\(job.id)")
        json.field("events_url", "\(origin)/api/jobs/\(job.id)/events")
    }

    /// What a job shows of an upload that has come to its end.
    package static func encode(
        _ result: Result<PhotoService.UploadAnswer, UploadFailure>, origin: String
    ) -> PhotoJobs.Answer {
        let response = response(to: result, origin: origin)
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        return PhotoJobs.Answer(status: response.status.code, body: body)
    }

    // MARK: - Batch

    func batch(_ request: Request) async throws -> Response {
        var caller = try frontend.authenticate(request)
        let limit = settings.current[.maxFileSizeMB] * 1_048_576
        let form: BatchForm
        do {
            form = try await BatchForm(request, spool: spool, limit: limit)
        } catch let failure as Failure {
            return rated(Self.failed(photos.storageFailure(failure)), caller, request)
        }
        let fingerprint = form.fingerprint ?? frontend.fingerprint(of: request)
        if case .success(let text) = fingerprint { caller.fingerprint = text }
        var errors: [(field: String, message: String)] = []
        if let message = form.complaint { errors.append(("images", message)) }
        if case .failure(let fault) = fingerprint { errors.append(("fingerprint", fault.message)) }
        guard errors.isEmpty else { return rated(.fieldErrors(errors), caller, request) }
        let content =
            form.images.flatMap(\.digest) + Array((caller.fingerprint ?? "").utf8)
        let asked = caller
        let response = try await idempotent.run(request, by: caller, content: content) {
            try await begin(form.images, by: asked, request)
        }
        return rated(response, caller, request)
    }

    private func begin(
        _ images: [BatchForm.Image], by caller: Caller, _ request: Request
    ) async throws -> Response {
        let origin = frontend.origin(of: request)
        var begun: [JobRecord] = []
        for image in images {
            let upload = try? image.file.get()
            begun.append(
                try await logging.part(of: request, "photo_analysis.batch", upload) {
                    try await begin(image, by: caller, origin: origin)
                })
        }
        let body = JSONWriter.object { json in
            json.array("jobs") { list in
                for (index, job) in begun.enumerated() {
                    list.object { json in
                        json.field("index", index)
                        json.field("filename", images[index].filename)
                        Self.fields(of: job, origin: origin, into: &json)
                    }
                }
            }
        }
        return .json(body, status: .accepted)
    }

    private func begin(
        _ image: BatchForm.Image, by caller: Caller, origin: String
    ) async throws -> JobRecord {
        let result: Result<PhotoService.UploadAnswer, UploadFailure>
        switch image.file {
        case .failure(let fault): result = .failure(.invalidImage(fault.message))
        case .success(let upload):
            do throws(UploadFailure) {
                let begun = try await photoJobs.begin(
                    upload, by: caller, origin: origin, queue: .normal)
                switch begun {
                case .queued(let job): return job
                case .answered(let answer): result = .success(answer)
                }
            } catch {
                result = .failure(error)
            }
        }
        return try await photoJobs.keep(result, by: caller, origin: origin)
    }
}

/// The multipart form of a batch, read while it comes in.
private struct BatchForm {
    struct Image {
        let filename: String
        let file: Result<SpooledUpload, UploadForm.Fault>

        /// Tells two images apart.
        var digest: [UInt8] {
            switch file {
            case .success(let upload): upload.sha256
            case .failure(let fault): Array(fault.message.utf8)
            }
        }
    }

    static let maximumImages = 20
    private static let maximumParts = 24

    private(set) var images: [Image] = []
    private(set) var fingerprint: Result<String, Fingerprint.Fault>?
    /// What is wrong with the images as a whole.
    private(set) var complaint: String?

    init(_ request: Request, spool: Spool, limit: Int) async throws {
        switch request.mediaType {
        case "multipart/form-data": break
        case nil where request.body.isEmpty:
            complaint = "No file was submitted."
            return
        case let type:
            throw Refused(
                .detail(
                    .unsupportedMediaType, "Unsupported media type \"\(type ?? "")\" in request."))
        }
        let whole = limit * Self.maximumImages + UploadForm.overheadBytes
        if let length = request.body.length, length > whole {
            throw Refused(
                .detail(.contentTooLarge, "The body is larger than \(whole) bytes."))
        }
        do {
            try await read(request, spool, limit)
        } catch let error as MultipartError {
            throw UploadForm.refused(error)
        }
        if images.isEmpty { complaint = complaint ?? "No file was submitted." }
    }

    private mutating func read(_ request: Request, _ spool: Spool, _ limit: Int) async throws {
        var limits = MultipartReader.Limits()
        limits.parts = Self.maximumParts
        var form = try MultipartReader(request, limits: limits)
        let tooLarge = UploadForm.Fault.tooLarge(limit)
        while let part = try await form.nextPart() {
            if part.name == "images" {
                guard images.count < Self.maximumImages else {
                    complaint =
                        "Ensure this field has no more than \(Self.maximumImages) elements."
                    images = []
                    return
                }
                let file = try await UploadForm.picture(part, &form, spool, limit, tooLarge)
                // Of a body without a length nobody knows how much more of this image there is to skip.
                if request.body.length == nil, case .failure(let fault) = file, fault == tooLarge {
                    throw Refused(.detail(.contentTooLarge, tooLarge.message))
                }
                images.append(Image(filename: part.filename ?? "", file: file))
            } else if part.name == "fingerprint", fingerprint == nil {
                fingerprint = try await UploadForm.text(part, &form)
            }
        }
    }
}

extension Request {
    /// Whether the client would rather not wait (RFC 7240, section 4.1).
    var prefersAsync: Bool {
        guard let preferences = fields.list(of: "Prefer") else { return false }
        return preferences.split(separator: ",").contains { preference in
            let name = preference.prefix { $0 != ";" && $0 != "=" }
            return ASCII.trimmed(name).lowercased() == "respond-async"
        }
    }
}
