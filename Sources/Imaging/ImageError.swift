/// Why a picture was refused.
package enum ImageError: Error, Sendable, Equatable {
    /// The bytes are no picture of any known type.
    case notAnImage
    /// A picture, but of a type that is not taken; its media type, such as `image/bmp`.
    case unsupported(mediaType: String)
    /// More than `ImageLimits.pixels`.
    case tooManyPixels
    /// Longer than `ImageLimits.side`.
    case sideTooLong
    /// The header or the pixels cannot be read; the reason is for the log.
    case damaged(String)
    /// The decoder killed itself, hung or was caught at something forbidden; the reason is for the log.
    case decoderDied(String)
    /// No decoder could be had: the pool is closed or no process can be started.
    case unavailable(String)
}

/// What a picture may claim before anything is allocated for it.
package enum ImageLimits {
    /// Pixels in all.
    package static let pixels = 50_000_000
    /// Pixels on a side.
    package static let side = 16_384
    /// Segments, chunks or boxes in front of the pixels.
    static let segments = 4_096
    /// Bytes of an ICC profile.
    static let profileBytes = 4 << 20
    /// Bytes of an EXIF block.
    static let exifBytes = 1 << 20

    /// Refuses sizes that are empty or too large.
    static func check(width: Int, height: Int) throws(ImageError) {
        guard width > 0, height > 0 else { throw .damaged("a side is zero") }
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, pixels <= Self.pixels else { throw .tooManyPixels }
        guard width <= side, height <= side else { throw .sideTooLong }
    }
}
