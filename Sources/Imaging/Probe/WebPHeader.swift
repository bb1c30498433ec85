/// The chunks of a WebP file (RFC 9649).
enum WebPHeader {
    static func read(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        guard let first = bytes.string(at: 12, count: 4) else { throw .damaged("WebP: cut off") }
        switch first {
        case "VP8 ": return try lossy(bytes)
        case "VP8L": return try lossless(bytes)
        case "VP8X": return try extended(bytes)
        default: throw .damaged("WebP: unknown first chunk")
        }
    }

    private static func lossy(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        guard bytes[23] == 0x9D, bytes[24] == 0x01, bytes[25] == 0x2A,
            let width = bytes.u16(26, littleEndian: true),
            let height = bytes.u16(28, littleEndian: true)
        else { throw .damaged("WebP: no key frame") }
        return ImageHeader(format: .webp, width: width & 0x3FFF, height: height & 0x3FFF)
    }

    private static func lossless(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        guard bytes[20] == 0x2F, let bits = bytes.u32(21, littleEndian: true) else {
            throw .damaged("WebP: no lossless header")
        }
        return ImageHeader(
            format: .webp, width: (bits & 0x3FFF) + 1, height: (bits >> 14 & 0x3FFF) + 1)
    }

    private static func extended(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        guard let flags = bytes[20], let width = bytes.u24(24, littleEndian: true),
            let height = bytes.u24(27, littleEndian: true)
        else { throw .damaged("WebP: cut off") }
        var header = ImageHeader(
            format: .webp, width: width + 1, height: height + 1, isAnimated: flags & 2 != 0)
        var offset = 12
        for _ in 0..<ImageLimits.segments {
            guard let name = bytes.string(at: offset, count: 4),
                let length = bytes.u32(offset + 4, littleEndian: true)
            else { return header }
            let body = (offset + 8)..<(offset + 8 + length)
            if body.upperBound <= bytes.count {
                if name == "ICCP" { header.profile = [body] }
                if name == "EXIF", header.exif == nil, length > 6 {
                    // Some writers keep the prefix that only JPEG needs.
                    let prefix = bytes.text("Exif\0\0", at: body.lowerBound) ? 6 : 0
                    header.exif = (body.lowerBound + prefix)..<body.upperBound
                }
            }
            offset = body.upperBound + (length & 1)
        }
        // An animation of thousands of frames is fine; only its first one is decoded.
        return header
    }
}
