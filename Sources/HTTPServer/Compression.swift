import HTTP

/// Sends JSON, HTML and other text as gzip to clients that accept it.
///
/// Only bodies in memory of 1 KiB or more are looked at: below that a packet is not spared. Pictures, parts of a
/// content, streams and files pass untouched, and so does what says `Cache-Control: no-transform`.
package enum Compression {
    static let minimumBytes = 1024
    /// More would hold up the event loop for longer than a millisecond.
    private static let inlineBytes = 32 * 1024

    /// The outermost middleware: it must see the answer as it would be sent.
    package static let middleware: Middleware = { request, handler in
        let response = try await handler(request)
        guard case .bytes(let bytes) = response.body, bytes.count >= minimumBytes,
            isSuited(response)
        else { return response }
        return await compressed(response, bytes, for: request)
    }

    private static func isSuited(_ response: Response) -> Bool {
        guard response.status != .partialContent,
            let type = response.fields[.contentType], MediaType.isCompressible(type),
            !response.fields.contains(.contentEncoding)
        else { return false }
        return !(response.fields[.cacheControl]?.contains("no-transform") ?? false)
    }

    private static func compressed(
        _ original: Response, _ bytes: [UInt8], for request: Request
    ) async -> Response {
        var response = original
        // Clients that don't accept it are told too, or a cache would give them what was meant for others.
        response.fields.vary(on: .acceptEncoding)
        guard Negotiation.accepts(coding: "gzip", request.fields.list(of: .acceptEncoding)) else {
            return response
        }
        let packed =
            bytes.count <= inlineBytes ? Gzip.compress(bytes) : await Gzip.compressElsewhere(bytes)
        guard let packed, packed.count < bytes.count else { return response }
        response.body = .bytes(packed)
        response.fields[.contentEncoding] = "gzip"
        // Ranges count bytes of what is sent, and zlib promises no one sequence of them (RFC 9110 section 8.8.1).
        response.fields[.acceptRanges] = nil
        if let tag = response.fields[.etag].flatMap({ EntityTag(parsing: $0) }) {
            response.fields[.etag] = EntityTag(tag.opaque, isWeak: true).description
        }
        return response
    }
}
