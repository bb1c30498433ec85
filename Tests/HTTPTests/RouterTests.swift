import HTTP
import Testing

@Suite struct RouterTests {
    private static func answer(_ name: String) -> Handler {
        { request in
            let parameters = ["id", "code", "rest"].compactMap { key in
                request.parameters[key].map { "\(key)=\($0)" }
            }
            return .text(([name] + parameters).joined(separator: " "))
        }
    }

    private let router = Router(
        [
            Route(.get, "/", answer("root")),
            Route(.get, "/api/photos/", answer("list")),
            Route(.post, "/api/photos/", answer("create")),
            Route(.get, "/api/photos/{id}/", answer("detail")),
            Route(.delete, "/api/photos/{id}/", answer("delete")),
            Route(.post, "/api/photos/batch/", answer("batch")),
            Route(.get, "/api/chats/{code}/photos/{id}", answer("nested")),
            Route(.get, "/static/{rest...}", answer("static")),
        ],
        fallbacks: [
            Router.Fallback("/") { _, _ in .text("plain", status: .notFound) },
            Router.Fallback("/api/") { _, failure in
                if case .methodNotAllowed = failure {
                    return .json(Array("{}".utf8), status: .methodNotAllowed)
                }
                return .json(Array("{}".utf8), status: .notFound)
            },
        ])

    private func text(_ method: Method, _ path: String) async throws -> String {
        let response = try await router.handle(try Request(method, path))
        guard case .bytes(let bytes) = response.body else { return "\(response.status.code)" }
        return "\(response.status.code) \(String(decoding: bytes, as: UTF8.self))"
    }

    @Test(arguments: [
        (Method.get, "/", "200 root"),
        (.get, "/api/photos", "200 list"),
        (.get, "/api/photos/", "200 list"),
        (.head, "/api/photos/", "200 list"),
        (.post, "/api/photos/", "200 create"),
        (.get, "/api/photos/7", "200 detail id=7"),
        (.get, "/api/photos/a%20b/", "200 detail id=a b"),
        (.post, "/api/photos/batch", "200 batch"),
        (.get, "/api/photos/batch", "405 {}"),
        (.get, "/api/photos/batches", "200 detail id=batches"),
        (.get, "/api/chats/x/photos/9/", "200 nested id=9 code=x"),
        (.get, "/static/css/site.css", "200 static rest=css/site.css"),
        (.get, "/api/nothing", "404 {}"),
        (.get, "/apis", "404 plain"),
        (.put, "/api/photos/7", "405 {}"),
    ])
    func `a path finds its route with and without a slash at its end`(
        method: Method, path: String, expected: String
    ) async throws {
        #expect(try await text(method, path) == expected)
    }

    @Test func `a wrong method is told the right ones`() async throws {
        let response = try await router.handle(try Request(.put, "/api/photos/7"))
        #expect(response.status == .methodNotAllowed)
        #expect(response.fields[.allow] == "DELETE, GET, HEAD, OPTIONS")
        let literal = try await router.handle(try Request(.delete, "/api/photos/batch"))
        #expect(literal.fields[.allow] == "OPTIONS, POST")
        let options = try await router.handle(try Request(.options, "/api/photos"))
        #expect(options.status == .noContent)
        #expect(options.fields[.allow] == "GET, HEAD, OPTIONS, POST")
    }

    @Test func `the answer names the pattern of its route`() async throws {
        let response = try await router.handle(try Request(.get, "/api/photos/7"))
        #expect(response.route == "/api/photos/{id}/")
    }

    @Test func `middleware wraps from the outside in`() async throws {
        let mark = { (name: String) -> Middleware in
            { request, next in
                var response = try await next(request)
                response.fields.append("X-Order", name)
                return response
            }
        }
        let handler = wrap({ _ in Response(.ok) }, in: [mark("outer"), mark("inner")])
        let response = try await handler(try Request(.get, "/"))
        #expect(response.fields.values(of: "x-order") == ["inner", "outer"])
    }
}
