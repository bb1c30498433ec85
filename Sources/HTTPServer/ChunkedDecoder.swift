import HTTP

/// Takes the chunked coding (RFC 9112 section 7.1) off a body that arrives in any pieces.
package struct ChunkedDecoder {
    package enum Piece: Equatable {
        /// Body bytes at this place of the input.
        case data(Range<Int>)
        case needsMore
        case end
    }

    private enum State {
        case size, data(left: Int), afterData, trailer, finished
    }

    private let limits: HeadLimits
    private var state = State.size
    private var line: [UInt8] = []
    private var overhead = 0
    private var trailers = 0

    package init(limits: HeadLimits) {
        self.limits = limits
    }

    /// The next piece of `input` from `position` on, which moves behind what was used.
    package mutating func next(_ input: Span<UInt8>, _ position: inout Int) throws(Refusal) -> Piece
    {
        while position < input.count {
            switch state {
            case .finished:
                return .end
            case .data(let left):
                let end = position + min(left, input.count - position)
                defer { position = end }
                state = left == end - position ? .afterData : .data(left: left - (end - position))
                return .data(position..<end)
            case .size, .afterData, .trailer:
                guard try takeLine(input, &position) else { return .needsMore }
                try endOfLine()
                line.removeAll(keepingCapacity: true)
                if case .finished = state { return .end }
            }
        }
        return .needsMore
    }

    /// Moves input into `line` up to a line break; true when it is complete, without the break.
    private mutating func takeLine(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(Refusal) -> Bool {
        while position < input.count {
            let byte = input[position]
            position += 1
            if line.last == 0x0D {
                guard byte == 0x0A else { throw .malformed("A chunk holds a bare CR.") }
                line.removeLast()
                return true
            }
            guard byte != 0x0A else { throw .malformed("A chunk's line must end with CR LF.") }
            if case .afterData = state, byte != 0x0D {
                throw .malformed("A chunk is longer than it says.")
            }
            line.append(byte)
            guard line.count <= 4096 else { throw .malformed("A chunk's line is too long.") }
        }
        return false
    }

    private mutating func endOfLine() throws(Refusal) {
        switch state {
        case .size:
            let size = try chunkSize()
            state = size == 0 ? .trailer : .data(left: size)
            if size == 0 { overhead = 0 }
        case .afterData:
            state = .size
        default:
            if line.isEmpty {
                state = .finished
            } else {
                try checkTrailer()
            }
        }
    }

    private mutating func chunkSize() throws(Refusal) -> Int {
        let digits = line.prefix { ASCII.hexValue($0) != nil }
        guard (1...15).contains(digits.count) else {
            throw .malformed("A chunk size is malformed.")
        }
        let size = digits.reduce(0) { $0 << 4 | Int(ASCII.hexValue($1) ?? 0) }
        let extensions = line.count - digits.count
        guard extensions == 0 || ChunkExtension.isValid(line[digits.endIndex...]) else {
            throw .malformed("A chunk extension is malformed.")
        }
        // Extensions mean nothing to anybody; a client that sends many of them only wants work done.
        overhead += extensions
        guard extensions <= 256, overhead <= 16384 else {
            throw .malformed("The chunk extensions are too long.")
        }
        return size
    }

    /// Trailers are checked like header fields and dropped.
    private mutating func checkTrailer() throws(Refusal) {
        trailers += 1
        overhead += line.count + 2
        guard trailers <= limits.fieldCount, overhead <= limits.headBytes else {
            throw Refusal(.requestHeaderFieldsTooLarge, "The trailer section is too large.")
        }
        let field = try FieldLine.parse(line.span, 0, line.count)
        if [.contentLength, .transferEncoding, .host].contains(field.name) {
            throw .malformed("A trailer must not change the framing.")
        }
    }
}

/// `*( BWS ";" BWS name [ BWS "=" BWS value ] )` (RFC 9112 section 7.1.1).
private enum ChunkExtension {
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            skipBlanks(&rest)
            guard rest.popFirst() == 0x3B else { return false }
            skipBlanks(&rest)
            guard takeToken(&rest) else { return false }
            let afterName = rest
            skipBlanks(&rest)
            guard rest.first == 0x3D else {
                rest = afterName
                continue
            }
            rest.removeFirst()
            skipBlanks(&rest)
            guard rest.first == 0x22 ? takeQuoted(&rest) : takeToken(&rest) else { return false }
        }
        return true
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop(while: ASCII.isBlank)
    }

    private static func takeToken(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let token = rest.prefix(while: ASCII.isToken)
        rest = rest.dropFirst(token.count)
        return !token.isEmpty
    }

    private static func takeQuoted(_ rest: inout ArraySlice<UInt8>) -> Bool {
        rest.removeFirst()
        while let byte = rest.popFirst() {
            if byte == 0x22 { return true }
            if byte == 0x5C, rest.popFirst() == nil { return false }
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { return false }
        }
        return false
    }
}
