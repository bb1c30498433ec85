import HTTP
import HTTPServer

/// A parser under fuzzing. A crash is a finding, and so is an answer that breaks what the parser promises.
enum FuzzedParser: String, CaseIterable {
    case head, chunked, multipart, range, cookies, query, json

    func check(_ bytes: [UInt8]) {
        switch self {
        case .head: checkHead(bytes)
        case .chunked: checkChunked(bytes)
        case .multipart: checkMultipart(bytes)
        case .range: checkRange(bytes)
        case .cookies: checkCookies(bytes)
        case .query: checkQuery(bytes)
        case .json: checkJSON(bytes)
        }
    }
}

/// Ends the process, which is how libFuzzer learns of a finding.
func expect(_ isTrue: Bool, _ promise: String) {
    if !isTrue { fatalError("broken promise: \(promise)") }
}

/// The first byte says by how many bytes the rest arrives at a time.
private func pieces(_ bytes: [UInt8]) -> (size: Int, rest: [UInt8]) {
    (Int(bytes.first ?? 0) % 32 + 1, Array(bytes.dropFirst()))
}

// MARK: - Messages

private func readHead(
    _ bytes: [UInt8], by size: Int
) -> Result<(RequestHead, length: Int)?, Refusal> {
    let limits = HeadLimits()
    var scanner = HeadScanner(limits: limits)
    var end = 0
    do throws(Refusal) {
        while end < bytes.count {
            end = min(bytes.count, end + size)
            if let length = try scanner.scan(bytes.span.extracting(..<end)) {
                let head = try HeadParser.parse(bytes.span.extracting(..<length), limits)
                return .success((head, length))
            }
        }
        return .success(nil)
    } catch {
        return .failure(error)
    }
}

private func checkHead(_ bytes: [UInt8]) {
    let (size, rest) = pieces(bytes)
    let whole = readHead(rest, by: max(1, rest.count))
    switch (whole, readHead(rest, by: size)) {
    case (.success(nil), .success(nil)): return
    case (.failure(let one), .failure(let other)): expect(one == other, "one refusal")
    case (.success(let one?), .success(let other?)):
        expect(one.0 == other.0 && one.length == other.length, "one head")
        checkHead(one.0, Array(rest[..<one.length]))
    default: expect(false, "the verdict does not depend on the pieces")
    }
}

private func checkHead(_ head: RequestHead, _ bytes: [UInt8]) {
    let lengths = head.fields.values(of: .contentLength)
    let codings = head.fields.values(of: .transferEncoding)
    expect(lengths.count <= 1 && (lengths.isEmpty || codings.isEmpty), "one framing")
    expect(head.fields.values(of: .host).count <= 1, "one Host")
    expect(head.isHTTP10 || head.fields.contains(.host), "a Host")
    expect(bytes.indices.allSatisfy { bytes[$0] != 0 }, "no NUL")
    expect(
        bytes.indices.allSatisfy { bytes[$0] != 0x0A || $0 > 0 && bytes[$0 - 1] == 0x0D },
        "no bare line feed")
    expect(
        bytes.indices.dropLast().allSatisfy { bytes[$0] != 0x0D || bytes[$0 + 1] == 0x0A },
        "no bare carriage return")
    let path = head.location.path
    expect(path == "*" || isRooted(path), "a rooted path without dots")
    expect(!path.utf8.contains(0) && !path.utf8.contains(0x5C), "no NUL, no backslash")
}

/// By bytes: a slash and an accent behind it are one character.
private func isRooted(_ path: String) -> Bool {
    path.utf8.first == 0x2F
        && path.utf8.split(separator: 0x2F).allSatisfy {
            !$0.elementsEqual("..".utf8) && !$0.elementsEqual(".".utf8)
        }
}

private func decode(_ bytes: [UInt8], by size: Int) -> Result<(body: [UInt8], used: Int?), Refusal>
{
    var decoder = ChunkedDecoder(limits: HeadLimits())
    var body: [UInt8] = []
    var start = 0
    do throws(Refusal) {
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            let input = bytes.span.extracting(start..<end)
            var position = 0
            reading: while true {
                switch try decoder.next(input, &position) {
                case .data(let range):
                    body += bytes[(start + range.lowerBound)..<(start + range.upperBound)]
                case .needsMore: break reading
                case .end: return .success((body, start + position))
                }
            }
            expect(position == input.count, "all input is used")
            start = end
        }
        return .success((body, nil))
    } catch {
        return .failure(error)
    }
}

private func checkChunked(_ bytes: [UInt8]) {
    let (size, rest) = pieces(bytes)
    switch (decode(rest, by: max(1, rest.count)), decode(rest, by: size)) {
    case (.failure(let one), .failure(let other)): expect(one == other, "one refusal")
    case (.success(let one), .success(let other)):
        expect(one == other, "one body and one end")
        expect(one.body.count <= rest.count, "no byte is made up")
    default: expect(false, "the verdict does not depend on the pieces")
    }
}

// MARK: - Forms

private func checkMultipart(_ bytes: [UInt8]) {
    let (size, rest) = pieces(bytes)
    let whole = parts(rest, by: max(1, rest.count))
    let pieces = parts(rest, by: size)
    switch (whole, pieces) {
    case (.success(let one), .success(let other)):
        expect(one == other, "one form")
        expect(one.count <= MultipartReader.Limits().parts, "the limit of parts")
        expect(one.reduce(0) { $0 + $1.content.count } <= rest.count, "no byte is made up")
        expect(
            one.allSatisfy { !($0.part.filename?.contains("/") ?? false) },
            "a file's name has no folder")
    case (.failure, .failure): break
    default: expect(false, "the verdict does not depend on the pieces")
    }
}

private struct ReadPart: Equatable {
    var part: MultipartReader.Part
    var content: [UInt8]
}

private func parts(_ bytes: [UInt8], by size: Int) -> Result<[ReadPart], MultipartError> {
    let body = Body(source: SlicedBody(bytes, size), length: nil)
    return runInline { () async throws(MultipartError) in
        var reader = try MultipartReader(boundary: "b", body: body)
        var parts: [ReadPart] = []
        while let part = try await reader.nextPart() {
            parts.append(ReadPart(part: part, content: try await reader.collect(upTo: 1 << 20)))
        }
        return parts
    }
}

private func checkQuery(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let query = try? Query(parsing: text) {
        expect(query.items.count <= Query.maximumItems, "the limit of pairs")
        for item in query.items {
            expect(query.values(of: item.name).contains(item.value), "found")
        }
    }
    if let target = try? RequestTarget(parsing: "/" + text) {
        expect(isRooted(target.path), "a rooted path without dots")
        expect(!target.path.unicodeScalars.contains { $0.value < 0x20 }, "no control character")
    }
}

// MARK: - Fields and JSON

private func checkRange(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, maxSplits: 5, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    let names: [Fields.Name] = [.range, .ifRange, .ifNoneMatch, .ifModifiedSince, .accept]
    let fields = Fields(zip(names, lines).map { Fields.Field($0, $1) })
    guard let request = try? Request(.get, "/", fields: fields) else { return }
    let tag = EntityTag("abc")
    for size in [0, 1, 1000, Int.max] {
        let selection = Selection(of: request, tag: tag, modified: 784_111_777_000, size: size)
        guard case .part(let range) = selection else { continue }
        expect(range.offset >= 0 && range.length > 0, "a part has bytes")
        expect(range.length <= size && range.offset <= size - range.length, "a part is inside")
        expect(fields.contains(.range), "a part was asked for")
    }
    _ = Negotiation.choose(["text/html", "application/json"], accept: fields[.accept])
    _ = Negotiation.accepts(coding: "gzip", fields[.accept])
    for line in lines {
        if let tag = EntityTag(parsing: line) { expect(tag.description == line, "a tag's text") }
        if let time = Timestamp.parse(imfFixdate: line) { expect(time % 1000 == 0, "seconds") }
    }
}

private func checkCookies(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    let fields = Fields(lines.map { Fields.Field(.cookie, $0) })
    for name in ["session", "a", ""] {
        guard let value = Cookies.value(of: name, in: fields) else { continue }
        expect(lines.contains { $0.contains(name) }, "a cookie that was sent")
        expect(!value.contains(";"), "a value ends at the semicolon")
    }
    for line in lines {
        if let field = FieldParameters(parsing: line) { _ = field["name"] }
    }
}

private func checkJSON(_ bytes: [UInt8]) {
    guard let value = try? JSONValue(parsing: bytes, maximumDepth: 32) else { return }
    expect(depth(of: value) <= 32, "the limit of depth")
    let written = value.encoded
    guard let again = try? JSONValue(parsing: written, maximumDepth: 32) else {
        return expect(false, "what is written can be read")
    }
    expect(again == value && again.encoded == written, "what is written is what was read")
}

private func depth(of value: JSONValue) -> Int {
    switch value {
    case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
    case .object(let members): 1 + (members.map { depth(of: $0.value) }.max() ?? 0)
    default: 0
    }
}
