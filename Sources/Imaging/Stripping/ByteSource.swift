/// The bytes of an untrusted file, read at offsets that the file itself claims.
///
/// Every read throws rather than leave the file, and no offset or size can overflow.
struct ByteSource {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    /// `count` bytes from `start`, all of them inside `limit` (the whole file unless given).
    func range(
        _ start: Int, _ count: Int, in limit: Range<Int>? = nil
    ) throws(ImageError) -> Range<Int> {
        let limit = limit ?? 0..<bytes.count
        guard start >= limit.lowerBound, start <= limit.upperBound, count >= 0,
            count <= limit.upperBound - start
        else { throw ImageError.damaged("a size leads out of its container") }
        return start..<start + count
    }

    func byte(_ offset: Int) throws(ImageError) -> UInt8 {
        guard offset >= 0, offset < bytes.count else {
            throw ImageError.damaged("the file ends early")
        }
        return bytes[offset]
    }

    /// An unsigned number of up to eight bytes, most significant first.
    ///
    /// Numbers of 2^62 and more can't be sizes of anything here and are refused.
    func big(_ offset: Int, _ size: Int) throws(ImageError) -> Int {
        var value: UInt64 = 0
        for index in try range(offset, size) { value = value << 8 | UInt64(bytes[index]) }
        guard value < 1 << 62 else { throw ImageError.damaged("a number is too large") }
        return Int(value)
    }

    /// An unsigned number of up to four bytes, least significant first.
    func little(_ offset: Int, _ size: Int) throws(ImageError) -> Int {
        var value = 0
        for index in try range(offset, size).reversed() { value = value << 8 | Int(bytes[index]) }
        return value
    }

    /// A four-character code.
    func code(_ offset: Int) throws(ImageError) -> FourCC {
        FourCC(rawValue: UInt32(try big(offset, 4)))
    }

    func has(_ text: StaticString, in range: Range<Int>) -> Bool {
        text.withUTF8Buffer { bytes[range].starts(with: $0) }
    }

    func isZero(_ range: Range<Int>) -> Bool {
        bytes[range].allSatisfy { $0 == 0 }
    }
}

/// The four characters that name a chunk or a box.
struct FourCC: Hashable, ExpressibleByStringLiteral {
    let rawValue: UInt32

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    init(stringLiteral text: StaticString) {
        rawValue = text.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
    }

    var bytes: [UInt8] { bigEndian(Int(rawValue), 4) }
}

/// The `size` low bytes of a number, most significant first.
func bigEndian(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// The `size` low bytes of a number, least significant first.
func littleEndian(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
