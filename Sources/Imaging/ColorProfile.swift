import CLCMS

/// Brings pixels from the colours of an embedded ICC profile to sRGB, through Little CMS.
enum ColorProfile {
    /// The picture in sRGB; as it is where the profile is unreadable, of another colour space than the
    /// pixels, or sRGB already.
    static func toSRGB(_ bitmap: Bitmap, from profile: [UInt8]?) -> Bitmap {
        guard let profile, profile.count <= ImageLimits.profileBytes, bitmap.channels != 4,
            let source = cmsOpenProfileFromMem(profile, cmsUInt32Number(profile.count))
        else { return bitmap }
        defer { cmsCloseProfile(source) }
        let isGrey = bitmap.channels == 1
        guard cmsGetColorSpace(source) == (isGrey ? cmsSigGrayData : cmsSigRgbData),
            let target = cmsCreate_sRGBProfile()
        else { return bitmap }
        defer { cmsCloseProfile(target) }
        // Both formats are the header's macros TYPE_GRAY_8 and TYPE_RGB_8, spelled out.
        let format =
            isGrey ? pixelFormat(space: 3, channels: 1) : pixelFormat(space: 4, channels: 3)
        let output = pixelFormat(space: 4, channels: 3)
        guard
            let transform = cmsCreateTransform(
                source, format, target, output, cmsUInt32Number(INTENT_PERCEPTUAL), 0)
        else { return bitmap }
        defer { cmsDeleteTransform(transform) }
        if leavesAsItIs(transform, isGrey) { return bitmap }
        return apply(transform, to: bitmap)
    }

    private static func pixelFormat(space: UInt32, channels: UInt32) -> cmsUInt32Number {
        space << 16 | channels << 3 | 1
    }

    private static func apply(_ transform: cmsHTRANSFORM, to bitmap: Bitmap) -> Bitmap {
        let pixels = bitmap.width * bitmap.height
        let samples = [UInt8](unsafeUninitializedCapacity: pixels * 3) { target, count in
            cmsDoTransform(transform, bitmap.samples, target.baseAddress, cmsUInt32Number(pixels))
            count = pixels * 3
        }
        return Bitmap(width: bitmap.width, height: bitmap.height, channels: 3, samples: samples)
    }

    /// Most embedded profiles are sRGB under many names; a grid of samples tells without comparing names.
    private static func leavesAsItIs(_ transform: cmsHTRANSFORM, _ isGrey: Bool) -> Bool {
        let steps: [UInt8] = [0, 48, 96, 144, 192, 255]
        let samples =
            isGrey
            ? steps : steps.flatMap { r in steps.flatMap { g in steps.flatMap { [r, g, $0] } } }
        let grid = Bitmap(
            width: samples.count / (isGrey ? 1 : 3), height: 1, channels: isGrey ? 1 : 3,
            samples: samples)
        let expected = grid.spreadToRGB().samples
        return zip(apply(transform, to: grid).samples, expected).allSatisfy {
            abs(Int($0) - Int($1)) <= 2
        }
    }
}
