/// Takes a picture in: one decode yields everything that is ever needed of it.
///
/// Runs the codecs in the calling process: outside tests and benchmarks that is a caged worker.
package enum Intake {
    /// Decodes `bytes`, a whole file.
    package static func run(
        _ bytes: UnsafeRawBufferPointer, _ parameters: IntakeParameters
    ) throws(ImageError) -> IntakeResult {
        let probe = try ImageProbe(bytes)
        let image = try Decoder.decode(bytes, probe, minimum: minimum(probe, parameters))
        let (width, height) = (image.width, image.height)
        let exif = image.exif
        let phash = PerceptualHash(of: image.bitmap)
        let wanted = parameters.renditions
        let maker = RenditionMaker(
            image, orientation: probe.orientation,
            keepsAlpha: wanted.contains { $0.encoding.format != .jpeg })
        let sent = SentPicture(
            probe.format, width: width, height: height, probe.orientation, parameters)
        let colors = maker.averaged(side: ColorFacts.paletteSide)
        return IntakeResult(
            format: probe.format, width: width, height: height, orientation: probe.orientation,
            isAnimated: probe.isAnimated, phash: phash, reduction: Reduction(of: maker.flat),
            palette: Palette.colors(of: colors),
            colorFacts: ColorFacts(
                of: colors, shapes: maker.averaged(side: ColorFacts.shapeSide)),
            thumbnail: try maker.make(parameters.thumbnail).bytes,
            raster: maker.scaled(
                to: .fit(width: parameters.rasterSide, height: parameters.rasterSide)
            ).spreadToRGB(),
            exif: exif.map { EXIFFacts(tiff: $0) } ?? EXIFFacts(),
            providerPicture: try sent.isMade
                ? maker.scaled(to: sent.size).encoded(as: .jpeg(quality: parameters.quality)) : nil,
            providerWidth: sent.width, providerHeight: sent.height,
            renditions: try wanted.map { (specification) throws(ImageError) in
                try maker.make(specification)
            })
    }

    /// Decodes `bytes`, a whole file, once and makes renditions of it.
    package static func render(
        _ bytes: UnsafeRawBufferPointer, _ specifications: [Rendition.Specification]
    ) throws(ImageError) -> [Rendition] {
        let probe = try ImageProbe(bytes)
        let minimum = minimum(probe, atLeast: (1, 1), specifications.map(\.size))
        let maker = RenditionMaker(
            try Decoder.decode(bytes, probe, minimum: minimum), orientation: probe.orientation,
            keepsAlpha: specifications.contains { $0.encoding.format != .jpeg })
        return try specifications.map { (specification) throws(ImageError) in
            try maker.make(specification)
        }
    }

    /// The same for bytes in an array.
    package static func render(
        bytes: [UInt8], _ specifications: [Rendition.Specification]
    ) throws(ImageError) -> [Rendition] {
        try bytes.withRawBytes { (raw) throws(ImageError) in try render(raw, specifications) }
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
        return minimum(
            probe, atLeast: (probe.width / divisor, probe.height / divisor),
            (parameters.renditions + [parameters.thumbnail]).map(\.size)
                + (sent.isMade ? [sent.size] : []))
    }

    private static func minimum(
        _ probe: ImageProbe, atLeast least: (Int, Int), _ sizes: [Rendition.Specification.Size]
    ) -> (width: Int, height: Int) {
        sizes.reduce(least) { least, size in
            let needed = RenditionGeometry(
                size, width: probe.width, height: probe.height, isSideways: probe.isTurnedSideways
            ).minimum
            return (max(least.0, needed.width), max(least.1, needed.height))
        }
    }
}

/// What a provider is sent: its upright size, and whether it has to be made.
private struct SentPicture {
    let width: Int
    let height: Int
    /// False where the stored bytes can be sent.
    let isMade: Bool
    let size: Rendition.Specification.Size

    /// From the stored size of a picture.
    init(
        _ format: ImageFormat, width: Int, height: Int, _ orientation: Int,
        _ parameters: IntakeParameters
    ) {
        let upright = orientation >= 5 ? (height, width) : (width, height)
        let limit = PictureSize.pixels(megapixels: parameters.maximumMegapixels)
        let size = PictureSize.within(pixels: limit, width: upright.0, height: upright.1)
        (self.width, self.height) = size
        self.size = .maximumPixels(limit)
        let isPlain = [.jpeg, .png, .webp].contains(format)
        isMade = !isPlain || orientation != 1 || size != upright
    }
}
