import Domain
import HTTP

/// The JSON side of the daemon: its routes, and how errors look below each prefix.
package enum API {
    /// Path prefixes whose errors are `{"detail":…}`.
    private static let prefixes = ["/api/photo-analysis", "/api/chats"]

    /// Answers paths and methods that no route has.
    package static var fallbacks: [Router.Fallback] {
        prefixes.map { Router.Fallback($0) { request, failure in .routeFailure(request, failure) } }
            + [Router.Fallback("/") { request, failure in Problem.response(request, failure) }]
    }

    /// Ends a request that was refused early, and hides what nobody expected.
    ///
    /// - Parameter report: hears of errors that the client is told nothing about.
    package static func guarding(
        report: @escaping @Sendable (any Error, Request) -> Void
    ) -> Middleware {
        { request, handler in
            do {
                return try await handler(request)
            } catch let refused as Refused {
                return refused.response
            } catch let error as BodyError {
                throw error
            } catch let full as Failure where full.code == .storageFull {
                report(full, request)
                return failure(
                    .insufficientStorage, reason: full.message, path: request.path,
                    requestID: request.id)
            } catch {
                report(error, request)
                return error500(path: request.path, requestID: request.id)
            }
        }
    }

    /// What the server says by itself, in the shape of the path's family.
    package static func failure(_ status: Status, reason: String, path: String?, requestID: String)
        -> Response
    {
        if let path, isFamily(path) {
            return status == .internalServerError
                ? .internalError(requestID) : .detail(status, reason)
        }
        return Problem.response(status, detail: reason, requestID: requestID)
    }

    private static func error500(path: String, requestID: String) -> Response {
        failure(
            .internalServerError, reason: "Internal error", path: path, requestID: requestID)
    }

    private static func isFamily(_ path: String) -> Bool {
        prefixes.contains { path == $0 || path.hasPrefix($0 + "/") }
    }
}
