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

extension Bitmap {
    /// Decodes the first frame in full, as stored: not turned, in raw sample values.
    ///
    /// Runs the codec in the calling process, so it is for pictures that one made oneself.
    package init(decoding bytes: [UInt8]) throws(ImageError) {
        self = try bytes.withRawBytes { (raw) throws(ImageError) in
            let probe = try ImageProbe(raw)
            let whole = (probe.width, probe.height)
            return try Decoder.decode(raw, probe, minimum: whole).bitmap
        }
    }

    /// Encodes a picture; JPEG has no alpha, so compose it first.
    package func encoded(as encoding: PictureEncoding) throws(ImageError) -> [UInt8] {
        switch encoding {
        case .jpeg(let quality): try JPEGCodec.encode(self, quality: quality)
        case .png: try PNGCodec.encode(self)
        case .webp(let quality): try WebPCodec.encode(self, quality: quality)
        }
    }
}

/// A type of picture that can be written, and how well.
package enum PictureEncoding: Sendable, Hashable {
    case jpeg(quality: Int)
    case png
    case webp(quality: Int)
}
