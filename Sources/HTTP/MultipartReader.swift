/// Why a multipart body can't be read.
package enum MultipartError: Error, Hashable {
    /// The content type is another one, or names no usable boundary.
    case notMultipart
    case missingBoundary
    case malformed
    case tooManyParts(limit: Int)
    case headerTooLarge(limit: Int)
    case partTooLarge(limit: Int)
    /// The body itself ended early.
    case body(BodyError)
}

/// Reads `multipart/form-data` (RFC 7578) part by part while it arrives; never holds more than a chunk of it.
///
/// ```swift
/// var form = try MultipartReader(request)
/// while let part = try await form.nextPart() {
///     while let chunk = try await form.nextChunk() { … }
/// }
/// ```
package struct MultipartReader {
    package struct Part: Hashable, Sendable {
        package let name: String
        /// The last component of the path the client stated; nil if the part is no file.
        package let filename: String?
        /// The declared media type, which decides nothing about the content.
        package let type: String?
    }

    package struct Limits: Sendable {
        package var parts = 20
        package var headerBytes = 8192
        package var nameBytes = 256
        /// What may follow the last delimiter; nobody reads it.
        package var epilogueBytes = 65536

        package init() {}
    }

    private enum State {
        case preamble, header, content, betweenParts, finished
    }

    private var chunks: Body.AsyncIterator
    private let delimiter: Delimiter
    private let limits: Limits
    // The virtual line break lets the first boundary be found like all others.
    private var window: [UInt8] = [0x0D, 0x0A]
    private var position = 0
    private var state = State.preamble
    private var partCount = 0

    package init(_ request: Request, limits: Limits = Limits()) throws(MultipartError) {
        guard let type = request.fields[.contentType],
            let parsed = FieldParameters(parsing: type), parsed.value == "multipart/form-data"
        else { throw .notMultipart }
        guard let boundary = parsed["boundary"] else { throw .missingBoundary }
        try self.init(boundary: boundary, body: request.body, limits: limits)
    }

    package init(boundary: String, body: Body, limits: Limits = Limits()) throws(MultipartError) {
        guard let delimiter = Delimiter(boundary: boundary) else { throw .missingBoundary }
        self.delimiter = delimiter
        self.limits = limits
        chunks = body.makeAsyncIterator()
    }

    /// Skips what is left of the current part and reads the header of the next; nil after the last.
    package mutating func nextPart() async throws(MultipartError) -> Part? {
        while state == .preamble || state == .content {
            _ = try await nextPiece()
        }
        guard state != .finished, try await hasAnotherPart() else { return nil }
        guard partCount < limits.parts else { throw .tooManyParts(limit: limits.parts) }
        partCount += 1
        let part = try await header()
        state = .content
        return part
    }

    /// The next bytes of the current part; nil at its end.
    package mutating func nextChunk() async throws(MultipartError) -> [UInt8]? {
        while state == .content {
            if let piece = try await nextPiece() { return piece }
        }
        return nil
    }

    /// The whole of the current part.
    package mutating func collect(upTo limit: Int) async throws(MultipartError) -> [UInt8] {
        var all: [UInt8] = []
        while let chunk = try await nextChunk() {
            guard chunk.count <= limit - all.count else { throw .partTooLarge(limit: limit) }
            all += chunk
        }
        return all
    }

    /// The whole of the current part as text, which must be UTF-8.
    package mutating func text(upTo limit: Int) async throws(MultipartError) -> String {
        guard let text = String(validating: try await collect(upTo: limit), as: UTF8.self) else {
            throw .malformed
        }
        return text
    }

    /// Bytes before the next delimiter, nil if none could be told apart from it yet or if it came.
    private mutating func nextPiece() async throws(MultipartError) -> [UInt8]? {
        let match = delimiter.search(window.span, from: position)
        let piece = match.start > position ? Array(window[position..<match.start]) : nil
        position = match.start
        if match.isComplete {
            position += delimiter.count
            state = .betweenParts
        } else if piece == nil {
            try await fill()
        }
        return piece
    }

    /// Behind a delimiter stand two hyphens for the end, or a line break and the next part's header.
    private mutating func hasAnotherPart() async throws(MultipartError) -> Bool {
        try await need(2)
        if window[position] == 0x2D, window[position + 1] == 0x2D {
            state = .finished
            try await skipEpilogue()
            return false
        }
        var padding = 0
        while ASCII.isBlank(window[position]) {
            padding += 1
            guard padding <= limits.headerBytes else { throw .malformed }
            position += 1
            try await need(2)
        }
        guard window[position] == 0x0D, window[position + 1] == 0x0A else { throw .malformed }
        state = .header
        return true
    }

    /// Reads on to the end of the body: a request that breaks off behind the last delimiter is not complete either.
    private mutating func skipEpilogue() async throws(MultipartError) {
        var count = window.count - position - 2
        while true {
            guard count <= limits.epilogueBytes else { throw .malformed }
            guard let chunk = try await nextBodyChunk() else { return }
            count += chunk.count
        }
    }

    /// Reads from the line break before the first header line to the empty line.
    private mutating func header() async throws(MultipartError) -> Part {
        var scanned = 0
        while true {
            if let end = endOfHeader(from: position + scanned) {
                let part = try MultipartReader.parse(window[position..<end], limits)
                position = end + 4
                return part
            }
            scanned = max(0, window.count - position - 3)
            guard scanned <= limits.headerBytes else {
                throw .headerTooLarge(limit: limits.headerBytes)
            }
            try await fill()
        }
    }

    private func endOfHeader(from start: Int) -> Int? {
        let window = window.span
        var index = start
        while index + 3 < window.count {
            if window[index] == 0x0D && window[index + 1] == 0x0A && window[index + 2] == 0x0D
                && window[index + 3] == 0x0A
            {
                return index
            }
            index += 1
        }
        return nil
    }

    private mutating func need(_ count: Int) async throws(MultipartError) {
        while window.count - position < count {
            try await fill()
        }
    }

    /// Appends the next chunk, dropping what was consumed. The end of the body is never in order here.
    private mutating func fill() async throws(MultipartError) {
        guard let chunk = try await nextBodyChunk() else { throw .malformed }
        window.replaceSubrange(..<position, with: EmptyCollection())
        position = 0
        window += chunk
    }

    private mutating func nextBodyChunk() async throws(MultipartError) -> [UInt8]? {
        do throws(BodyError) {
            return try await chunks.next()
        } catch {
            throw .body(error)
        }
    }

    private static func parse(
        _ block: ArraySlice<UInt8>, _ limits: Limits
    ) throws(MultipartError) -> Part {
        guard block.count <= limits.headerBytes else {
            throw .headerTooLarge(limit: limits.headerBytes)
        }
        guard let text = String(validating: block, as: UTF8.self) else { throw .malformed }
        var disposition: FieldParameters?
        var type: String?
        for line in text.split(separator: "\r\n") {
            guard let colon = line.utf8.firstIndex(of: 0x3A), colon > line.startIndex,
                line[..<colon].utf8.allSatisfy(ASCII.isToken),
                line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { throw .malformed }
            let value = String(ASCII.trimmed(line[line.utf8.index(after: colon)...]))
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard disposition == nil, let parsed = FieldParameters(parsing: value) else {
                    throw .malformed
                }
                disposition = parsed
            case "content-type": type = value
            default: break
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition["name"]
        else { throw .malformed }
        let filename = filename(of: disposition)
        guard max(name.utf8.count, filename?.utf8.count ?? 0) <= limits.nameBytes else {
            throw .headerTooLarge(limit: limits.nameBytes)
        }
        return Part(name: name, filename: filename, type: type)
    }

    /// RFC 7578 forbids `filename*`, but clients send it where the plain one can't hold the name.
    private static func filename(of disposition: FieldParameters) -> String? {
        if let extended = disposition["filename*"], extended.lowercased().hasPrefix("utf-8'"),
            let quote = extended.lastIndex(of: "'"),
            let name = PercentCoding.decode(extended[extended.index(after: quote)...])
        {
            return lastComponent(name)
        }
        return disposition["filename"].map(lastComponent)
    }

    private static func lastComponent(_ path: String) -> String {
        String(path.suffix(while: { $0 != "/" && $0 != "\\" }))
    }
}

extension String {
    fileprivate func suffix(while belongs: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !belongs($0) }) else { return self[...] }
        return self[index(after: last)...]
    }
}
