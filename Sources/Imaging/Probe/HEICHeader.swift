/// The boxes of a HEIF file that describe its primary picture (ISO/IEC 23008-12).
enum HEICHeader {
    static func read(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        var header = ImageHeader(format: .heic, width: 0, height: 0)
        guard let meta = box("meta", in: bytes, from: 0), let body = meta.slice(4, meta.count - 4),
            let primary = primaryItem(body),
            let properties = box("iprp", in: body, from: 0),
            let container = box("ipco", in: properties, from: 0),
            let associations = box("ipma", in: properties, from: 0)
        else { throw .damaged("HEIC: no primary picture") }
        let all = children(container)
        for index in indices(of: primary, in: associations) where all.indices.contains(index - 1) {
            let (name, content) = all[index - 1]
            switch name {
            case "ispe":
                header.width = content.u32(4) ?? 0
                header.height = content.u32(8) ?? 0
                // What is decoded is this, however little of it a crop leaves.
                try ImageLimits.check(width: header.width, height: header.height)
            case "clap":
                // A crop: its sides are fractions.
                header.width = quotient(content, 0) ?? header.width
                header.height = quotient(content, 8) ?? header.height
            case "irot" where (content[0] ?? 0) & 1 == 1: swap(&header.width, &header.height)
            case "av1C": throw .unsupported(mediaType: "image/avif")
            default: break
            }
        }
        if all.contains(where: { $0.0 == "av1C" }), !all.contains(where: { $0.0 == "hvcC" }) {
            throw .unsupported(mediaType: "image/avif")
        }
        header.isAnimated = box("moov", in: bytes, from: 0) != nil
        return header
    }

    private static func quotient(_ bytes: ByteReader, _ offset: Int) -> Int? {
        guard let a = bytes.u32(offset), let b = bytes.u32(offset + 4), b > 0 else { return nil }
        return a / b
    }

    private static func primaryItem(_ meta: ByteReader) -> Int? {
        guard let pitm = box("pitm", in: meta, from: 0), let version = pitm[0] else { return nil }
        return version == 0 ? pitm.u16(4) : pitm.u32(4)
    }

    /// The one-based numbers of the properties that belong to `item`, in their order.
    private static func indices(of item: Int, in ipma: ByteReader) -> [Int] {
        guard let version = ipma[0], let flags = ipma.u24(1), let count = ipma.u32(4) else {
            return []
        }
        var offset = 8
        for _ in 0..<min(count, 1 << 16) {
            let id = version < 1 ? ipma.u16(offset) : ipma.u32(offset)
            offset += version < 1 ? 2 : 4
            guard let id, let number = ipma[offset] else { return [] }
            offset += 1
            let size = flags & 1 == 1 ? 2 : 1
            if id == item {
                return (0..<Int(number)).compactMap { index in
                    size == 2
                        ? ipma.u16(offset + 2 * index).map { $0 & 0x7FFF }
                        : ipma[offset + index].map { Int($0 & 0x7F) }
                }
            }
            offset += size * Int(number)
        }
        return []
    }

    private static func box(_ name: String, in bytes: ByteReader, from start: Int) -> ByteReader? {
        children(bytes, from: start, until: name).last.flatMap { $0.0 == name ? $0.1 : nil }
    }

    private static func children(
        _ bytes: ByteReader, from start: Int = 0, until wanted: String? = nil
    ) -> [(String, ByteReader)] {
        var found: [(String, ByteReader)] = []
        var offset = start
        while found.count < ImageLimits.segments, let short = bytes.u32(offset),
            let name = bytes.string(at: offset + 4, count: 4)
        {
            var header = 8
            var size = short
            if short == 1 {
                header = 16
                guard let long = bytes.u64(offset + 8) else { break }
                size = long
            } else if short == 0 {
                size = bytes.count - offset
            }
            guard size >= header, let body = bytes.slice(offset + header, size - header) else {
                break
            }
            found.append((name, body))
            if name == wanted { break }
            offset += size
        }
        return found
    }
}
