/// Writes values as the worker and its master exchange them: little-endian, lengths in front.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func put(_ value: Int) {
        withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Double) {
        put(Int(Int64(bitPattern: value.bitPattern)))
    }

    mutating func put(_ value: [UInt8]) {
        put(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func put(_ value: String) {
        put(Array(value.utf8))
    }

    mutating func put<T>(_ value: T?, _ write: (inout WireWriter, T) -> Void) {
        put(UInt8(value == nil ? 0 : 1))
        if let value { write(&self, value) }
    }
}

/// Reads what `WireWriter` wrote, believing nothing: the writer may be a decoder that was taken over.
struct WireReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func byte() throws(ImageError) -> UInt8 {
        guard offset < bytes.count else { throw Self.broken }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func int() throws(ImageError) -> Int {
        guard bytes.count - offset >= 8 else { throw Self.broken }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        offset += 8
        return Int(Int64(bitPattern: value))
    }

    /// A number within bounds.
    mutating func int(in range: ClosedRange<Int>) throws(ImageError) -> Int {
        let value = try int()
        guard range.contains(value) else { throw Self.broken }
        return value
    }

    mutating func double() throws(ImageError) -> Double {
        Double(bitPattern: UInt64(bitPattern: Int64(try int())))
    }

    mutating func data() throws(ImageError) -> [UInt8] {
        let count = try int()
        guard count >= 0, count <= bytes.count - offset else { throw Self.broken }
        offset += count
        return Array(bytes[(offset - count)..<offset])
    }

    mutating func string() throws(ImageError) -> String {
        String(decoding: try data(), as: UTF8.self)
    }

    mutating func optional<T>(
        _ read: (inout WireReader) throws(ImageError) -> T
    ) throws(ImageError) -> T? {
        try byte() == 0 ? nil : try read(&self)
    }

    static let broken = ImageError.decoderDied("its answer makes no sense")
}
