/// The one thing of EXIF that draws the picture: which way up it is.
enum MinimalEXIF {
    /// A TIFF structure of 26 bytes that holds `orientation` and nothing else.
    static func block(orientation: Int) -> [UInt8] {
        [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8,
            0, 1,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0,
            0, 0, 0, 0,
        ]
    }

    /// The block that must stay of a TIFF structure: nil when the picture is upright anyway.
    ///
    /// Broken EXIF turns nothing, just as a viewer takes it.
    static func essence(of tiff: Range<Int>, in source: ByteSource) -> [UInt8]? {
        guard let orientation = try? orientation(of: tiff, in: source), orientation != 1 else {
            return nil
        }
        return block(orientation: orientation)
    }

    private static func orientation(
        of tiff: Range<Int>, in source: ByteSource
    ) throws(ImageError) -> Int? {
        // WebP and PNG writers sometimes keep the prefix that only JPEG asks for.
        let start = tiff.lowerBound + (source.has("Exif\0\0", in: tiff) ? 6 : 0)
        let isLittle = source.has("II", in: start..<tiff.upperBound)
        guard isLittle || source.has("MM", in: start..<tiff.upperBound) else { return nil }
        func number(_ offset: Int, _ size: Int) throws(ImageError) -> Int {
            let range = try source.range(start + offset, size, in: tiff)
            return isLittle
                ? try source.little(range.lowerBound, size) : try source.big(range.lowerBound, size)
        }
        let directory = try number(4, 4)
        for index in 0..<min(try number(directory, 2), 512) {
            let entry = directory + 2 + 12 * index
            guard try number(entry, 2) == 0x0112 else { continue }
            // Some writers use a long where the standard has a short.
            let value = try number(entry + 8, try number(entry + 2, 2) == 4 ? 4 : 2)
            return (1...8).contains(value) ? value : nil
        }
        return nil
    }
}
