import HTTP

/// Reads complete request heads after RFC 9112, refusing all that two readers could understand differently.
package enum HeadParser {
    /// `bytes` is a head as the scanner delimits it, with its empty line.
    package static func parse(
        _ bytes: Span<UInt8>, _ limits: HeadLimits
    ) throws(Refusal) -> RequestHead {
        guard bytes[0] != 0x0D || bytes[1] == 0x0A else {
            throw .malformed("The request line begins with a bare CR.")
        }
        var start = bytes[0] == 0x0D ? 2 : 0
        var end = lineEnd(bytes, from: start)
        let line = try requestLine(bytes, start, end)
        guard line.target.utf8.count <= limits.targetBytes else {
            throw Refusal(.uriTooLong, "The request target is too long.")
        }
        var fields: [Fields.Field] = []
        fields.reserveCapacity(8)
        start = end + 2
        while start + 2 < bytes.count {
            end = lineEnd(bytes, from: start)
            fields.append(try FieldLine.parse(bytes, start, end))
            start = end + 2
        }
        return try assemble(line, Fields(fields))
    }

    /// The request target of a head that was refused, as far as it can be told.
    static func target(in bytes: Span<UInt8>) -> String? {
        var start = 0
        while start < bytes.count && bytes[start] > 0x20 { start += 1 }
        start += 1
        var end = start
        while end < bytes.count && bytes[end] > 0x20 && bytes[end] < 0x7F { end += 1 }
        guard end < bytes.count, end > start else { return nil }
        return text(bytes, start, end)
    }

    private struct RequestLine {
        let method: Method
        let target: String
        let isHTTP10: Bool
    }

    private static func lineEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while bytes[index] != 0x0A { index += 1 }
        return index - 1
    }

    private static func requestLine(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(Refusal) -> RequestLine {
        var index = start
        while index < end && ASCII.isToken(bytes[index]) { index += 1 }
        let methodEnd = index
        guard (1...32).contains(methodEnd - start), index < end, bytes[index] == 0x20 else {
            throw .malformed("The request line is malformed.")
        }
        index += 1
        let targetStart = index
        while index < end && bytes[index] > 0x20 && bytes[index] < 0x7F { index += 1 }
        guard index > targetStart, end - index == 9, bytes[index] == 0x20 else {
            throw .malformed("The request line is malformed.")
        }
        let version = bytes.extracting((index + 1)..<end)
        guard version[0] == 0x48, version[1] == 0x54, version[2] == 0x54, version[3] == 0x50,
            version[4] == 0x2F, ASCII.isDigit(version[5]), version[6] == 0x2E,
            ASCII.isDigit(version[7])
        else { throw .malformed("The request line is malformed.") }
        guard version[5] == 0x31, version[7] <= 0x31 else {
            throw Refusal(.httpVersionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        }
        return RequestLine(
            method: Method(text(bytes, start, methodEnd)),
            target: text(bytes, targetStart, index), isHTTP10: version[7] == 0x30)
    }

    private static func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
        bytes.extracting(start..<end).withUnsafeBufferPointer {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private static func assemble(
        _ line: RequestLine, _ fields: Fields
    ) throws(Refusal) -> RequestHead {
        let facts = try MessageFacts(fields, isHTTP10: line.isHTTP10)
        let location = try TargetForm.resolve(line.target, line.method, host: facts.host)
        return RequestHead(
            method: line.method, target: line.target, location: location,
            isHTTP10: line.isHTTP10, fields: fields, framing: facts.framing,
            keepsAlive: facts.keepsAlive, expectsContinue: facts.expectsContinue)
    }
}
