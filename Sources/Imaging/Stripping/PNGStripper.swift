/// PNG: the critical chunks and those ancillary ones that change colours, size or motion stay.
enum PNGStripper {
    /// A chunk with its length, type and checksum.
    struct Chunk {
        let type: FourCC
        let range: Range<Int>
        let payload: Range<Int>

        /// Critical chunks are those without which the picture can't be drawn.
        var isCritical: Bool { type.rawValue & 0x2000_0000 == 0 }
    }

    private static let drawing: Set<FourCC> = [
        "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "sBIT", "pHYs", "bKGD",
        "hIST", "acTL", "fcTL", "fdAT",
    ]
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func strip(_ bytes: [UInt8]) throws(ImageError) -> [UInt8]? {
        let source = ByteSource(bytes)
        guard bytes.starts(with: signature) else { throw ImageError.damaged("PNG: no signature") }
        var result = Assembly(of: source)
        result.keep(0..<signature.count)
        var sawEXIF = false
        var offset = signature.count
        while true {
            let chunk = try chunk(at: offset, in: source)
            offset = chunk.range.upperBound
            if chunk.isCritical || drawing.contains(chunk.type) {
                result.keep(chunk.range)
            } else if chunk.type == "eXIf", !sawEXIF {
                sawEXIF = true
                if let block = MinimalEXIF.essence(of: chunk.payload, in: source) {
                    result.put(encoded("eXIf", block), over: chunk.range)
                }
            }
            if chunk.type == "IEND" { return result.file() }
        }
    }

    static func chunk(at offset: Int, in source: ByteSource) throws(ImageError) -> Chunk {
        let length = try source.big(offset, 4)
        guard length <= Int(Int32.max) else { throw ImageError.damaged("PNG: a chunk is too long") }
        let range = try source.range(offset, length + 12)
        return Chunk(
            type: try source.code(offset + 4), range: range,
            payload: range.lowerBound + 8..<range.upperBound - 4)
    }

    private static func encoded(_ type: FourCC, _ payload: [UInt8]) -> [UInt8] {
        let body = type.bytes + payload
        return bigEndian(payload.count, 4) + body + bigEndian(Int(checksum(body)), 4)
    }

    /// CRC-32 of ISO 3309, bit by bit: it is only ever taken of thirty bytes.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
                crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0)
            }
        }
    }
}
