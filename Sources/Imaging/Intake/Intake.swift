/// Takes a picture in: one decode yields everything that is ever needed of it.
///
/// Runs the codecs in the calling process: outside tests and benchmarks that is a caged worker.
package enum Intake {
    /// Decodes `bytes`, a whole file.
    package static func run(
        _ bytes: UnsafeRawBufferPointer, _ parameters: IntakeParameters
    ) throws(ImageError) -> IntakeResult {
        let probe = try ImageProbe(bytes)
        var image = try Decoder.decode(bytes, probe, minimum: minimum(probe, parameters))
        let phash = PerceptualHash(of: image.bitmap)
        image.bitmap.flattenOnWhite()
        let reduction = Reduction(of: image.bitmap)
        let preview = preview(of: image, parameters)
        let orientation = probe.orientation
        let raster = raster(preview, image, orientation, parameters)
        let thumbnail = try thumbnail(preview, image, orientation, parameters)
        let sent = SentPicture(
            probe.format, width: image.width, height: image.height, orientation, parameters)
        let picture = try sent.encode(image, parameters.quality)
        return IntakeResult(
            format: probe.format, width: image.width, height: image.height,
            orientation: orientation, isAnimated: probe.isAnimated, phash: phash,
            reduction: reduction,
            palette: Palette.colors(of: raster, count: parameters.paletteColors),
            thumbnail: thumbnail, raster: raster,
            exif: image.exif.map { EXIFFacts(tiff: $0) } ?? EXIFFacts(), providerPicture: picture,
            providerWidth: sent.width, providerHeight: sent.height)
    }

    /// The same for bytes in an array.
    package static func run(
        bytes: [UInt8], _ parameters: IntakeParameters
    ) throws(ImageError) -> IntakeResult {
        try bytes.withRawBytes { (raw) throws(ImageError) in try run(raw, parameters) }
    }

    /// How small a reduced decode may be.
    ///
    /// Besides what is made from it, the hash sets the bound: from half the size 99 of 100 photos hash to
    /// within two bits of the full size, from an eighth too few; small pictures gain nothing.
    private static func minimum(
        _ probe: ImageProbe, _ parameters: IntakeParameters
    ) -> (width: Int, height: Int) {
        let pixels = probe.width * probe.height
        let divisor = pixels < 1_000_000 ? 1 : pixels < 24_000_000 ? 2 : 4
        let sent = SentPicture(
            probe.format, width: probe.width, height: probe.height, probe.orientation, parameters)
        guard sent.isMade else { return (probe.width / divisor, probe.height / divisor) }
        return (max(probe.width / divisor, sent.across), max(probe.height / divisor, sent.down))
    }

    /// A smaller copy in sRGB, in stored orientation, from which raster and thumbnail are made.
    private static func preview(of image: DecodedImage, _ parameters: IntakeParameters) -> Bitmap {
        let longer = max(image.bitmap.width, image.bitmap.height)
        // Averaging first is cheap and does not show as long as Lanczos still has half again to do.
        let factor = max(1, longer * 2 / (3 * max(1, parameters.rasterSide)))
        return ColorProfile.toSRGB(image.bitmap.reduced(by: factor), from: image.profile)
    }

    private static func raster(
        _ preview: Bitmap, _ image: DecodedImage, _ orientation: Int,
        _ parameters: IntakeParameters
    ) -> Bitmap {
        let size = PictureSize.fitting(
            width: image.width, height: image.height,
            into: (parameters.rasterSide, parameters.rasterSide))
        return preview.resized(width: size.width, height: size.height)
            .upright(from: orientation).spreadToRGB()
    }

    private static func thumbnail(
        _ preview: Bitmap, _ image: DecodedImage, _ orientation: Int,
        _ parameters: IntakeParameters
    ) throws(ImageError) -> [UInt8] {
        let box =
            orientation >= 5
            ? (parameters.thumbnailHeight, parameters.thumbnailWidth)
            : (parameters.thumbnailWidth, parameters.thumbnailHeight)
        let size = PictureSize.fitting(width: image.width, height: image.height, into: box)
        let small = preview.resized(width: size.width, height: size.height)
        return try JPEGCodec.encode(
            small.upright(from: orientation), quality: parameters.quality, optimized: true)
    }
}

/// What a provider is sent: its upright size, and whether it has to be made.
private struct SentPicture {
    let width: Int
    let height: Int
    /// False where the stored bytes can be sent.
    let isMade: Bool
    private let orientation: Int

    /// From the stored size of a picture.
    init(
        _ format: ImageFormat, width: Int, height: Int, _ orientation: Int,
        _ parameters: IntakeParameters
    ) {
        let upright = orientation >= 5 ? (height, width) : (width, height)
        let size = PictureSize.within(
            megapixels: parameters.maximumMegapixels, width: upright.0, height: upright.1)
        (self.width, self.height) = size
        self.orientation = orientation
        let isPlain = [.jpeg, .png, .webp].contains(format)
        isMade = !isPlain || orientation != 1 || size != upright
    }

    /// Its sides in stored orientation.
    var across: Int { orientation >= 5 ? height : width }
    var down: Int { orientation >= 5 ? width : height }

    func encode(_ image: DecodedImage, _ quality: Int) throws(ImageError) -> [UInt8]? {
        guard isMade else { return nil }
        let small = image.bitmap.resized(width: across, height: down)
        let upright = ColorProfile.toSRGB(small, from: image.profile).upright(from: orientation)
        return try JPEGCodec.encode(upright, quality: quality, optimized: false)
    }
}
