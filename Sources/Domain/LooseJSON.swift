/// JSON as a language model writes it: found between prose and code fences, read with patience.
///
/// Numbers and booleans are kept as `other`, since no answer that is read here has any that matter.
/// Line breaks inside strings and a comma before a closing bracket are forgiven. Of an answer that breaks off, as those
/// do that reach the limit of tokens, the members and elements that are complete are kept.
enum LooseJSON: Equatable {
    case null
    case text(String)
    case list([LooseJSON])
    case object([String: LooseJSON])
    case other

    /// What is looked at of one answer; a model that was asked for 500 tokens stays far below it.
    static let maximumBytes = 256 * 1024
    /// Brackets at which a reading is begun before the answer counts as unreadable.
    static let maximumAttempts = 64
    static let maximumDepth = 64

    /// The members, if this is an object.
    var members: [String: LooseJSON]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements, if this is a list.
    var elements: [LooseJSON]? {
        if case .list(let elements) = self { elements } else { nil }
    }

    /// The string, if this is one.
    var string: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The first thing `select` takes, going through the objects and lists in `content` from the
    /// left and through each of them from the outside in.
    static func first<T>(in content: String, where select: (LooseJSON) -> T?) -> T? {
        let bytes = Array(content.utf8.prefix(maximumBytes))
        var attempts = 0
        var index = 0
        while index < bytes.count, attempts < maximumAttempts {
            guard bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[") else {
                index += 1
                continue
            }
            attempts += 1
            var reader = LooseJSONReader(bytes: bytes, index: index)
            if let value = reader.value(depth: 0) {
                if let found = value.search(select) { return found }
                index = reader.isCut ? index + 1 : reader.index
            } else {
                index += 1
            }
        }
        return nil
    }

    private func search<T>(_ select: (LooseJSON) -> T?) -> T? {
        if let found = select(self) { return found }
        switch self {
        case .list(let elements):
            for element in elements {
                if let found = element.search(select) { return found }
            }
        case .object(let members):
            // In the order of the names: a dictionary's own order changes from run to run.
            for (_, value) in members.sorted(by: { $0.key < $1.key }) {
                if let found = value.search(select) { return found }
            }
        case .null, .text, .other: break
        }
        return nil
    }
}

/// A cursor over bytes that reads one value and stops behind it.
private struct LooseJSONReader {
    let bytes: [UInt8]
    var index: Int
    /// True when the bytes ended inside the value.
    private(set) var isCut = false

    init(bytes: [UInt8], index: Int) {
        self.bytes = bytes
        self.index = index
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func value(depth: Int) -> LooseJSON? {
        guard depth <= LooseJSON.maximumDepth else { return nil }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return list(depth: depth)
        case UInt8(ascii: "\""): return string().map(LooseJSON.text)
        default: return word()
        }
    }

    private mutating func object(depth: Int) -> LooseJSON? {
        var members: [String: LooseJSON] = [:]
        index += 1
        while true {
            skipSpace()
            if take("}") { return .object(members) }
            guard let name = string() else { return cut(.object(members)) }
            skipSpace()
            guard take(":"), let value = value(depth: depth + 1) else {
                return cut(.object(members))
            }
            members[name] = value
            if isCut { return .object(members) }
            skipSpace()
            guard take(",") || current == UInt8(ascii: "}") else { return cut(.object(members)) }
        }
    }

    private mutating func list(depth: Int) -> LooseJSON? {
        var elements: [LooseJSON] = []
        index += 1
        while true {
            skipSpace()
            if take("]") { return .list(elements) }
            guard let value = value(depth: depth + 1) else { return cut(.list(elements)) }
            if isCut { return .list(elements) }
            elements.append(value)
            skipSpace()
            guard take(",") || current == UInt8(ascii: "]") else { return cut(.list(elements)) }
        }
    }

    /// `value` if the bytes ended too early, nil if something else is wrong.
    private mutating func cut(_ value: LooseJSON) -> LooseJSON? {
        guard index == bytes.count else { return nil }
        isCut = true
        return value
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() -> LooseJSON? {
        let start = index
        while let byte = current, byte.isPartOfWord { index += 1 }
        let word = bytes[start..<index]
        if word.elementsEqual("null".utf8) { return .null }
        if word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) { return .other }
        guard let first = word.first else { return nil }
        return first == UInt8(ascii: "-") || first.isDigit ? .other : nil
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = current {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: String(scalar).utf8)
            default: text.append(byte)
            }
        }
        return nil
    }

    /// The character behind a backslash; half a surrogate pair becomes U+FFFD.
    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = current else { return nil }
        index += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"):
            guard let unit = codeUnit() else { return nil }
            guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
            let afterLead = index
            if take("\\"), take("u"), let trail = codeUnit(), UTF16.isTrailSurrogate(trail) {
                return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
            }
            index = afterLead
            return "\u{FFFD}"
        default: return nil
        }
    }

    private mutating func codeUnit() -> UInt16? {
        guard bytes.count - index >= 4 else { return nil }
        var unit: UInt16 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Unicode.Scalar(byte).hexDigit else { return nil }
            unit = unit << 4 | digit
        }
        index += 4
        return unit
    }

    private mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: expected) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || (0x09...0x0D).contains(byte) { index += 1 }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isPartOfWord: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
            || self == UInt8(ascii: "+") || self == UInt8(ascii: "-") || self == UInt8(ascii: ".")
    }
}

extension Unicode.Scalar {
    fileprivate var hexDigit: UInt16? {
        switch self {
        case "0"..."9": UInt16(value - 0x30)
        case "a"..."f": UInt16(value - 0x61 + 10)
        case "A"..."F": UInt16(value - 0x41 + 10)
        default: nil
        }
    }
}
