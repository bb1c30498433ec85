/// Bounds-checked reading of numbers from bytes that somebody else made: outside there is nil.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    subscript(offset: Int) -> UInt8? {
        offset >= 0 && offset < bytes.count ? bytes[offset] : nil
    }

    func u16(_ offset: Int, littleEndian: Bool = false) -> Int? {
        number(offset, 2, littleEndian)
    }

    func u24(_ offset: Int, littleEndian: Bool = false) -> Int? {
        number(offset, 3, littleEndian)
    }

    func u32(_ offset: Int, littleEndian: Bool = false) -> Int? {
        number(offset, 4, littleEndian)
    }

    /// A 64-bit number, nil where it does not fit an `Int`.
    func u64(_ offset: Int) -> Int? {
        guard let high = u32(offset), let low = u32(offset + 4), high < 1 << 31 else { return nil }
        return high << 32 | low
    }

    func string(at offset: Int, count: Int) -> String? {
        slice(offset, count).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    func text(_ text: StaticString, at offset: Int) -> Bool {
        guard let part = slice(offset, text.utf8CodeUnitCount) else { return false }
        return text.withUTF8Buffer { part.bytes.elementsEqual($0) }
    }

    func starts(with prefix: [UInt8]) -> Bool {
        bytes.starts(with: prefix)
    }

    /// The part of `count` bytes at `offset`, nil if it is not all there.
    func slice(_ offset: Int, _ count: Int) -> ByteReader? {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            return nil
        }
        return ByteReader(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
    }

    private func number(_ offset: Int, _ size: Int, _ littleEndian: Bool) -> Int? {
        guard offset >= 0, offset <= bytes.count - size else { return nil }
        var value = 0
        for index in 0..<size {
            let byte = Int(bytes[offset + (littleEndian ? size - 1 - index : index)])
            value = value << 8 | byte
        }
        return value
    }
}
