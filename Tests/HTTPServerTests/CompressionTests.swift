import CZlib
import HTTP
import HTTPServer
import Testing

@Suite struct CompressionTests {
    private static let text = String(repeating: #"{"name":"a photo","width":4000},"#, count: 200)

    private func answer(
        _ response: Response, accept: String? = "gzip, br"
    ) async throws -> Response {
        var fields = Fields()
        fields[.acceptEncoding] = accept
        let request = try Request(.get, "/", fields: fields)
        return try await wrap({ _ in response }, in: [Compression.middleware])(request)
    }

    @Test(arguments: [
        "application/json", "text/html; charset=utf-8", "application/problem+json",
    ])
    func `text that is large enough is compressed for who accepts it`(type: String) async throws {
        let original = Response.bytes(Array(Self.text.utf8), type: type)
        let response = try await answer(original)
        #expect(response.fields[.contentEncoding] == "gzip")
        #expect(response.fields[.vary] == "Accept-Encoding")
        #expect(response.bodyBytes.count < Self.text.utf8.count / 10)
        #expect(try gunzip(response.bodyBytes) == Array(Self.text.utf8))
        // The state that is kept from one content to the next must not show.
        #expect(try await answer(original).bodyBytes == response.bodyBytes)
    }

    @Test func `large and incompressible contents survive`() async throws {
        var random = FixedRandom(seed: 9)
        for count in [1024, 32 * 1024, 32 * 1024 + 1, 3_000_000] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            let response = try await answer(.bytes(bytes, type: "text/plain"))
            #expect(try gunzip(response.bodyBytes) == bytes)
        }
        let noise = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let response = try await answer(.bytes(noise, type: "text/plain"))
        #expect(response.bodyBytes == noise)
        #expect(response.fields[.contentEncoding] == nil)
    }

    @Test(arguments: [nil, "br", "identity", "gzip;q=0", "*;q=0", ""])
    func `who does not accept gzip gets none, but is told that it matters`(
        accept: String?
    ) async throws {
        let response = try await answer(.json(Array(Self.text.utf8)), accept: accept)
        #expect(response.fields[.contentEncoding] == nil)
        #expect(response.fields[.vary] == "Accept-Encoding")
        #expect(response.bodyBytes == Array(Self.text.utf8))
    }

    static let untouched: [(String, Response)] = [
        ("small", .json(Array(text.utf8.prefix(1023)))),
        ("picture", .bytes(Array(text.utf8), type: "image/svg+xml")),
        ("no type", Response(.ok, body: .bytes(Array(text.utf8)))),
        ("encoded", with(.contentEncoding, "br")),
        ("not to be transformed", with(.cacheControl, "private, no-transform")),
        (
            "a part",
            Response(
                .partialContent, fields: [.contentType: "text/plain"],
                body: .bytes(Array(text.utf8)))
        ),
        ("a stream", .stream(type: "text/html") { try await $0.write("x") }),
        ("events", .events { try await $0.write("x") }),
    ]

    private static func with(_ name: Fields.Name, _ value: String) -> Response {
        var response = Response.json(Array(text.utf8))
        response.fields[name] = value
        return response
    }

    @Test(arguments: untouched)
    func `what gains nothing or may not be changed passes as it is`(
        name: String, original: Response
    ) async throws {
        let response = try await answer(original)
        #expect(response.fields == original.fields, "\(name)")
        #expect(response.length == original.length, "\(name)")
    }

    @Test func `a compressed content has a weak tag, which still says that nothing has changed`()
        async throws
    {
        let content = Array(Self.text.utf8)
        let handler: Handler = { request in
            .content(of: content, type: "text/html", tag: EntityTag("v1"), for: request)
        }
        let ask = { (fields: Fields) in
            try await wrap(handler, in: [Compression.middleware])(
                try Request(.get, "/", fields: fields))
        }
        let first = try await ask([.acceptEncoding: "gzip"])
        #expect(first.fields[.etag] == #"W/"v1""#)
        #expect(first.fields[.acceptRanges] == nil)
        #expect(first.fields.values(of: .vary) == ["Accept-Encoding"])
        let again = try await ask([.acceptEncoding: "gzip", .ifNoneMatch: #"W/"v1""#])
        #expect(again.status == .notModified)
        #expect(again.fields[.vary] == "Accept-Encoding")
        // A part of the plain bytes must not be glued to the compressed ones.
        let part = try await ask([
            .acceptEncoding: "gzip", .range: "bytes=0-9", .ifRange: #"W/"v1""#,
        ])
        #expect(part.status == .ok)
        #expect(part.fields[.contentEncoding] == "gzip")
        let plain = try await ask([.range: "bytes=0-1999", .acceptEncoding: "gzip"])
        #expect(plain.status == .partialContent)
        #expect(plain.bodyBytes == Array(content[..<2000]))
        #expect(plain.fields[.etag] == #""v1""#)
    }

    @Test func `compressed answers go over the socket with their own length`() async throws {
        let handler = wrap({ _ in .html(Self.text) }, in: [Compression.middleware])
        try await withServer(handler) { _, address in
            try await onThread {
                let client = try RawClient(address)
                let ask = { (method: String) in
                    client.send(
                        "\(method) / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
                }
                ask("HEAD")
                let head = try client.answer(toHEAD: true)
                ask("GET")
                let whole = try client.answer()
                #expect(head.fields["content-length"] == whole.fields["content-length"])
                #expect(whole.fields["content-encoding"] == "gzip")
            }
        }
    }
}

extension Response {
    fileprivate var bodyBytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }
}

/// What zlib itself makes of it.
private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let version = String(cString: zlibVersion())
    try #require(
        inflateInit2_(&stream, 15 + 16, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { inflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: 4_000_000)
    let status = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            return inflate(&stream, Z_FINISH)
        }
    }
    try #require(status == Z_STREAM_END)
    return Array(output[..<Int(stream.total_out)])
}
