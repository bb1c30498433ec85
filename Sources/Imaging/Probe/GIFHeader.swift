/// The screen descriptor of a GIF file (CompuServe, GIF89a).
enum GIFHeader {
    static func read(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        guard let width = bytes.u16(6, littleEndian: true),
            let height = bytes.u16(8, littleEndian: true), let flags = bytes[10]
        else { throw .damaged("GIF: cut off") }
        var header = ImageHeader(format: .gif, width: width, height: height)
        var offset = 13 + (flags & 0x80 != 0 ? 3 << (Int(flags & 7) + 1) : 0)
        // The looping extension in front of the first frame is how animations announce themselves.
        for _ in 0..<ImageLimits.segments where bytes[offset] == 0x21 {
            if bytes.text("NETSCAPE2.0", at: offset + 3) { header.isAnimated = true }
            offset += 2
            while let size = bytes[offset], size > 0 { offset += Int(size) + 1 }
            offset += 1
        }
        return header
    }
}
