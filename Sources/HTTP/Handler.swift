/// Turns a request into an answer.
package typealias Handler = @Sendable (Request) async throws -> Response

/// Does something before, after or instead of the handler it is given.
package typealias Middleware = @Sendable (Request, Handler) async throws -> Response

/// Wraps a handler so that the first middleware sees the request first.
package func wrap(_ handler: @escaping Handler, in middleware: [Middleware]) -> Handler {
    middleware.reversed().reduce(handler) { inner, outer in
        { request in try await outer(request, inner) }
    }
}
