import HTTP

/// A request that ends early with an answer in the shape of the photo and chat families.
struct Refused: Error {
    let response: Response

    init(_ response: Response) {
        self.response = response
    }
}

extension Response {
    /// `{"detail":…}`.
    static func detail(_ status: Status, _ detail: String) -> Response {
        .json(JSONWriter.object { $0.field("detail", detail) }, status: status)
    }

    static let notFoundDetail = Response.detail(.notFound, "Not found.")

    /// 401 that names the scheme to try.
    static func unauthorized(_ detail: String, scheme: String) -> Response {
        var response = Response.detail(.unauthorized, detail)
        response.fields[.wwwAuthenticate] = scheme
        return response
    }

    static let permissionDenied = Response.detail(
        .forbidden, "You do not have permission to perform this action.")

    static let accountNeeded = Response.unauthorized(
        "Authentication credentials were not provided.", scheme: "Token")

    /// 400 with one message for each field.
    static func fieldErrors(_ errors: [(field: String, message: String)]) -> Response {
        let body = JSONWriter.object { json in
            for error in errors { json.field(error.field, [error.message]) }
        }
        return .json(body, status: .badRequest)
    }

    /// The family's 404 and 405.
    static func routeFailure(_ request: Request, _ failure: RouteFailure) -> Response {
        switch failure {
        case .notFound: .notFoundDetail
        case .methodNotAllowed:
            .detail(.methodNotAllowed, "Method \"\(request.method.rawValue)\" not allowed.")
        }
    }

    /// The family's answer to what nobody expected.
    static func internalError(_ requestID: String) -> Response {
        let body = JSONWriter.object { json in
            json.field("detail", "Internal error.")
            json.field("request_id", requestID)
        }
        return .json(body, status: .internalServerError)
    }
}
