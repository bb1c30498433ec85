/// What an intake is to make.
package struct IntakeParameters: Sendable, Equatable {
    /// The provider's picture has at most this many millions of pixels.
    package var maximumMegapixels = 2.0
    /// The JPEG quality of the provider's picture.
    package var quality = 85
    package var thumbnail = Rendition.Specification(
        .fit(width: 400, height: 300), .jpeg(quality: 85))
    /// The raster's longer side is at most this.
    package var rasterSide = 512
    /// What else is to be made of the same decode.
    package var renditions: [Rendition.Specification] = []

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
    /// At most five colours, largest share first.
    package var palette: [PaletteColor]
    package var colorFacts: ColorFacts
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
    /// In the order of the specifications.
    package var renditions: [Rendition]
}
