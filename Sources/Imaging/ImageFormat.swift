/// The types of picture that are taken.
package enum ImageFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, heic

    package var mediaType: String { "image/" + rawValue }

    /// The usual ending of a file name, without the dot.
    package var fileExtension: String { self == .jpeg ? "jpg" : rawValue }
}

/// What the first bytes of a file say it is.
enum Signature: Equatable {
    case accepted(ImageFormat)
    /// A picture of another type, by media type.
    case other(String)
    case unknown

    init(_ bytes: ByteReader) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .accepted(.jpeg)
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .accepted(.png)
        } else if bytes.text("GIF87a", at: 0) || bytes.text("GIF89a", at: 0) {
            self = .accepted(.gif)
        } else if bytes.text("RIFF", at: 0), bytes.text("WEBP", at: 8) {
            self = .accepted(.webp)
        } else if bytes.text("ftyp", at: 4) {
            self = Self.boxed(bytes)
        } else {
            self = Self.magic(bytes)
        }
    }

    /// ISO base media files name their kind by brands.
    private static func boxed(_ bytes: ByteReader) -> Signature {
        let end = min(bytes.u32(0) ?? 0, 256, bytes.count)
        var brands: [String] = []
        for offset in [8] + Array(stride(from: 16, to: max(16, end - 3), by: 4)) {
            if let brand = bytes.string(at: offset, count: 4) { brands.append(brand) }
        }
        if brands.first.map({ ["avif", "avis"].contains($0) }) == true {
            return .other("image/avif")
        }
        let heic: Set<String> = ["heic", "heix", "heim", "heis", "hevc", "hevx"]
        if brands.contains(where: heic.contains) { return .accepted(.heic) }
        if brands.contains(where: { ["avif", "avis"].contains($0) }) {
            return .other("image/avif")
        }
        if brands.contains(where: { ["mif1", "msf1"].contains($0) }) { return .accepted(.heic) }
        return .unknown
    }

    private static func magic(_ bytes: ByteReader) -> Signature {
        let table: [(String, [UInt8])] = [
            ("image/tiff", [0x49, 0x49, 0x2A, 0x00]), ("image/tiff", [0x4D, 0x4D, 0x00, 0x2A]),
            ("image/tiff", [0x49, 0x49, 0x2B, 0x00]), ("image/tiff", [0x4D, 0x4D, 0x00, 0x2B]),
            ("image/x-icon", [0, 0, 1, 0]), ("image/x-icon", [0, 0, 2, 0]),
            ("image/vnd.adobe.photoshop", Array("8BPS".utf8)),
            ("image/jp2", [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]),
            ("image/jp2", [0xFF, 0x4F, 0xFF, 0x51]),
            ("image/jxl", [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20]), ("image/jxl", [0xFF, 0x0A]),
            ("image/qoi", Array("qoif".utf8)), ("image/vnd-ms.dds", Array("DDS ".utf8)),
            ("image/x-exr", [0x76, 0x2F, 0x31, 0x01]),
            ("image/vnd.radiance", Array("#?RADIANCE".utf8)),
        ]
        for (type, magic) in table where bytes.starts(with: magic) {
            // An icon directory lists at least one picture and fits into the file.
            if type == "image/x-icon", (bytes.u16(4, littleEndian: true) ?? 0) == 0 { continue }
            return .other(type)
        }
        if bytes.starts(with: [0x42, 0x4D]), let header = bytes.u32(14, littleEndian: true),
            [12, 16, 40, 52, 56, 64, 108, 124].contains(header)
        {
            return .other("image/bmp")
        }
        if bytes[0] == 0x50, let kind = bytes[1], (0x31...0x37).contains(kind),
            let space = bytes[2], [0x20, 0x09, 0x0A, 0x0D].contains(space)
        {
            let names = ["bitmap", "graymap", "pixmap", "bitmap", "graymap", "pixmap", "anymap"]
            return .other("image/x-portable-" + names[Int(kind) - 0x31])
        }
        return .unknown
    }
}
