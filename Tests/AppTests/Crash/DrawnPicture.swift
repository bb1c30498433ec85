/// Random numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea & Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A PNG of coloured blocks that no other seed draws: uncompressed and without metadata, so that it is stored as it is.
func drawnPicture(_ seed: UInt64, width: Int = 64, height: Int = 48) -> [UInt8] {
    var numbers = SeededNumbers(seed)
    let blocks = (0..<48).map { _ in numbers.next() }
    var rows: [UInt8] = []
    for y in 0..<height {
        rows.append(0)
        for x in 0..<width {
            let colour = blocks[y * 6 / height * 8 + x * 8 / width]
            rows.append(UInt8(truncatingIfNeeded: colour))
            rows.append(UInt8(truncatingIfNeeded: colour >> 8))
            rows.append(UInt8(truncatingIfNeeded: colour >> 16))
        }
    }
    var header = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
    header += [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        + chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + content
    return bigEndian(UInt32(content.count)) + named + bigEndian(crc32(named))
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951 section 3.2.4).
private func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    while start < bytes.count {
        let end = min(start + 65_535, bytes.count)
        let count = UInt16(end - start)
        stream.append(end == bytes.count ? 1 : 0)
        for value in [count, ~count] {
            stream += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        stream += bytes[start..<end]
        start = end
    }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
        a = (a + UInt32(byte)) % 65_521
        b = (b + a) % 65_521
    }
    return stream + bigEndian(b << 16 | a)
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
        value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
}
