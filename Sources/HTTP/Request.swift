/// A request as a handler sees it: checked, decoded, with a body still to be read.
package struct Request: Sendable {
    package var method: Method
    /// The request target as it came over the wire.
    package var target: String
    /// The path, percent-decoded and normalised.
    package var path: String
    package var query: Query
    package var fields: Fields
    package var body: Body
    /// The peer's IP address as text, or `unix` for a local socket.
    package var remoteAddress: String
    /// Names this request in logs and in the answer's `X-Request-ID`.
    package var id: String
    /// True when the client's own connection is encrypted, as a trusted proxy may state.
    package var isSecure: Bool
    /// What the router found in the path's `{placeholders}`.
    package var parameters: Parameters
    /// The pattern of the route that serves this request.
    package var route: String?

    package init(
        method: Method, target: String, path: String, query: Query, fields: Fields, body: Body,
        remoteAddress: String, id: String, isSecure: Bool = false
    ) {
        self.method = method
        self.target = target
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
        self.remoteAddress = remoteAddress
        self.id = id
        self.isSecure = isSecure
        parameters = Parameters()
    }

    /// A request made by hand, for tests and for programs that call a handler without a socket.
    package init(
        _ method: Method, _ target: String, fields: Fields = [:], body: Body = .empty,
        remoteAddress: String = "127.0.0.1", id: String = RequestID.next()
    ) throws(RequestTarget.ParseError) {
        let parsed = try RequestTarget(parsing: target)
        self.init(
            method: method, target: target, path: parsed.path, query: parsed.query, fields: fields,
            body: body, remoteAddress: remoteAddress, id: id)
    }

    package var scheme: String { isSecure ? "https" : "http" }

    /// The media type of the body, in lower case and without its parameters.
    package var mediaType: String? {
        fields[.contentType].map {
            ASCII.trimmed($0.prefix { $0 != ";" }).lowercased()
        }
    }

    /// The values of a route's placeholders, by name.
    package struct Parameters: Hashable, Sendable {
        var items: [(name: String, value: String)] = []

        package init() {}

        package subscript(name: String) -> String? {
            items.last { $0.name == name }?.value
        }

        package static func == (left: Parameters, right: Parameters) -> Bool {
            left.items.elementsEqual(right.items, by: ==)
        }

        package func hash(into hasher: inout Hasher) {
            for item in items {
                hasher.combine(item.name)
                hasher.combine(item.value)
            }
        }
    }
}
