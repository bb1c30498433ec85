/// One line of a route table: a method, a pattern and who answers.
///
/// Patterns are made of literal segments, `{name}` for one segment and, at the end, `{name...}` for all that is left.
package struct Route: Sendable {
    package let method: Method
    package let pattern: String
    package let handler: Handler

    package init(_ method: Method, _ pattern: String, _ handler: @escaping Handler) {
        self.method = method
        self.pattern = pattern
        self.handler = handler
    }
}

/// Why the router has no handler for a request.
package enum RouteFailure: Hashable, Sendable {
    case notFound
    case methodNotAllowed(allow: [Method])
}

/// Finds the route for a request. Immutable, so that every thread may use it without a lock.
///
/// A path is served with and without its trailing slash. Literal segments win over placeholders: a path that is spelled
/// out for some method is never taken for the value of a placeholder by another one.
/// HEAD is served by GET's route, OPTIONS by the router itself unless a route says otherwise.
package struct Router: Sendable {
    /// Answers 404 and 405 below a path prefix, in the shape of that family of paths.
    package struct Fallback: Sendable {
        let prefix: String
        let handler: @Sendable (Request, RouteFailure) async -> Response

        /// The prefix ends at a segment's border: `/api` covers `/api` and `/api/x`, not `/apis`. `/` covers all.
        package init(
            _ prefix: String,
            _ handler: @escaping @Sendable (Request, RouteFailure) async -> Response
        ) {
            self.prefix = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
            self.handler = handler
        }

        func covers(_ path: String) -> Bool {
            let path = path.utf8
            let prefix = prefix.utf8
            guard path.starts(with: prefix) else { return false }
            return path.count == prefix.count || path.dropFirst(prefix.count).first == 0x2F
        }
    }

    package enum Match: Sendable {
        case found(Route, Request.Parameters)
        case failed(RouteFailure)
    }

    private var nodes = [Node()]
    private let fallbacks: [Fallback]

    /// Two routes with the same method and pattern are a programmer's error.
    package init(_ routes: [Route], fallbacks: [Fallback] = []) {
        // The longest prefix speaks first.
        self.fallbacks = fallbacks.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        for route in routes {
            insert(route)
        }
    }

    /// Answers a request: this is the handler to give to a server.
    package func handle(_ request: Request) async throws -> Response {
        // OPTIONS may ask about the server as a whole.
        if request.path == "*" { return Response(.noContent) }
        switch match(request.method, request.path) {
        case .found(let route, let parameters):
            var request = request
            request.parameters = parameters
            request.route = route.pattern
            var response = try await route.handler(request)
            if response.route == nil { response.route = route.pattern }
            return response
        case .failed(.methodNotAllowed(let allow)) where request.method == .options:
            return Response(.noContent, fields: [.allow: Router.list(allow)])
        case .failed(let failure):
            return await fallback(request, failure)
        }
    }

    package func match(_ method: Method, _ path: String) -> Match {
        var search = Search(segments: path.utf8.split(separator: 0x2F).map(Substring.init))
        if let route = find(method, at: 0, depth: 0, &search) {
            return .found(route, search.parameters)
        }
        guard !search.allowed.isEmpty else { return .failed(.notFound) }
        var allow = search.allowed
        if allow.contains(.get) && !allow.contains(.head) { allow.append(.head) }
        if !allow.contains(.options) { allow.append(.options) }
        allow.sort { $0.rawValue < $1.rawValue }
        return .failed(.methodNotAllowed(allow: allow))
    }

    /// Methods as the `Allow` field writes them.
    package static func list(_ methods: [Method]) -> String {
        methods.map(\.rawValue).joined(separator: ", ")
    }

    private func fallback(_ request: Request, _ failure: RouteFailure) async -> Response {
        var response: Response
        if let family = fallbacks.first(where: { $0.covers(request.path) }) {
            response = await family.handler(request, failure)
        } else if case .methodNotAllowed = failure {
            response = .text("Method not allowed\n", status: .methodNotAllowed)
        } else {
            response = .text("Not found\n", status: .notFound)
        }
        if case .methodNotAllowed(let allow) = failure {
            response.fields.setDefault(.allow, Router.list(allow))
        }
        return response
    }
}

extension Router {
    fileprivate struct Node: Sendable {
        var literals: [Substring: Int] = [:]
        var placeholder: Int?
        var routes: [Target] = []
        /// Routes whose last placeholder takes the rest of the path.
        var tails: [Target] = []
    }

    fileprivate struct Target: Sendable {
        let route: Route
        let names: [String]
    }

    /// What one walk down the trie has seen so far.
    fileprivate struct Search {
        let segments: [Substring]
        var values: [Substring] = []
        var allowed: [Method] = []
        var parameters = Request.Parameters()

        mutating func choose(_ targets: [Target], _ method: Method, rest: Int?) -> Route? {
            guard !targets.isEmpty else { return nil }
            let exact = targets.first { $0.route.method == method }
            let chosen =
                exact ?? (method == .head ? targets.first { $0.route.method == .get } : nil)
            guard let chosen else {
                for target in targets where !allowed.contains(target.route.method) {
                    allowed.append(target.route.method)
                }
                return nil
            }
            var values = values
            if let rest { values.append(Substring(segments[rest...].joined(separator: "/"))) }
            parameters.items = zip(chosen.names, values).map { ($0, String($1)) }
            return chosen.route
        }
    }

    fileprivate func find(
        _ method: Method, at index: Int, depth: Int, _ search: inout Search
    ) -> Route? {
        let node = nodes[index]
        if depth == search.segments.count {
            if let route = search.choose(node.routes, method, rest: nil) { return route }
        } else {
            let segment = search.segments[depth]
            if let next = node.literals[segment] {
                if let route = find(method, at: next, depth: depth + 1, &search) { return route }
                if !search.allowed.isEmpty { return nil }
            }
            if let next = node.placeholder {
                search.values.append(segment)
                if let route = find(method, at: next, depth: depth + 1, &search) { return route }
                search.values.removeLast()
            }
        }
        return search.choose(node.tails, method, rest: depth)
    }

    fileprivate mutating func insert(_ route: Route) {
        var index = 0
        var names: [String] = []
        var takesRest = false
        for segment in route.pattern.split(separator: "/") {
            precondition(!takesRest, "a placeholder for the rest must end its pattern")
            if segment.hasPrefix("{"), segment.hasSuffix("...}") {
                names.append(String(segment.dropFirst().dropLast(4)))
                takesRest = true
            } else if segment.hasPrefix("{"), segment.hasSuffix("}") {
                names.append(String(segment.dropFirst().dropLast()))
                index = child(of: index, \.placeholder)
            } else {
                index = child(of: index, \.literals[segment])
            }
        }
        let target = Target(route: route, names: names)
        let list = takesRest ? \Node.tails : \Node.routes
        precondition(
            !nodes[index][keyPath: list].contains { $0.route.method == route.method },
            "two routes for \(route.method) \(route.pattern)")
        nodes[index][keyPath: list].append(target)
    }

    private mutating func child(of index: Int, _ link: WritableKeyPath<Node, Int?>) -> Int {
        if let existing = nodes[index][keyPath: link] { return existing }
        nodes.append(Node())
        nodes[index][keyPath: link] = nodes.count - 1
        return nodes.count - 1
    }
}
