import CWebP

/// WebP through libwebp; of an animation the first frame, composed on its canvas.
enum WebPCodec {
    static func decode(
        _ bytes: UnsafeRawBufferPointer, _ probe: ImageProbe
    ) throws(ImageError) -> DecodedImage {
        var features = WebPBitstreamFeatures()
        let base = bytes.bindMemory(to: UInt8.self).baseAddress
        guard WebPGetFeatures(base, bytes.count, &features) == VP8_STATUS_OK else {
            throw .damaged("WebP: unreadable header")
        }
        let (width, height) = (Int(features.width), Int(features.height))
        try ImageLimits.check(width: width, height: height)
        let bitmap =
            features.has_animation != 0
            ? try firstFrame(bytes, hasAlpha: features.has_alpha != 0)
            : try still(base, bytes.count, features)
        return DecodedImage(bitmap: bitmap, width: bitmap.width, height: bitmap.height)
    }

    /// Encodes RGB or RGBA; grey is spread to RGB.
    static func encode(_ bitmap: Bitmap, quality: Int) throws(ImageError) -> [UInt8] {
        let colour = bitmap.channels == 1 ? bitmap.spreadToRGB() : bitmap
        var bytes: UnsafeMutablePointer<UInt8>?
        let (width, height) = (Int32(colour.width), Int32(colour.height))
        let count = colour.samples.withUnsafeBufferPointer { samples in
            colour.channels == 4
                ? WebPEncodeRGBA(
                    samples.baseAddress, width, height, width * 4, Float(quality), &bytes)
                : WebPEncodeRGB(
                    samples.baseAddress, width, height, width * 3, Float(quality), &bytes)
        }
        defer { WebPFree(bytes) }
        guard count > 0, let bytes else { throw .damaged("WebP: cannot be encoded") }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static func still(
        _ base: UnsafePointer<UInt8>?, _ size: Int, _ features: WebPBitstreamFeatures
    ) throws(ImageError) -> Bitmap {
        let (width, height) = (Int(features.width), Int(features.height))
        let channels = features.has_alpha != 0 ? 4 : 3
        var done = false
        let samples = [UInt8](unsafeUninitializedCapacity: width * height * channels) {
            rows, count in
            let stride = Int32(width * channels)
            done =
                channels == 4
                ? WebPDecodeRGBAInto(base, size, rows.baseAddress, rows.count, stride) != nil
                : WebPDecodeRGBInto(base, size, rows.baseAddress, rows.count, stride) != nil
            count = rows.count
        }
        guard done else { throw .damaged("WebP: pixels cannot be decoded") }
        return Bitmap(width: width, height: height, channels: channels, samples: samples)
    }

    private static func firstFrame(
        _ bytes: UnsafeRawBufferPointer, hasAlpha: Bool
    ) throws(ImageError) -> Bitmap {
        var data = WebPData(bytes: bytes.bindMemory(to: UInt8.self).baseAddress, size: bytes.count)
        var options = WebPAnimDecoderOptions()
        guard WebPAnimDecoderOptionsInit(&options) != 0,
            let decoder = WebPAnimDecoderNew(&data, &options)
        else { throw .damaged("WebP: unreadable animation") }
        defer { WebPAnimDecoderDelete(decoder) }
        var info = WebPAnimInfo()
        var pixels: UnsafeMutablePointer<UInt8>?
        var timestamp: Int32 = 0
        guard WebPAnimDecoderGetInfo(decoder, &info) != 0,
            WebPAnimDecoderGetNext(decoder, &pixels, &timestamp) != 0, let pixels
        else { throw .damaged("WebP: first frame cannot be decoded") }
        let (width, height) = (Int(info.canvas_width), Int(info.canvas_height))
        try ImageLimits.check(width: width, height: height)
        let canvas = UnsafeBufferPointer(start: pixels, count: width * height * 4)
        let bitmap = Bitmap(width: width, height: height, channels: 4, samples: Array(canvas))
        return hasAlpha ? bitmap : bitmap.droppingAlpha()
    }
}
