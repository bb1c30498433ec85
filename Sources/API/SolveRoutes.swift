import Domain
import HTTP
import Services

/// `/api/core/`: a picture of a problem in, its answers out.
package struct SolveRoutes: Sendable {
    private let solver: SolveService
    private let spool: Spool
    private let access: ProblemAccess
    private let logging: RequestLogging
    private let multipart: MultipartReader.Limits

    package init(
        solver: SolveService, spool: Spool, identity: IdentityService, sessions: SessionService,
        logging: RequestLogging, multipartParts: Int
    ) {
        self.solver = solver
        self.spool = spool
        access = ProblemAccess(identity: identity, sessions: sessions)
        self.logging = logging
        var multipart = MultipartReader.Limits()
        multipart.parts = multipartParts
        self.multipart = multipart
    }

    package var routes: [Route] {
        [Route(.post, "/api/core/solve/", logging("core.image_solve", solve))]
    }

    /// What a body may have around its picture.
    private static let framingBytes = 1 << 20

    private func solve(_ request: Request) async throws -> Response {
        let user = try access.tokenHolder(request)
        let upload = try await image(of: request)
        RequestTrace.current?.carry(upload)
        RequestTrace.current?.markReceived()
        let received = ContinuousClock.now
        do throws(SolveService.Refusal) {
            let reply = try await solver.solve(upload, for: user, requestID: request.id)
            RequestTrace.current?.setModel(reply.model)
            RequestTrace.current?.setResult(reply.result)
            return .json(
                JSONWriter.object { json in
                    json.field("request_id", request.id)
                    json.field("result", reply.result)
                    json.field("model", reply.model)
                    json.field(
                        "duration_ms", Int((ContinuousClock.now - received) / .milliseconds(1)))
                })
        } catch {
            return Self.failed(error, request)
        }
    }

    // MARK: - Failures

    private static func failed(_ refusal: SolveService.Refusal, _ request: Request) -> Response {
        switch refusal {
        case .invalidImage(let reason):
            RequestTrace.current?.markUndecodable()
            return invalidImage(.badRequest, reason, request)
        case .solver(let failure):
            let (status, code, text) = describe(failure.code)
            RequestTrace.current?.setErrorCode(code)
            let pause = failure.retryAfter.map { " (retry after \($0)s)" } ?? ""
            var response = ProblemAnswer.response(
                status, code, "[\(code)] \(text)\(pause)", request.id)
            if let seconds = failure.retryAfter {
                response.fields[.retryAfter] = String(seconds)
            }
            return response
        }
    }

    private static func invalidImage(
        _ status: Status, _ reason: String, _ request: Request
    ) -> Response {
        RequestTrace.current?.setErrorCode("invalid_image")
        return ProblemAnswer.response(
            status, "invalid_image", "[invalid_image] \(reason)", request.id)
    }

    private static func describe(
        _ code: SolverFailure.Code
    ) -> (status: Status, code: String, text: String) {
        let text: String
        var status = Status.badGateway
        switch code {
        case .notConfigured:
            return (
                .serviceUnavailable, SolverFailure.Code.authentication.rawValue,
                "No key for the solver is configured"
            )
        case .authentication: text = "The solver refused the configured key"
        case .insufficientQuota: text = "The quota of the solver is used up"
        case .modelNotFound: text = "The solver does not have the configured model"
        case .rateLimit: text = "The solver is asked too often"
        case .timeout: (status, text) = (.gatewayTimeout, "The solver did not answer in time")
        case .network: text = "The solver cannot be reached"
        case .invalidResponse: text = "The solver's answer cannot be used"
        case .api: text = "The solver answered with an error"
        case .unknown: text = "The solver failed"
        case .unavailable:
            (status, text) = (.serviceUnavailable, "Text in pictures cannot be read at the moment")
        }
        return (status, code.rawValue, text)
    }

    // MARK: - The body

    private static func tooLarge(_ request: Request) -> Refused {
        RequestTrace.current?.nameImage()
        return Refused(
            invalidImage(
                .contentTooLarge, "Image exceeds the maximum of 20 MB", request))
    }

    /// The picture that the request carries, on disk.
    private func image(of request: Request) async throws -> SpooledUpload {
        let isForm = request.mediaType == "multipart/form-data"
        guard isForm || Self.isPicture(request.mediaType) else {
            throw Refused(
                ProblemAnswer.response(
                    .unsupportedMediaType, "unsupported_media_type",
                    "Send multipart/form-data, application/octet-stream or image/*.", request.id))
        }
        let allowed = SolveService.maximumBytes + Self.framingBytes
        if let length = request.body.length, length > allowed { throw Self.tooLarge(request) }
        return isForm ? try await part(of: request) : try await raw(request)
    }

    private static func isPicture(_ type: String?) -> Bool {
        type == "application/octet-stream" || type?.hasPrefix("image/") == true
    }

    private func raw(_ request: Request) async throws -> SpooledUpload {
        var sink = try SpoolSink(spool, limit: SolveService.maximumBytes)
        for try await chunk in request.body {
            guard try await sink.take(chunk) else { throw Self.tooLarge(request) }
        }
        return try await sink.finish()
    }

    private func part(of request: Request) async throws -> SpooledUpload {
        do {
            var form = try MultipartReader(request, limits: multipart)
            var upload: SpooledUpload?
            var skipped = 0
            while let part = try await form.nextPart() {
                if upload == nil, part.name == "file", part.filename != nil {
                    var sink = try SpoolSink(spool, limit: SolveService.maximumBytes)
                    while let chunk = try await form.nextChunk() {
                        guard try await sink.take(chunk) else { throw Self.tooLarge(request) }
                    }
                    upload = try await sink.finish()
                } else {
                    while let chunk = try await form.nextChunk() {
                        skipped += chunk.count
                        guard skipped <= Self.framingBytes else { throw Self.tooLarge(request) }
                    }
                }
            }
            guard let upload else {
                throw Refused(
                    ProblemAnswer.response(
                        .badRequest, "no_image", "No image provided", request.id))
            }
            return upload
        } catch {
            guard let fault = error as? MultipartError else { throw error }
            if case .body(let cause) = fault, cause == .overloaded { throw cause }
            throw Refused(
                ProblemAnswer.response(
                    .badRequest, "parse_error", "Malformed multipart body.", request.id))
        }
    }
}
