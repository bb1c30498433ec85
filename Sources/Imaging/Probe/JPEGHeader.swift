/// The segments of a JPEG file in front of its first scan (ITU-T T.81, annex B).
enum JPEGHeader {
    static func read(_ bytes: ByteReader) throws(ImageError) -> ImageHeader {
        var header = ImageHeader(format: .jpeg, width: 0, height: 0)
        var profile: [Int: Range<Int>] = [:]
        var offset = 2
        for _ in 0..<ImageLimits.segments {
            guard let (marker, start) = nextMarker(bytes, from: offset) else { break }
            if marker == 0xD9 { break }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {
                offset = start
                continue
            }
            guard let length = bytes.u16(start), length >= 2 else { break }
            let body = (start + 2)..<(start + length)
            switch marker {
            case 0xDA:
                guard header.width > 0 else { throw .damaged("JPEG: scan before frame") }
                header.profile = ordered(profile)
                return header
            case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker):
                guard let height = bytes.u16(body.lowerBound + 1),
                    let width = bytes.u16(body.lowerBound + 3)
                else { throw .damaged("JPEG: frame header cut off") }
                header.width = width
                header.height = height
                try ImageLimits.check(width: width, height: height)
            case 0xE1 where header.exif == nil && bytes.text("Exif\0", at: body.lowerBound):
                guard body.count > 6, body.upperBound <= bytes.count else { break }
                header.exif = (body.lowerBound + 6)..<body.upperBound
            case 0xE2 where bytes.text("ICC_PROFILE\0", at: body.lowerBound):
                guard body.count > 14, body.upperBound <= bytes.count else { break }
                profile[Int(bytes[body.lowerBound + 12] ?? 0)] =
                    (body.lowerBound + 14)..<body.upperBound
            default: break
            }
            offset = start + length
        }
        throw .damaged("JPEG: no scan")
    }

    /// The marker at or after `from` and where its segment starts; stray bytes are skipped, as libjpeg does.
    private static func nextMarker(_ bytes: ByteReader, from: Int) -> (UInt8, Int)? {
        var offset = from
        while true {
            while let byte = bytes[offset], byte != 0xFF { offset += 1 }
            while bytes[offset] == 0xFF { offset += 1 }
            guard let marker = bytes[offset] else { return nil }
            offset += 1
            if marker != 0 { return (marker, offset) }
        }
    }

    private static func ordered(_ parts: [Int: Range<Int>]) -> [Range<Int>] {
        let numbers = parts.keys.sorted()
        // A profile with a part missing is no profile.
        guard numbers == Array(1..<(numbers.count + 1)) else { return [] }
        return numbers.compactMap { parts[$0] }
    }
}
