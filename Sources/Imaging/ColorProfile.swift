import CLCMS

/// Brings pixels from the colours of an embedded ICC profile to sRGB, through Little CMS.
enum ColorProfile {
    /// The picture in sRGB; as it is where the profile is unreadable, of another colour space than the
    /// pixels, or sRGB already.
    static func toSRGB(_ bitmap: Bitmap, from profile: [UInt8]?) -> Bitmap {
        guard let profile, profile.count <= ImageLimits.profileBytes,
            let source = cmsOpenProfileFromMem(profile, cmsUInt32Number(profile.count))
        else { return bitmap }
        defer { cmsCloseProfile(source) }
        let isGrey = bitmap.channels == 1
        guard cmsGetColorSpace(source) == (isGrey ? cmsSigGrayData : cmsSigRgbData),
            let target = cmsCreate_sRGBProfile()
        else { return bitmap }
        defer { cmsCloseProfile(target) }
        // The header's macros TYPE_GRAY_8, TYPE_RGB_8 and TYPE_RGBA_8, spelled out.
        let alpha: UInt32 = bitmap.channels == 4 ? 1 : 0
        let format =
            isGrey
            ? pixelFormat(space: 3, channels: 1)
            : pixelFormat(space: 4, channels: 3, extra: alpha)
        let output = pixelFormat(space: 4, channels: 3, extra: alpha)
        guard
            let transform = cmsCreateTransform(
                source, format, target, output, cmsUInt32Number(INTENT_PERCEPTUAL),
                copiesAlpha * alpha)
        else { return bitmap }
        defer { cmsDeleteTransform(transform) }
        if leavesAsItIs(transform, bitmap.channels) { return bitmap }
        return apply(transform, to: bitmap)
    }

    private static func pixelFormat(
        space: UInt32, channels: UInt32, extra: UInt32 = 0
    ) -> cmsUInt32Number {
        space << 16 | extra << 7 | channels << 3 | 1
    }

    // cmsFLAGS_COPY_ALPHA, a macro that Swift cannot import.
    private static let copiesAlpha: cmsUInt32Number = 0x0400_0000

    private static func apply(_ transform: cmsHTRANSFORM, to bitmap: Bitmap) -> Bitmap {
        let pixels = bitmap.width * bitmap.height
        let channels = max(3, bitmap.channels)
        let samples = [UInt8](unsafeUninitializedCapacity: pixels * channels) { target, count in
            cmsDoTransform(transform, bitmap.samples, target.baseAddress, cmsUInt32Number(pixels))
            count = pixels * channels
        }
        return Bitmap(
            width: bitmap.width, height: bitmap.height, channels: channels, samples: samples)
    }

    /// Most embedded profiles are sRGB under many names; a grid of samples tells without comparing names.
    private static func leavesAsItIs(_ transform: cmsHTRANSFORM, _ channels: Int) -> Bool {
        let steps: [UInt8] = [0, 48, 96, 144, 192, 255]
        let colors =
            channels == 1
            ? steps.map { [$0] }
            : steps.flatMap { r in steps.flatMap { g in steps.map { [r, g, $0] } } }
        let opaque: [UInt8] = channels == 4 ? [255] : []
        let grid = Bitmap(
            width: colors.count, height: 1, channels: channels,
            samples: colors.flatMap { $0 + opaque })
        let expected = grid.spreadToRGB().samples
        return zip(apply(transform, to: grid).samples, expected).allSatisfy {
            abs(Int($0) - Int($1)) <= 2
        }
    }
}
