/// Why a text is not JSON.
package enum JSONError: Error, Hashable {
    /// The grammar of RFC 8259 is broken at this byte.
    case malformed(at: Int)
    case tooDeep(limit: Int)
    case notUTF8
}

extension JSONValue {
    /// Parses one document, strictly as RFC 8259 says: nothing before or after it but blanks, no comments, no lone
    /// surrogates, UTF-8 only. The caller limits the size; time and memory are linear in it.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(JSONError) {
        // Checked once for all strings, so that each of them can be cut out without looking again.
        guard bytes.allSatisfy({ $0 < 0x80 }) || String(validating: bytes, as: UTF8.self) != nil
        else {
            throw .notUTF8
        }
        var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
        self = try parser.document()
    }

    package init(parsing text: String, maximumDepth: Int = 64) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

/// A recursive descent over RFC 8259's grammar, its depth bounded by `maximumDepth`.
private struct JSONParser {
    let bytes: [UInt8]
    let maximumDepth: Int
    var position = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw .malformed(at: position) }
        return value
    }

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipBlanks()
        switch next {
        case 0x7B: return try object(depth: depth + 1)
        case 0x5B: return try array(depth: depth + 1)
        case 0x22: return .string(try string())
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6E: return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= maximumDepth else { throw .tooDeep(limit: maximumDepth) }
        position += 1
        var members: [JSONValue.Member] = []
        var places: [String: Int] = [:]
        skipBlanks()
        if take(0x7D) { return .object([]) }
        repeat {
            skipBlanks()
            guard next == 0x22 else { throw .malformed(at: position) }
            let key = try string()
            skipBlanks()
            guard take(0x3A) else { throw .malformed(at: position) }
            let member = JSONValue.Member(key, try value(depth: depth))
            add(member, to: &members, &places)
            skipBlanks()
        } while take(0x2C)
        guard take(0x7D) else { throw .malformed(at: position) }
        return .object(members)
    }

    /// Few members are searched in place; many are indexed, or a hostile object would take quadratic time.
    private func add(
        _ member: JSONValue.Member, to members: inout [JSONValue.Member],
        _ places: inout [String: Int]
    ) {
        if members.count == 16 && places.isEmpty {
            for (place, member) in members.enumerated() { places[member.key] = place }
        }
        let place =
            places.isEmpty
            ? members.firstIndex { $0.key == member.key } : places[member.key]
        if let place {
            members[place] = member
        } else {
            if !places.isEmpty { places[member.key] = members.count }
            members.append(member)
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= maximumDepth else { throw .tooDeep(limit: maximumDepth) }
        position += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if take(0x5D) { return .array([]) }
        repeat {
            elements.append(try value(depth: depth))
            skipBlanks()
        } while take(0x2C)
        guard take(0x5D) else { throw .malformed(at: position) }
        return .array(elements)
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take(0x2D)
        if !take(0x30) { try digits() }
        if take(0x2E) { try digits() }
        if take(0x65) || take(0x45) {
            if !take(0x2B) { _ = take(0x2D) }
            try digits()
        }
        return .number(
            JSONValue.Number(text: String(decoding: bytes[start..<position], as: UTF8.self)))
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = next, ASCII.isDigit(byte) { position += 1 }
        guard position > start else { throw .malformed(at: position) }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte = next {
            if byte == 0x22 {
                position += 1
                return String(decoding: bytes[start..<position - 1], as: UTF8.self)
            }
            if byte == 0x5C { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw .malformed(at: position) }
            position += 1
        }
        throw .malformed(at: position)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case 0x22: return String(decoding: text, as: UTF8.self)
            case 0x5C: try escape(into: &text)
            case 0..<0x20: throw .malformed(at: position - 1)
            default: text.append(byte)
            }
        }
        throw .malformed(at: position)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw .malformed(at: position) }
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: text.append(byte)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(0x0A)
        case 0x72: text.append(0x0D)
        case 0x74: text.append(0x09)
        case 0x75: try escapedScalar(into: &text)
        default: throw .malformed(at: position - 1)
        }
    }

    private mutating func escapedScalar(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        var code = try codeUnit()
        if (0xD800..<0xDC00).contains(code) {
            guard take(0x5C), take(0x75) else { throw .malformed(at: start) }
            let low = try codeUnit()
            guard (0xDC00..<0xE000).contains(low) else { throw .malformed(at: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        // A lone low surrogate is no scalar, which is what makes this fail.
        guard let scalar = Unicode.Scalar(code) else { throw .malformed(at: start) }
        text += String(Character(scalar)).utf8
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap(ASCII.hexValue) else { throw .malformed(at: position) }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func literal(
        _ text: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for byte in text.description.utf8 {
            guard take(byte) else { throw .malformed(at: position) }
        }
        return value
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }
}
