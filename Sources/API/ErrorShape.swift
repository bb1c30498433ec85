import HTTP

/// How the errors of one family of paths look, from 404 to what nobody expected.
struct ErrorShape: Sendable {
    /// Path prefixes of the family.
    let prefixes: [String]
    /// An error that the server or the frame around all routes gives by itself: status, sentence, request id.
    let failure: @Sendable (Status, String, String) -> Response
    /// A path or a method that no route has.
    let routeFailure: @Sendable (Request, RouteFailure) -> Response

    /// `{"detail":…}`.
    static let detail = ErrorShape(
        prefixes: ["/api/photo-analysis", "/api/chats"],
        failure: { status, reason, requestID in
            status == .internalServerError ? .internalError(requestID) : .detail(status, reason)
        },
        routeFailure: { request, failure in .routeFailure(request, failure) })

    /// RFC 9457, for everything that is Tintype's own.
    static let problem = ErrorShape(
        prefixes: ["/"],
        failure: { status, reason, requestID in
            Problem.response(status, detail: reason, requestID: requestID)
        },
        routeFailure: { request, failure in Problem.response(request, failure) })

    static let all = [detail, gallery, processing, core, problem]

    /// The shape of a path's family.
    static func of(_ path: String?) -> ErrorShape {
        guard let path else { return problem }
        return all.first { shape in
            shape.prefixes.contains { path == $0 || path.hasPrefix($0 + "/") }
        } ?? problem
    }
}
