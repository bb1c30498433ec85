/// An answer to a request.
package struct Response: Sendable {
    /// What follows the header block.
    package enum Body: Sendable {
        case empty
        case bytes([UInt8])
        /// A part of a file, sent from the kernel's cache without passing through this process.
        case file(OpenFile, offset: Int, length: Int)
        /// Bytes that are made while they are sent; with a length they go out as they are, without one in chunks.
        case stream(length: Int?, @Sendable (any ResponseWriter) async throws -> Void)
    }

    package var status: Status
    package var fields: Fields
    package var body: Body
    /// The pattern of the route that made this answer; the router fills it in for logs and metrics.
    package var route: String?

    package init(_ status: Status, fields: Fields = Fields(), body: Body = .empty) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The number of body bytes, nil if only the end will tell.
    package var length: Int? {
        switch body {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .file(_, _, let length): length
        case .stream(let length, _): length
        }
    }

    package static func bytes(
        _ bytes: [UInt8], type: String, status: Status = .ok
    ) -> Response {
        Response(status, fields: [.contentType: type], body: .bytes(bytes))
    }

    package static func json(_ bytes: [UInt8], status: Status = .ok) -> Response {
        Response.bytes(bytes, type: "application/json", status: status)
    }

    package static func text(_ text: String, status: Status = .ok) -> Response {
        Response.bytes(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
    }

    package static func html(_ text: String, status: Status = .ok) -> Response {
        Response.bytes(Array(text.utf8), type: "text/html; charset=utf-8", status: status)
    }

    package static func file(_ file: OpenFile, type: String) -> Response {
        Response(
            .ok, fields: [.contentType: type], body: .file(file, offset: 0, length: file.size))
    }

    /// Sends chunks as the closure writes them; server-sent events are made of this.
    package static func stream(
        type: String, _ produce: @escaping @Sendable (any ResponseWriter) async throws -> Void
    ) -> Response {
        Response(.ok, fields: [.contentType: type], body: .stream(length: nil, produce))
    }
}

/// Where the closure of a streamed response puts its bytes.
package protocol ResponseWriter: Sendable {
    /// Sends bytes at once and returns when the client's side has room for more. Throws when the client is gone.
    func write(_ bytes: [UInt8]) async throws(BodyError)
}

extension ResponseWriter {
    package func write(_ text: String) async throws(BodyError) {
        try await write(Array(text.utf8))
    }
}
