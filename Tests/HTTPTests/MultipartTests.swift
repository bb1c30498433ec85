import HTTP
import Synchronization
import Testing

/// A body that arrives in pieces of a given size.
private final class Pieces: BodySource {
    private let bytes: [UInt8]
    private let size: Int
    private let position = Mutex(0)
    private let breaksOff: Bool

    init(_ bytes: [UInt8], size: Int, breaksOff: Bool = false) {
        self.bytes = bytes
        self.size = size
        self.breaksOff = breaksOff
    }

    func next() async throws(BodyError) -> [UInt8]? {
        let piece = position.withLock { position -> [UInt8]? in
            guard position < bytes.count else { return nil }
            let end = min(position + size, bytes.count)
            defer { position = end }
            return Array(bytes[position..<end])
        }
        if piece == nil && breaksOff { throw .disconnected }
        return piece
    }
}

@Suite struct MultipartTests {
    private struct Seen: Equatable {
        var part: MultipartReader.Part
        var content: [UInt8]
    }

    private static func form(_ text: String) -> [UInt8] {
        Array(text.replacing("\n", with: "\r\n").utf8)
    }

    private func read(
        _ bytes: [UInt8], size: Int = 65536, breaksOff: Bool = false
    ) async throws -> [Seen] {
        let body = Body(source: Pieces(bytes, size: size, breaksOff: breaksOff), length: nil)
        var reader = try MultipartReader(boundary: "xYz", body: body)
        var seen: [Seen] = []
        while let part = try await reader.nextPart() {
            var content: [UInt8] = []
            while let chunk = try await reader.nextChunk() { content += chunk }
            seen.append(Seen(part: part, content: content))
        }
        return seen
    }

    private static let example = form(
        """
        preamble to ignore
        --xYz
        Content-Disposition: form-data; name="title"

        caf\u{e9}
        --xY not the boundary
        --xYz  
        content-disposition: form-data; name="photo"; filename="C:\\\\dir\\\\a \\"b\\".jpg"
        Content-Type: image/jpeg

        \r\n\r\n--xY\r\r\n--x\u{0}
        --xYz
        Content-Disposition: form-data; name=empty; filename*=utf-8''%e2%82%ac.png


        --xYz--
        epilogue
        """)

    @Test func `parts are told apart whatever pieces the body arrives in`() async throws {
        let expected = try await read(MultipartTests.example)
        #expect(expected.map(\.part.name) == ["title", "photo", "empty"])
        #expect(expected.map(\.part.filename) == [nil, "a \"b\".jpg", "€.png"])
        #expect(expected.map(\.part.type) == [nil, "image/jpeg", nil])
        #expect(expected[0].content == Array("café\r\n--xY not the boundary".utf8))
        #expect(expected[2].content == [])
        for size in 1...80 {
            #expect(try await read(MultipartTests.example, size: size) == expected)
        }
    }

    @Test func `parts may be skipped`() async throws {
        var reader = try MultipartReader(boundary: "xYz", body: Body(MultipartTests.example))
        _ = try await reader.nextPart()
        let second = try await reader.nextPart()
        #expect(second?.name == "photo")
        _ = try await reader.nextPart()
        #expect(try await reader.nextPart() == nil)
        #expect(try await reader.nextPart() == nil)
    }

    @Test(arguments: [
        "", "--xYz", "--xYz\n", "no boundary at all", "--xYz\n\ncontent\n--xYz--",
        "--xYz\nContent-Disposition: form-data; name=\"a\"\n\nnever ends",
        "--xYz\nContent-Disposition: form-data\n\nx\n--xYz--",
        "--xYz\nContent-Disposition: attachment; name=\"a\"\n\nx\n--xYz--",
        "--xYz\nContent Disposition: form-data; name=\"a\"\n\nx\n--xYz--",
        "--xYz\nContent-Disposition: form-data; name=\"a\n\nx\n--xYz--",
        "--xYzfoo\nContent-Disposition: form-data; name=\"a\"\n\nx\n--xYz--",
    ])
    func `a form that breaks the grammar is refused`(text: String) async {
        await #expect(throws: MultipartError.malformed) {
            try await read(MultipartTests.form(text))
        }
    }

    @Test func `a client that hangs up is told from one that errs`() async {
        await #expect(throws: MultipartError.body(.disconnected)) {
            try await read(Array(MultipartTests.example.prefix(150)), breaksOff: true)
        }
        // All parts are there, and yet the request is not complete.
        await #expect(throws: MultipartError.body(.disconnected)) {
            try await read(MultipartTests.example, breaksOff: true)
        }
    }

    @Test func `parts, headers, names and what follows are limited`() async {
        let tail = MultipartTests.example + [UInt8](repeating: 1, count: 70_000)
        await #expect(throws: MultipartError.malformed) { try await read(tail, size: 1000) }
        let part = "--xYz\nContent-Disposition: form-data; name=\"a\"\n\nx\n"
        let many = MultipartTests.form(String(repeating: part, count: 21) + "--xYz--")
        await #expect(throws: MultipartError.tooManyParts(limit: 20)) { try await read(many) }
        let long = MultipartTests.form("--xYz\nX: " + String(repeating: "a", count: 100_000))
        await #expect(throws: MultipartError.headerTooLarge(limit: 8192)) {
            try await read(long, size: 100)
        }
        let name = String(repeating: "a", count: 300)
        let named = MultipartTests.form(
            "--xYz\nContent-Disposition: form-data; name=\"\(name)\"\n\nx\n--xYz--")
        await #expect(throws: MultipartError.headerTooLarge(limit: 256)) { try await read(named) }
    }

    @Test(
        arguments: [
            (nil, MultipartError.notMultipart), ("text/plain", .notMultipart),
            ("multipart/form-data", .missingBoundary),
            ("multipart/form-data; boundary=\"\"", .missingBoundary),
            (
                "multipart/form-data; boundary=\(String(repeating: "a", count: 71))",
                .missingBoundary
            ),
            ("multipart/form-data; boundary=\"a{b\"", .missingBoundary),
        ] as [(String?, MultipartError)])
    func `a form needs a boundary`(type: String?, expected: MultipartError) throws {
        let fields: Fields = type.map { [.contentType: $0] } ?? [:]
        let request = try Request(.post, "/", fields: fields)
        #expect(throws: expected) { try MultipartReader(request) }
    }

    @Test func `ten megabytes stream through in a moment`() async throws {
        var random = SystemRandomNumberGenerator()
        let content = (0..<1_310_720).flatMap { _ in
            withUnsafeBytes(of: random.next()) { Array($0) }
        }
        let head = MultipartTests.form(
            "--xYz\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\n\n")
        let bytes = head + content + MultipartTests.form("\n--xYz--\n")
        let clock = ContinuousClock()
        let start = clock.now
        let seen = try await read(bytes)
        let elapsed = clock.now - start
        #expect(seen.first?.content == content)
        #expect(elapsed < .milliseconds(200), "10 MB took \(elapsed)")
    }

    @Test func `a body is collected up to its limit`() async throws {
        let source = Pieces([1, 2, 3, 4, 5], size: 2)
        #expect(try await Body(source: source, length: nil).collect(upTo: 5) == [1, 2, 3, 4, 5])
        await #expect(throws: BodyError.tooLarge(limit: 4)) {
            try await Body(source: Pieces([1, 2, 3, 4, 5], size: 2), length: nil).collect(upTo: 4)
        }
        await #expect(throws: BodyError.tooLarge(limit: 4)) {
            try await Body(source: source, length: 5).collect(upTo: 4)
        }
    }
}
