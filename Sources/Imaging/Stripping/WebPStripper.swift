/// WebP: bitstreams, alpha, profile and animation stay; the header's flags tell what is left.
enum WebPStripper {
    /// A RIFF chunk with its header and the byte that pads it to an even length.
    struct Chunk {
        let type: FourCC
        let range: Range<Int>
        let payload: Range<Int>
    }

    private static let exifFlag: UInt8 = 0x08, xmpFlag: UInt8 = 0x04
    /// More than an animation of any use has.
    private static let maximumCount = 65_536
    private static let drawing: Set<FourCC> = ["VP8 ", "VP8L", "ALPH", "ICCP", "ANIM"]

    static func strip(_ bytes: [UInt8]) throws(ImageError) -> [UInt8]? {
        let source = ByteSource(bytes)
        guard bytes.count >= 12, source.has("RIFF", in: 0..<4), source.has("WEBP", in: 8..<12)
        else { throw ImageError.damaged("WebP: no signature") }
        let size = try source.little(4, 4)
        let content = try source.range(8, size)
        let chunks = try chunks(in: content.dropFirst(4), of: source)
        let exif = chunks.first { $0.type == "EXIF" }
        let block = exif.flatMap { MinimalEXIF.essence(of: $0.payload, in: source) }
        var body = Assembly(of: source)
        body.keep(8..<12)
        for chunk in chunks {
            switch chunk.type {
            case "VP8X":
                var header = Array(source.bytes[chunk.range])
                guard chunk.payload.count >= 10 else {
                    throw ImageError.damaged("WebP: short VP8X")
                }
                header[8] &= ~(exifFlag | xmpFlag)
                if block != nil { header[8] |= exifFlag }
                body.put(header, over: chunk.range)
            case "ANMF":
                try putFrame(chunk, of: source, into: &body)
            case "EXIF" where chunk.range == exif?.range:
                if let block { body.put(encoded("EXIF", block), over: chunk.range) }
            default:
                if drawing.contains(chunk.type) { body.keep(chunk.range) }
            }
        }
        var result = Assembly(of: source)
        result.keep(0..<4)
        result.put(littleEndian(body.count, 4), over: 4..<8)
        result.append(body)
        return result.file()
    }

    static func chunks(
        in range: Range<Int>, of source: ByteSource
    ) throws(ImageError) -> [Chunk] {
        var found: [Chunk] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            guard found.count < maximumCount else {
                throw ImageError.damaged("WebP: too many chunks")
            }
            let header = try source.range(offset, 8, in: range)
            let length = try source.little(offset + 4, 4)
            let payload = try source.range(header.upperBound, length, in: range)
            // The last pad byte is often forgotten.
            let end = min(payload.upperBound + length % 2, range.upperBound)
            found.append(
                Chunk(type: try source.code(offset), range: offset..<end, payload: payload))
            offset = end
        }
        return found
    }

    /// A frame holds chunks of its own behind 16 bytes that place it.
    private static func putFrame(
        _ frame: Chunk, of source: ByteSource, into body: inout Assembly
    ) throws(ImageError) {
        guard frame.payload.count >= 16 else { throw ImageError.damaged("WebP: a short frame") }
        var inside = Assembly(of: source)
        inside.keep(frame.payload.prefix(16))
        for chunk in try chunks(in: frame.payload.dropFirst(16), of: source)
        where drawing.contains(chunk.type) {
            inside.keep(chunk.range)
        }
        if inside.isExactly(frame.payload) {
            body.keep(frame.range)
        } else {
            body.write(encoded("ANMF", inside.joined()))
        }
    }

    private static func encoded(_ type: FourCC, _ payload: [UInt8]) -> [UInt8] {
        type.bytes + littleEndian(payload.count, 4) + payload
            + [UInt8](repeating: 0, count: payload.count % 2)
    }
}
