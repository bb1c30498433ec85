import Domain
import HTTP
import Services

extension Response {
    /// `{"error":…}`.
    static func processingError(_ status: Status, _ message: String) -> Response {
        .json(JSONWriter.object { $0.field("error", message) }, status: status)
    }

    static let processingUnauthorized: Response = {
        var response = Response.processingError(.unauthorized, "Unauthorized")
        response.fields[.wwwAuthenticate] = "Bearer"
        return response
    }()

    static let imageNotFound = Response.processingError(.notFound, "Image not found")
}

extension Refused {
    /// 400 with what is wrong.
    static func processing(_ message: String) -> Refused {
        Refused(.processingError(.badRequest, message))
    }
}

extension ErrorShape {
    /// `{"error":…}`, and the request's id where nobody knows more.
    static let processing = ErrorShape(
        prefixes: ["/functions/v1"],
        failure: { status, reason, requestID in
            guard status == .internalServerError else { return .processingError(status, reason) }
            let body = JSONWriter.object { json in
                json.field("error", "Internal error")
                json.field("requestId", requestID)
            }
            return .json(body, status: status)
        },
        routeFailure: { _, failure in
            switch failure {
            case .notFound: .processingError(.notFound, "Not found")
            case .methodNotAllowed: .processingError(.methodNotAllowed, "Method not allowed")
            }
        })
}

extension API {
    /// Lets pages of other origins call the processing family, whatever is answered.
    package static func crossOrigin(_ settings: SettingsService) -> Middleware {
        { request, handler in
            var response = try await handler(request)
            guard ErrorShape.processing.prefixes.contains(where: request.path.hasPrefix) else {
                return response
            }
            let allowed = settings.current[.processingOrigins].split(separator: ",")
                .map { String(ASCII.trimmed($0)).lowercased() }
            if allowed.isEmpty {
                response.fields[.accessControlAllowOrigin] = "*"
            } else {
                response.fields.vary(on: .origin)
                if let origin = request.fields[.origin], allowed.contains(origin.lowercased()) {
                    response.fields[.accessControlAllowOrigin] = origin
                }
            }
            response.fields[.accessControlAllowHeaders] =
                "authorization, x-client-info, apikey, content-type, idempotency-key"
            response.fields[.accessControlAllowMethods] = "GET, POST, DELETE, OPTIONS"
            response.fields[.accessControlExposeHeaders] = "x-request-id, retry-after"
            return response
        }
    }
}

extension Fields.Name {
    static let accessControlAllowHeaders = Fields.Name("Access-Control-Allow-Headers")
    static let accessControlAllowMethods = Fields.Name("Access-Control-Allow-Methods")
    static let accessControlExposeHeaders = Fields.Name("Access-Control-Expose-Headers")
}
