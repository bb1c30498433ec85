import Domain
import HTTP

/// The JSON side of the daemon: its routes, and how errors look below each prefix.
package enum API {
    /// Answers paths and methods that no route has.
    package static var fallbacks: [Router.Fallback] {
        ErrorShape.all.flatMap { shape in
            shape.prefixes.map { prefix in
                Router.Fallback(prefix) { request, failure in shape.routeFailure(request, failure) }
            }
        }
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
        ErrorShape.of(path).failure(status, reason, requestID)
    }

    private static func error500(path: String, requestID: String) -> Response {
        failure(
            .internalServerError, reason: "Internal error", path: path, requestID: requestID)
    }
}
