import CEXIF

extension EXIFFacts {
    /// Reads a TIFF structure as cameras embed it; whatever is broken in it is left out.
    init(tiff: [UInt8]) {
        self.init()
        guard let block = EXIFBlock(tiff) else { return }
        for (time, offset) in [(0x9003, 0x9011), (0x9004, 0x9012), (0x0132, 0x9010)] {
            let directory = time == 0x0132 ? EXIF_IFD_0 : EXIF_IFD_EXIF
            guard let value = block.text(time, in: directory).flatMap(Self.time) else { continue }
            localTime = value
            zone = block.text(offset, in: EXIF_IFD_EXIF).flatMap(Self.zone)
            break
        }
        maker = block.text(0x010F, in: EXIF_IFD_0)
        model = block.text(0x0110, in: EXIF_IFD_0)
        serial = block.text(0xA431, in: EXIF_IFD_EXIF)
        orientation = block.number(0x0112, in: EXIF_IFD_0).flatMap {
            (1...8).contains($0) ? Int($0) : nil
        }
        readPosition(block)
    }

    private mutating func readPosition(_ block: EXIFBlock) {
        let gps = EXIF_IFD_GPS
        if let north = Self.degrees(block.numbers(0x02, in: gps), limit: 90),
            let east = Self.degrees(block.numbers(0x04, in: gps), limit: 180),
            let latitudeReference = block.text(0x01, in: gps)?.uppercased().first,
            let longitudeReference = block.text(0x03, in: gps)?.uppercased().first,
            "NS".contains(latitudeReference), "EW".contains(longitudeReference)
        {
            latitude = latitudeReference == "S" ? -north : north
            longitude = longitudeReference == "W" ? -east : east
        }
        if let metres = block.number(0x06, in: gps), abs(metres) <= 100_000 {
            altitude = block.number(0x05, in: gps) == 1 ? -metres : metres
        }
        if let direction = block.number(0x11, in: gps), (0...360).contains(direction) {
            heading = direction == 360 ? 0 : direction
        }
    }

    /// Degrees, minutes and seconds, of which the later ones may be missing.
    private static func degrees(_ parts: [Double], limit: Double) -> Double? {
        guard !parts.isEmpty, parts.count <= 3, parts.allSatisfy({ $0 >= 0 }) else { return nil }
        let value = zip(parts, [1, 60, 3600]).reduce(0) { $0 + $1.0 / $1.1 }
        return value <= limit ? value : nil
    }

    /// `2024:05:06 07:08:09` as `2024-05-06T07:08:09`.
    private static func time(_ text: String) -> String? {
        let parts = text.split { !$0.isASCII || !$0.isNumber }.map(String.init)
        let numbers = parts.compactMap(Int.init)
        guard numbers.count >= 6, numbers.count == parts.count,
            (1...9999).contains(numbers[0]), (1...12).contains(numbers[1]),
            (1...31).contains(numbers[2]), (0...23).contains(numbers[3]),
            (0...59).contains(numbers[4]), (0...60).contains(numbers[5])
        else { return nil }
        let padded = numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }
        let year =
            String(repeating: "0", count: max(0, 4 - "\(numbers[0])".count)) + "\(numbers[0])"
        return "\(year)-\(padded[1])-\(padded[2])T\(padded[3]):\(padded[4]):\(padded[5])"
    }

    private static func zone(_ text: String) -> String? {
        if text == "Z" { return "+00:00" }
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[0] == 0x2B || bytes[0] == 0x2D, bytes[3] == 0x3A,
            let hours = Int(text.dropFirst().prefix(2)), (0...14).contains(hours),
            let minutes = Int(text.suffix(2)), (0...59).contains(minutes)
        else { return nil }
        return text
    }
}

/// The entries of a parsed EXIF block.
private final class EXIFBlock {
    private let data: UnsafeMutablePointer<ExifData>
    private let order: ExifByteOrder

    init?(_ tiff: [UInt8]) {
        guard tiff.count <= ImageLimits.exifBytes, let data = exif_data_new() else { return nil }
        self.data = data
        // Tags that libexif does not know are kept, and nothing is added that the camera did not write.
        exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS)
        exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION)
        let block = Array("Exif\0\0".utf8) + tiff
        exif_data_load_data(data, block, UInt32(block.count))
        order = exif_data_get_byte_order(data)
    }

    deinit {
        exif_data_unref(data)
    }

    /// The printable text of a tag, at most 128 characters; nil where there is none.
    func text(_ tag: Int, in directory: ExifIfd) -> String? {
        guard let entry = entry(tag, directory),
            entry.pointee.format == EXIF_FORMAT_ASCII
                || entry.pointee.format == EXIF_FORMAT_UNDEFINED
        else { return nil }
        let bytes = UnsafeBufferPointer(start: entry.pointee.data, count: Int(entry.pointee.size))
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        let printable = text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
        let words = String(String.UnicodeScalarView(printable)).split(separator: " ")
        let clean = String(words.joined(separator: " ").prefix(128))
        return clean.isEmpty ? nil : clean
    }

    func number(_ tag: Int, in directory: ExifIfd) -> Double? {
        numbers(tag, in: directory).first
    }

    /// The finite numbers of a tag; empty if one of them is none.
    func numbers(_ tag: Int, in directory: ExifIfd) -> [Double] {
        guard let entry = entry(tag, directory), let bytes = entry.pointee.data else { return [] }
        let size = Int(exif_format_get_size(entry.pointee.format))
        let count = min(Int(entry.pointee.components), 8)
        guard size > 0, count * size <= Int(entry.pointee.size) else { return [] }
        var values: [Double] = []
        for index in 0..<count {
            guard let value = value(bytes + index * size, entry.pointee.format) else { return [] }
            values.append(value)
        }
        return values
    }

    private func value(_ bytes: UnsafeMutablePointer<UInt8>, _ format: ExifFormat) -> Double? {
        switch format {
        case EXIF_FORMAT_BYTE: return Double(bytes.pointee)
        case EXIF_FORMAT_SHORT: return Double(exif_get_short(bytes, order))
        case EXIF_FORMAT_LONG: return Double(exif_get_long(bytes, order))
        case EXIF_FORMAT_RATIONAL:
            let ratio = exif_get_rational(bytes, order)
            return ratio.denominator == 0
                ? nil : Double(ratio.numerator) / Double(ratio.denominator)
        case EXIF_FORMAT_SRATIONAL:
            let ratio = exif_get_srational(bytes, order)
            return ratio.denominator == 0
                ? nil : Double(ratio.numerator) / Double(ratio.denominator)
        default: return nil
        }
    }

    private func entry(_ tag: Int, _ directory: ExifIfd) -> UnsafeMutablePointer<ExifEntry>? {
        let content =
            switch directory {
            case EXIF_IFD_0: data.pointee.ifd.0
            case EXIF_IFD_EXIF: data.pointee.ifd.2
            default: data.pointee.ifd.3
            }
        return content.flatMap { exif_content_get_entry($0, ExifTag(rawValue: UInt32(tag))) }
    }
}
