import Domain
import HTTP

/// Errors of Tintype's own paths (RFC 9457).
enum Problem {
    static func response(_ request: Request, _ failure: RouteFailure) -> Response {
        switch failure {
        case .notFound: notFound(request)
        case .methodNotAllowed(let allow):
            response(
                .methodNotAllowed, detail: "Use \(Router.list(allow)).", requestID: request.id)
        }
    }

    static func response(_ status: Status, detail: String, requestID: String) -> Response {
        let body = JSONWriter.object { json in
            json.field("type", "about:blank")
            json.field("title", status.reasonPhrase)
            json.field("status", status.code)
            json.field("detail", detail)
            json.field("request_id", requestID)
        }
        return .bytes(body, type: "application/problem+json", status: status)
    }

    static func notFound(_ request: Request) -> Response {
        response(.notFound, detail: "There is nothing at this path.", requestID: request.id)
    }

    static func bad(_ detail: String, _ request: Request) -> Response {
        response(.badRequest, detail: detail, requestID: request.id)
    }

    static func invalid(_ name: String, _ request: Request) -> Response {
        bad("Invalid \(name)", request)
    }

    static func invalidPage(_ request: Request) -> Response {
        response(.notFound, detail: "Invalid page.", requestID: request.id)
    }

    static func signInNeeded(_ request: Request) -> Response {
        unauthorized("Authentication credentials were not provided.", scheme: "Bearer", request)
    }

    static func unauthorized(_ detail: String, scheme: String, _ request: Request) -> Response {
        var response = response(.unauthorized, detail: detail, requestID: request.id)
        response.fields[.wwwAuthenticate] = scheme
        return response
    }

    static func forbidden(_ request: Request) -> Response {
        response(
            .forbidden, detail: "You do not have permission to perform this action.",
            requestID: request.id)
    }

    /// What another family would have refused, in the shape of this one.
    static func refused(_ other: Response, _ request: Request) -> Response {
        var detail = other.status.reasonPhrase
        if case .bytes(let bytes) = other.body, let json = try? JSONValue(parsing: bytes) {
            detail =
                json["detail"]?.string ?? json.object?.first.map {
                    "\($0.key): \($0.value[0]?.string ?? "not valid")"
                } ?? detail
        }
        var response = response(other.status, detail: detail, requestID: request.id)
        response.fields[.wwwAuthenticate] = other.fields[.wwwAuthenticate]
        return response
    }

    /// The answer to a failure that its caller can do something about; nil for one that nobody expected.
    static func response(_ failure: Failure, _ request: Request) -> Response? {
        let status: Status
        switch failure.code {
        case .invalid: status = .badRequest
        case .notFound: status = .notFound
        case .conflict: status = .conflict
        case .unauthorized: status = .unauthorized
        case .forbidden: status = .forbidden
        case .tooLarge: status = .contentTooLarge
        case .limited: status = .tooManyRequests
        case .unavailable: status = .serviceUnavailable
        case .gone: status = .gone
        case .storageFull, .internal: return nil
        }
        var response = response(status, detail: failure.message, requestID: request.id)
        if failure.code == .unavailable { response.fields[.retryAfter] = "60" }
        return response
    }

    /// The object in a request's body; an absent body is an empty one.
    static func json(of request: Request, limit: Int) async throws -> JSONValue {
        if let type = request.mediaType, type != "application/json", !type.hasSuffix("+json") {
            throw Refused(
                response(
                    .unsupportedMediaType, detail: "Send application/json.",
                    requestID: request.id))
        }
        let bytes: [UInt8]
        do throws(BodyError) {
            bytes = try await request.body.collect(upTo: limit)
        } catch {
            guard case .tooLarge = error else { throw error }
            throw Refused(
                response(
                    .contentTooLarge, detail: "The body is larger than \(limit) bytes.",
                    requestID: request.id))
        }
        if bytes.isEmpty { return .object([]) }
        guard let value = try? JSONValue(parsing: bytes), value.object != nil else {
            throw Refused(bad("The body is no JSON object.", request))
        }
        return value
    }
}
