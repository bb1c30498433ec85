import CImaging
import Glibc

/// JPEG through libjpeg-turbo.
enum JPEGCodec {
    /// Decodes at the smallest of the scales 1, 1/2, 1/4, 1/8 that holds `minimum`.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, minimum: (width: Int, height: Int)
    ) throws(ImageError) -> DecodedImage {
        var codec = ci_jpeg()
        var status = ci_jpeg_open(
            &codec, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, 1)
        defer { ci_jpeg_close(&codec) }
        guard status == 0 else { throw failure(&codec) }
        let scale = denominator(Int(codec.width), Int(codec.height), minimum)
        if scale > 1 {
            ci_jpeg_close(&codec)
            status = ci_jpeg_open(
                &codec, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, Int32(scale))
            guard status == 0 else { throw failure(&codec) }
        }
        let (width, height) = (Int(codec.output_width), Int(codec.output_height))
        let channels = Int(codec.channels)
        let samples = [UInt8](unsafeUninitializedCapacity: width * height * channels) {
            rows, count in
            status = ci_jpeg_read(&codec, rows.baseAddress)
            count = rows.count
        }
        guard status == 0 else { throw failure(&codec) }
        var bitmap = Bitmap(width: width, height: height, channels: channels, samples: samples)
        if channels == 4 { bitmap.convertInvertedCMYKToRGB() }
        return DecodedImage(
            bitmap: bitmap, width: Int(codec.width), height: Int(codec.height))
    }

    /// Encodes grey or RGB with 4:2:0 chroma. Small pictures, which are many and sent often, take a second pass
    /// for a few per cent less.
    static func encode(_ bitmap: Bitmap, quality: Int) throws(ImageError) -> [UInt8] {
        precondition(bitmap.channels != 4, "JPEG has no alpha")
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = bitmap.samples.withUnsafeBufferPointer {
            ci_jpeg_write(
                $0.baseAddress, Int32(bitmap.width), Int32(bitmap.height), Int32(bitmap.channels),
                Int32(quality), bitmap.width * bitmap.height <= 500_000 ? 1 : 0, &bytes, &count)
        }
        defer { free(bytes) }
        guard status == 0, let bytes else { throw .damaged("JPEG: cannot be encoded") }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    // Other scales than these powers of two have no SIMD transform and are slower than decoding in full.
    private static func denominator(
        _ width: Int, _ height: Int, _ minimum: (width: Int, height: Int)
    ) -> Int {
        [8, 4, 2].first { width / $0 >= minimum.width && height / $0 >= minimum.height } ?? 1
    }

    private static func failure(_ codec: inout ci_jpeg) -> ImageError {
        .damaged("JPEG: " + text(&codec.message))
    }

    static func text<T>(_ message: inout T) -> String {
        withUnsafeBytes(of: &message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
