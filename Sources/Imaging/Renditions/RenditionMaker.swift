/// Makes everything that is made of one decoded picture.
struct RenditionMaker {
    /// In stored orientation and raw sample values, on white.
    let flat: Bitmap
    /// The same with its alpha, where a rendition keeps that.
    private let clear: Bitmap?
    private let width: Int
    private let height: Int
    private let profile: [UInt8]?
    private let orientation: Int

    init(_ image: consuming DecodedImage, orientation: Int, keepsAlpha: Bool) {
        clear = keepsAlpha && image.bitmap.channels == 4 ? image.bitmap : nil
        image.bitmap.flattenOnWhite()
        flat = image.bitmap
        (width, height) = (image.width, image.height)
        profile = image.profile
        self.orientation = orientation
    }

    func make(_ specification: Rendition.Specification) throws(ImageError) -> Rendition {
        let encoding = specification.encoding
        let bitmap = scaled(to: specification.size, keepsAlpha: encoding.format != .jpeg)
        if case .maximumBytes(let limit) = specification.size {
            let (width, height, bytes) = try ByteLadder.encode(bitmap, within: limit, as: encoding)
            return Rendition(
                specification: specification, width: width, height: height, bytes: bytes)
        }
        return Rendition(
            specification: specification, width: bitmap.width, height: bitmap.height,
            bytes: try bitmap.encoded(as: encoding))
    }

    /// The picture upright and in sRGB.
    func scaled(to size: Rendition.Specification.Size, keepsAlpha: Bool = false) -> Bitmap {
        let geometry = RenditionGeometry(
            size, width: width, height: height, isSideways: orientation >= 5)
        let source = keepsAlpha ? clear ?? flat : flat
        let small = source.scaled(
            width: geometry.width, height: geometry.height, from: geometry.box(in: source))
        return ColorProfile.toSRGB(small, from: profile).upright(from: orientation)
    }

    /// An upright copy in sRGB within a square, each pixel the mean of its area.
    func averaged(side: Int) -> Bitmap {
        var small = flat
        while max(small.width, small.height) >= 8 * side { small = small.reduced(by: 2) }
        let size = PictureSize.fitting(width: width, height: height, into: (side, side))
        small = small.resized(width: size.width, height: size.height, filter: .box)
        return ColorProfile.toSRGB(small, from: profile).upright(from: orientation).spreadToRGB()
    }
}

extension Bitmap {
    /// Resampled by Lanczos; where much is to be shrunk, blocks are averaged first, which is cheap and does not
    /// show as long as Lanczos still has half to do. Colours weigh as much as they are opaque.
    fileprivate func scaled(width: Int, height: Int, from box: SourceBox) -> Bitmap {
        let factor = max(1, Int(min(box.width / Double(width), box.height / Double(height)) / 2))
        let step = Double(factor)
        let smaller = SourceBox(
            left: box.left / step, top: box.top / step, width: box.width / step,
            height: box.height / step)
        guard channels == 4 else {
            return reduced(by: factor).resized(width: width, height: height, from: smaller)
        }
        return premultiplied().reduced(by: factor)
            .resized(width: width, height: height, from: smaller).unpremultiplied()
    }
}
