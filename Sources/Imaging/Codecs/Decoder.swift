/// A picture as its codec gave it: stored orientation, raw sample values, no colour profile applied.
struct DecodedImage {
    /// 1, 3 or 4 channels.
    var bitmap: Bitmap
    /// The stored size; larger than the bitmap where the codec reduced while decoding.
    var width: Int
    var height: Int
    /// The embedded ICC profile.
    var profile: [UInt8]?
    /// The EXIF block: a TIFF structure without any prefix.
    var exif: [UInt8]?
}

/// Chooses the codec by the probe.
enum Decoder {
    /// Decodes the first frame.
    ///
    /// `minimum` is the size, in stored orientation, below which the result must not fall; a codec that
    /// can decode at a reduced scale uses the smallest scale that holds it.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, _ probe: ImageProbe, minimum: (width: Int, height: Int)
    ) throws(ImageError) -> DecodedImage {
        var image: DecodedImage
        switch probe.format {
        case .jpeg: image = try JPEGCodec.decode(bytes, minimum: minimum)
        case .png: image = try PNGCodec.decode(bytes)
        case .webp: image = try WebPCodec.decode(bytes, probe)
        case .gif: image = try GIFCodec.decode(bytes)
        case .heic: image = try HEIFCodec.decode(bytes)
        }
        if let exif = probe.exif { image.exif = Array(bytes[exif]) }
        if !probe.profile.isEmpty { image.profile = probe.profile.flatMap { bytes[$0] } }
        return image
    }
}
