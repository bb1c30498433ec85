import CImaging
import CPNG
import Glibc

/// PNG through libpng.
enum PNGCodec {
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> DecodedImage {
        var codec = ci_png()
        var status = ci_png_open(&codec, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        defer { ci_png_close(&codec) }
        guard status == 0 else { throw failure(&codec) }
        let (width, height) = (Int(codec.width), Int(codec.height))
        try ImageLimits.check(width: width, height: height)
        let channels = Int(codec.channels)
        let samples = [UInt8](unsafeUninitializedCapacity: width * height * channels) {
            rows, count in
            status = ci_png_read(&codec, rows.baseAddress)
            count = rows.count
        }
        guard status == 0 else { throw failure(&codec) }
        let bitmap =
            channels == 2
            ? Bitmap(width: width, height: height, greyAndAlpha: samples)
            : Bitmap(width: width, height: height, channels: channels, samples: samples)
        var image = DecodedImage(bitmap: bitmap, width: width, height: height)
        if let profile = codec.profile, codec.profile_size <= ImageLimits.profileBytes {
            image.profile = Array(UnsafeBufferPointer(start: profile, count: codec.profile_size))
        }
        return image
    }

    /// Encodes grey, RGB or RGBA.
    static func encode(_ bitmap: Bitmap) throws(ImageError) -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(bitmap.width)
        image.height = png_uint_32(bitmap.height)
        switch bitmap.channels {
        case 1: image.format = 0
        case 3: image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        default: image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
        }
        defer { png_image_free(&image) }
        return try bitmap.samples.withRawBytes { (raw) throws(ImageError) in
            var size = 0
            guard
                png_image_write_to_memory(&image, nil, &size, 0, raw.baseAddress, 0, nil) != 0
            else { throw .damaged("PNG: cannot be encoded") }
            let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
                let done = png_image_write_to_memory(
                    &image, target.baseAddress, &size, 0, raw.baseAddress, 0, nil)
                count = done != 0 ? size : 0
            }
            guard !bytes.isEmpty else { throw .damaged("PNG: cannot be encoded") }
            return bytes
        }
    }

    private static func failure(_ codec: inout ci_png) -> ImageError {
        .damaged("PNG: " + JPEGCodec.text(&codec.message))
    }
}
