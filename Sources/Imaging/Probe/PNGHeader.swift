/// The chunks of a PNG file (W3C, Portable Network Graphics).
enum PNGHeader {
    static func read(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        guard bytes.text("IHDR", at: 12), let width = bytes.u32(16), let height = bytes.u32(20)
        else { throw .damaged("PNG: no header") }
        var header = ImageHeader(format: .png, width: width, height: height)
        var offset = 8
        var ancillary = 0
        while let length = bytes.u32(offset), let name = bytes.u32(offset + 4) {
            let body = (offset + 8)..<(offset + 8 + length)
            switch name {
            case 0x6558_4966:  // eXIf
                if body.upperBound <= bytes.count, header.exif == nil { header.exif = body }
            case 0x6163_544C:  // acTL
                header.isAnimated = (bytes.u32(body.lowerBound) ?? 0) > 1
            case 0x4945_4E44: return header  // IEND
            default: break
            }
            if name != 0x4944_4154 { ancillary += 1 }  // IDAT
            guard ancillary <= ImageLimits.segments else { throw .damaged("PNG: too many chunks") }
            offset = body.upperBound + 4
        }
        return header
    }
}
