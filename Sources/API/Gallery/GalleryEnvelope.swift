import HTTP

/// The object that every answer of the gallery is, five keys in this order.
enum GalleryEnvelope {
    /// `data` twice, since clients look for it under either name.
    static func success(
        _ message: String, _ data: [UInt8], status: Status = .ok
    ) -> Response {
        .json(
            JSONWriter.object(capacity: 2 * data.count + 128) { json in
                json.field("success", true)
                json.key("data")
                json.raw(data)
                json.field("message", message)
                json.field("code", 1000)
                json.key("result")
                json.raw(data)
            }, status: status)
    }

    static func failure(
        _ status: Status, code: Int = 9999, _ message: String, result: [UInt8] = null
    ) -> Response {
        .json(
            JSONWriter.object { json in
                json.field("success", false)
                json.null("data")
                json.field("message", message)
                json.field("code", code)
                json.key("result")
                json.raw(result)
            }, status: status)
    }

    static let null = Array("null".utf8)

    static let notFound = failure(.notFound, code: 1004, "Resource not found")
    static let forbidden = failure(.forbidden, code: 1003, "Forbidden")
    static let methodNotAllowed = failure(.methodNotAllowed, "Method not allowed")

    static let unauthorized: Response = {
        var response = failure(.unauthorized, code: 1001, "Authentication required")
        response.fields[.wwwAuthenticate] = "Bearer"
        return response
    }()

    /// Each field with what is wrong with it.
    static func invalid(
        _ errors: [(field: String, message: String)], message: String = "Validation failed"
    ) -> Response {
        let result = JSONWriter.object { json in
            for error in errors { json.field(error.field, [error.message]) }
        }
        return failure(.badRequest, message, result: result)
    }

    static func malformed(_ detail: String) -> Response {
        failure(
            .badRequest, "An error occurred",
            result: JSONWriter.object { $0.field("detail", detail) })
    }
}

extension ErrorShape {
    /// The gallery's envelope.
    static let gallery = ErrorShape(
        prefixes: ["/v1/gallery"],
        failure: { status, reason, requestID in
            switch status {
            case .badRequest: return GalleryEnvelope.malformed(reason)
            case .unauthorized: return GalleryEnvelope.unauthorized
            case .forbidden: return GalleryEnvelope.forbidden
            case .notFound: return GalleryEnvelope.notFound
            case .methodNotAllowed: return GalleryEnvelope.methodNotAllowed
            case .internalServerError:
                return GalleryEnvelope.failure(
                    status, code: 1005, "Internal error",
                    result: JSONWriter.object { $0.field("request_id", requestID) })
            default: return GalleryEnvelope.failure(status, reason)
            }
        },
        routeFailure: { _, failure in
            switch failure {
            case .notFound: GalleryEnvelope.notFound
            case .methodNotAllowed: GalleryEnvelope.methodNotAllowed
            }
        })
}
