/// Encodes compact JSON by appending, with keys in the order they are written.
///
/// ```swift
/// let bytes = JSONWriter.object { json in
///     json.field("id", photo.id)
///     json.array("tags") { for tag in tags { $0.value(tag) } }
/// }
/// ```
/// Every text that goes in is valid UTF-8 already; a number that JSON can't say (NaN, infinity) becomes null.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// The bytes of one object.
    package static func object(
        capacity: Int = 256, _ fill: (inout JSONWriter) throws -> Void
    ) rethrows -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        try writer.object(fill)
        return writer.bytes
    }

    /// The bytes of one array.
    package static func array(
        capacity: Int = 256, _ fill: (inout JSONWriter) throws -> Void
    ) rethrows -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        try writer.array(fill)
        return writer.bytes
    }

    // MARK: Values, as elements of an array or after a key

    package mutating func value(_ text: String) {
        separate()
        quote(text)
    }

    package mutating func value(_ number: some BinaryInteger) {
        separate()
        if let small = Int64(exactly: number) {
            decimal(small)
        } else {
            bytes += String(number).utf8
        }
    }

    package mutating func value(_ number: Double) {
        separate()
        self.number(number.isFinite, number.description)
    }

    package mutating func value(_ number: Float) {
        separate()
        self.number(number.isFinite, number.description)
    }

    package mutating func value(_ flag: Bool) {
        separate()
        bytes += (flag ? "true" : "false").utf8
    }

    package mutating func value(_ json: JSONValue) {
        switch json {
        case .null: null()
        case .bool(let flag): value(flag)
        case .number(let number): raw(number.text)
        case .string(let text): value(text)
        case .array(let elements):
            array { for element in elements { $0.value(element) } }
        case .object(let members):
            object { for member in members { $0.field(member.key, member.value) } }
        }
    }

    package mutating func null() {
        separate()
        bytes += "null".utf8
    }

    /// Inserts JSON that was made before, as it is.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes += json
    }

    /// Inserts JSON that was made before, as it is.
    package mutating func raw(_ json: String) {
        separate()
        bytes += json.utf8
    }

    package mutating func object(_ fill: (inout JSONWriter) throws -> Void) rethrows {
        separate()
        bytes.append(0x7B)
        needsComma = false
        try fill(&self)
        bytes.append(0x7D)
        needsComma = true
    }

    package mutating func array(_ fill: (inout JSONWriter) throws -> Void) rethrows {
        separate()
        bytes.append(0x5B)
        needsComma = false
        try fill(&self)
        bytes.append(0x5D)
        needsComma = true
    }

    // MARK: Members of an object

    package mutating func field(_ key: String, _ text: String) {
        self.key(key)
        value(text)
    }

    package mutating func field(_ key: String, _ text: String?) {
        self.key(key)
        if let text { value(text) } else { null() }
    }

    package mutating func field(_ key: String, _ number: some BinaryInteger) {
        self.key(key)
        value(number)
    }

    package mutating func field(_ key: String, _ number: (some BinaryInteger)?) {
        self.key(key)
        if let number { value(number) } else { null() }
    }

    package mutating func field(_ key: String, _ number: Double) {
        self.key(key)
        value(number)
    }

    package mutating func field(_ key: String, _ number: Double?) {
        self.key(key)
        if let number { value(number) } else { null() }
    }

    package mutating func field(_ key: String, _ flag: Bool) {
        self.key(key)
        value(flag)
    }

    package mutating func field(_ key: String, _ flag: Bool?) {
        self.key(key)
        if let flag { value(flag) } else { null() }
    }

    /// Milliseconds since 1970 as RFC 3339 in UTC.
    package mutating func field(_ key: String, date milliseconds: Int64) {
        self.key(key)
        separate()
        bytes.append(0x22)
        Timestamp.append(rfc3339: milliseconds, to: &bytes)
        bytes.append(0x22)
    }

    package mutating func field(_ key: String, _ texts: [String]) {
        array(key) { for text in texts { $0.value(text) } }
    }

    package mutating func field(_ key: String, _ json: JSONValue) {
        self.key(key)
        value(json)
    }

    package mutating func null(_ key: String) {
        self.key(key)
        null()
    }

    package mutating func raw(_ key: String, _ json: [UInt8]) {
        self.key(key)
        raw(json)
    }

    package mutating func object(
        _ key: String, _ fill: (inout JSONWriter) throws -> Void
    ) rethrows {
        self.key(key)
        try object(fill)
    }

    package mutating func array(
        _ key: String, _ fill: (inout JSONWriter) throws -> Void
    ) rethrows {
        self.key(key)
        try array(fill)
    }

    /// Starts a member; exactly one value must follow.
    package mutating func key(_ key: String) {
        separate()
        quote(key)
        bytes.append(0x3A)
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    /// Swift's own description of a number is the shortest text that reads back as the same number.
    private mutating func number(_ isFinite: Bool, _ text: String) {
        guard isFinite else {
            bytes += "null".utf8
            return
        }
        bytes += (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8
    }

    private mutating func decimal(_ number: Int64) {
        if number < 0 { bytes.append(0x2D) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private mutating func quote(_ text: String) {
        bytes.append(0x22)
        let characters = text.utf8.span
        // Without a way out of the loop the compiler looks at many bytes at once.
        var special: UInt8 = 0
        for index in characters.indices {
            let byte = characters[index]
            special |= (byte < 0x20 ? 1 : 0) | (byte == 0x22 ? 1 : 0) | (byte == 0x5C ? 1 : 0)
        }
        if special != 0 {
            for byte in text.utf8 { escape(byte) }
        } else {
            bytes += text.utf8
        }
        bytes.append(0x22)
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22, 0x5C: bytes += [0x5C, byte]
        case 0x08: bytes += "\\b".utf8
        case 0x09: bytes += "\\t".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0C: bytes += "\\f".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0..<0x20:
            bytes += "\\u00".utf8
            bytes += [ASCII.lowerHex(byte >> 4), ASCII.lowerHex(byte & 15)]
        default: bytes.append(byte)
        }
    }
}
