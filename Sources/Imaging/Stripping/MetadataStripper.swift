/// Takes everything personal out of a picture file and leaves the picture as it is.
///
/// Nothing is decoded or compressed again: what draws the picture (coded pixels, colour profile,
/// orientation, animation) is copied bit for bit, and only what is known to draw it is copied.
/// EXIF, XMP, IPTC, comments, maker notes, embedded thumbnails, further pictures and trailing
/// bytes are gone afterwards.
package enum MetadataStripper {
    /// The file without its metadata, or nil when there is nothing to take out and `bytes` can be
    /// served as they are. Takes time and memory linear in the size of the file.
    ///
    /// Throws `.damaged` when nobody can say what in the file is picture and what is not.
    package static func strip(
        _ bytes: [UInt8], format: ImageFormat
    ) throws(ImageError) -> [UInt8]? {
        switch format {
        case .jpeg: try JPEGStripper.strip(bytes)
        case .png: try PNGStripper.strip(bytes)
        case .webp: try WebPStripper.strip(bytes)
        case .gif: try GIFStripper.strip(bytes)
        case .heic: try HEIFStripper.strip(bytes)
        }
    }
}
