/// What the header of a picture claims, read by content alone and before anything is decoded.
///
/// Reads only numbers at checked offsets, so it is safe outside the sandbox.
package struct ImageProbe: Sendable, Equatable {
    package let format: ImageFormat
    /// Pixels across as stored: not turned by EXIF; for HEIC turned as its container says.
    package let width: Int
    /// Pixels down as stored.
    package let height: Int
    /// How EXIF wants the stored picture turned, 1…8; 1 is upright. Always 1 for HEIC, whose
    /// container says it and whose decoder has done it.
    package let orientation: Int
    /// Whether more frames than the first are announced.
    package let isAnimated: Bool

    /// Where the TIFF structure of an EXIF block lies, if the header tells.
    let exif: Range<Int>?
    /// The parts of an embedded ICC profile in their order, where they lie in clear.
    let profile: [Range<Int>]

    /// Reads the header of a whole file in memory.
    package init(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        let reader = ByteReader(bytes)
        let header: ImageHeader
        switch Signature(reader) {
        case .unknown: throw .notAnImage
        case .other(let mediaType): throw .unsupported(mediaType: mediaType)
        case .accepted(.jpeg): header = try JPEGHeader.read(reader)
        case .accepted(.png): header = try PNGHeader.read(reader)
        case .accepted(.webp): header = try WebPHeader.read(reader)
        case .accepted(.gif): header = try GIFHeader.read(reader)
        case .accepted(.heic): header = try HEICHeader.read(reader)
        }
        try ImageLimits.check(width: header.width, height: header.height)
        format = header.format
        width = header.width
        height = header.height
        isAnimated = header.isAnimated
        exif = header.exif.flatMap { $0.count <= ImageLimits.exifBytes ? $0 : nil }
        let size = header.profile.reduce(0) { $0 + $1.count }
        profile = size <= ImageLimits.profileBytes ? header.profile : []
        orientation =
            exif.flatMap { reader.slice($0.lowerBound, $0.count) }
            .flatMap(EXIFOrientation.read) ?? 1
    }

    /// Reads the header of a whole file in memory.
    package init(bytes: [UInt8]) throws(ImageError) {
        self = try bytes.withRawBytes { (raw) throws(ImageError) in try ImageProbe(raw) }
    }

    /// Reads the header of an open file.
    package init(fileDescriptor: Int32) throws(ImageError) {
        let file = try MappedFile(fileDescriptor: fileDescriptor)
        self = try ImageProbe(file.bytes)
    }

    /// Whether width and height change places when the picture is turned upright.
    package var isTurnedSideways: Bool { orientation >= 5 }

    /// Pixels across when upright.
    package var uprightWidth: Int { isTurnedSideways ? height : width }

    /// Pixels down when upright.
    package var uprightHeight: Int { isTurnedSideways ? width : height }
}

/// What each format's reader finds.
struct ImageHeader {
    var format: ImageFormat
    var width: Int
    var height: Int
    var isAnimated = false
    var exif: Range<Int>?
    var profile: [Range<Int>] = []
}

extension Array where Element == UInt8 {
    /// `withUnsafeBytes` with typed errors.
    func withRawBytes<T>(
        _ body: (UnsafeRawBufferPointer) throws(ImageError) -> T
    ) throws(ImageError) -> T {
        let result: Result<T, ImageError> = withUnsafeBytes { raw in
            do throws(ImageError) {
                return .success(try body(raw))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
