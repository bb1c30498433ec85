/// What an intake is to make.
package struct IntakeParameters: Sendable, Equatable {
    /// The provider's picture has at most this many millions of pixels.
    package var maximumMegapixels = 2.0
    /// The JPEG quality of the provider's picture and the thumbnail.
    package var quality = 85
    /// The thumbnail fits into this box.
    package var thumbnailWidth = 400
    package var thumbnailHeight = 300
    /// The raster's longer side is at most this.
    package var rasterSide = 512
    /// How many colours the palette has at most.
    package var paletteColors = 8

    package init() {}
}

/// Everything that one decode of a picture yields.
package struct IntakeResult: Sendable, Equatable {
    package var format: ImageFormat
    /// As stored: not turned by EXIF.
    package var width: Int
    package var height: Int
    /// 1…8, as in `ImageProbe`.
    package var orientation: Int
    package var isAnimated: Bool
    /// Of the stored picture.
    package var phash: PerceptualHash
    /// Of the stored picture.
    package var reduction: Reduction
    /// Largest share first.
    package var palette: [PaletteColor]
    /// A JPEG, upright, in sRGB, on white, never larger than the picture.
    package var thumbnail: [UInt8]
    /// RGB in sRGB, upright, on white, never larger than the picture.
    package var raster: Bitmap
    package var exif: EXIFFacts
    /// The picture for a provider, a JPEG; nil when the stored bytes can be sent as they are.
    package var providerPicture: [UInt8]?
    /// The size of what a provider is sent.
    package var providerWidth: Int
    package var providerHeight: Int
}
