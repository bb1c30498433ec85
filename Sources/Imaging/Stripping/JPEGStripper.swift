/// JPEG: tables and scans stay, of the application segments only those that tell how to read them.
enum JPEGStripper {
    static func strip(_ bytes: [UInt8]) throws(ImageError) -> [UInt8]? {
        let source = ByteSource(bytes)
        var segments = JPEGSegments(source)
        var result = Assembly(of: source)
        guard let first = try segments.next(), first.marker == JPEGSegments.startOfImage,
            first.range == 0..<2
        else { throw ImageError.damaged("JPEG: no start of image") }
        result.keep(first.range)
        var sawPixels = false
        var sawEXIF = false
        while let segment = try segments.next() {
            switch segment.marker {
            case JPEGSegments.startOfImage:
                throw ImageError.damaged("JPEG: a picture starts inside another")
            case 0xE1 where source.has("Exif\0\0", in: segment.payload):
                // The first EXIF block is the one that readers obey.
                if !sawEXIF { putEXIF(of: segment, in: source, into: &result) }
                sawEXIF = true
            case 0xE0...0xEF:
                putApplication(segment, in: source, into: &result)
            case 0xFE, 0xF0...0xFD:
                break
            default:
                sawPixels = sawPixels || segment.marker == 0
                result.keep(segment.range)
            }
        }
        guard sawPixels else { throw ImageError.damaged("JPEG: no scan") }
        return result.file()
    }

    private static func putEXIF(
        of segment: JPEGSegments.Segment, in source: ByteSource, into result: inout Assembly
    ) {
        let tiff = segment.payload.lowerBound + 6..<segment.payload.upperBound
        guard let block = MinimalEXIF.essence(of: tiff, in: source) else { return }
        result.put(
            self.segment(0xE1, Array("Exif\0\0".utf8) + block), over: segment.range)
    }

    /// JFIF, Adobe's colour transform and the ICC profile; of the first two, only the fields that
    /// the formats define, without JFIF's thumbnail.
    private static func putApplication(
        _ segment: JPEGSegments.Segment, in source: ByteSource, into result: inout Assembly
    ) {
        let payload = segment.payload
        if segment.marker == 0xE0, source.has("JFIF\0", in: payload), payload.count >= 14 {
            let fields = Array(source.bytes[payload.prefix(12)]) + [0, 0]
            result.put(self.segment(0xE0, fields), over: segment.range)
        } else if segment.marker == 0xEE, source.has("Adobe", in: payload), payload.count >= 12 {
            let fields = Array(source.bytes[payload.prefix(12)])
            result.put(self.segment(0xEE, fields), over: segment.range)
        } else if segment.marker == 0xE2, source.has("ICC_PROFILE\0", in: payload) {
            result.keep(segment.range)
        }
    }

    private static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0xFF, marker] + bigEndian(payload.count + 2, 2) + payload
    }
}
