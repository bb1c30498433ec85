import Glibc

/// The parts of a JPEG file in their order (ITU-T T.81, annex B), up to the end of its first picture.
struct JPEGSegments {
    /// A marker with what belongs to it.
    struct Segment {
        /// The second byte of the marker, such as 0xE1; 0 for a stretch of coded pixels.
        let marker: UInt8
        /// All of it, marker and fill bytes included.
        let range: Range<Int>
        /// What follows the length.
        let payload: Range<Int>
    }

    static let startOfImage: UInt8 = 0xD8, endOfImage: UInt8 = 0xD9, startOfScan: UInt8 = 0xDA

    private let source: ByteSource
    private var offset = 0
    private var isInScan = false
    private var isFinished = false

    init(_ source: ByteSource) {
        self.source = source
    }

    /// The next part, or nil after the end of the picture.
    mutating func next() throws(ImageError) -> Segment? {
        if isInScan {
            isInScan = false
            let start = offset
            offset = endOfScan()
            return Segment(marker: 0, range: start..<offset, payload: start..<offset)
        }
        if isFinished { return nil }
        // Decoders skip stray bytes in front of a marker.
        while offset < source.count, source.bytes[offset] != 0xFF { offset += 1 }
        let start = offset
        while try source.byte(offset) == 0xFF { offset += 1 }
        let marker = source.bytes[offset]
        offset += 1
        switch marker {
        case Self.endOfImage:
            isFinished = true
            return Segment(marker: marker, range: start..<offset, payload: offset..<offset)
        case Self.startOfImage, 0x01, 0xD0...0xD7:
            return Segment(marker: marker, range: start..<offset, payload: offset..<offset)
        case 0x00:
            throw ImageError.damaged("coded pixels without a scan")
        default:
            let length = try source.big(offset, 2)
            guard length >= 2 else { throw ImageError.damaged("a segment shorter than its length") }
            let payload = try source.range(offset + 2, length - 2)
            offset = payload.upperBound
            isInScan = marker == Self.startOfScan
            return Segment(marker: marker, range: start..<offset, payload: payload)
        }
    }

    /// Where the coded pixels that start here end: at a marker that is neither a stuffed byte nor a
    /// restart. Nearly all bytes of a photo are passed here, so the search for 0xFF is the C library's.
    private func endOfScan() -> Int {
        source.bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            var index = offset
            while index + 1 < bytes.count,
                let found = memchr(start + index, 0xFF, bytes.count - 1 - index)
            {
                index = UnsafeRawPointer(found) - UnsafeRawPointer(start)
                switch bytes[index + 1] {
                case 0, 0xD0...0xD7: index += 2
                case 0xFF: index += 1
                default: return index
                }
            }
            return bytes.count
        }
    }
}
