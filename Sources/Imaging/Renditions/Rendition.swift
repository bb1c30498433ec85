/// A picture made of another one.
package struct Rendition: Sendable, Equatable {
    package let specification: Specification
    package let width: Int
    package let height: Int
    /// The encoded file.
    package let bytes: [UInt8]

    package var mediaType: String { specification.encoding.format.mediaType }
}

extension Rendition {
    /// What is to be made of a picture: how large, and as what it is stored.
    ///
    /// Every rendition is upright, in sRGB and without metadata; a JPEG shows transparency on white.
    package struct Specification: Hashable, Sendable {
        /// How large a rendition becomes.
        package enum Size: Hashable, Sendable {
            /// Exactly this: scaled until it is covered, enlarged if need be, and cropped around the centre.
            case cover(width: Int, height: Int)
            /// Within this box, never enlarged.
            case fit(width: Int, height: Int)
            /// At most so many pixels, never enlarged.
            case maximumPixels(Int)
            /// At most so many bytes: as good as fits, then as large as fits.
            case maximumBytes(Int)
        }

        package let size: Size
        /// For `maximumBytes` the best quality to try.
        package let encoding: PictureEncoding

        /// The measures have to be possible ones; a name that comes from elsewhere is parsed by `init(name:)`.
        package init(_ size: Size, _ encoding: PictureEncoding = .jpeg(quality: 85)) {
            precondition(Self.isPossible(size, encoding), "a rendition has possible measures")
            self.size = size
            self.encoding = encoding
        }

        static func isPossible(_ size: Size, _ encoding: PictureEncoding) -> Bool {
            guard (1...100).contains(encoding.quality ?? 100) else { return false }
            switch size {
            case .cover(let width, let height):
                return sides.contains(width) && sides.contains(height)
                    && width * height <= ImageLimits.pixels
            case .fit(let width, let height): return sides.contains(width) && sides.contains(height)
            case .maximumPixels(let pixels): return (1...ImageLimits.pixels).contains(pixels)
            case .maximumBytes(let bytes): return (2_048...(1 << 28)).contains(bytes)
            }
        }

        private static let sides = 1...ImageLimits.side
    }
}

extension PictureEncoding {
    /// Nil for the one that loses nothing.
    package var quality: Int? {
        switch self {
        case .jpeg(let quality), .webp(let quality): quality
        case .png: nil
        }
    }

    package var format: ImageFormat {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        case .webp: .webp
        }
    }

    /// The same at another quality.
    func at(quality: Int) -> PictureEncoding {
        switch self {
        case .jpeg: .jpeg(quality: quality)
        case .png: .png
        case .webp: .webp(quality: quality)
        }
    }
}
