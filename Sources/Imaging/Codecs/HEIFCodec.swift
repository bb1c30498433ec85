import CHEIF

/// HEIC through libheif: the primary picture with its container's rotation, mirroring and crop applied.
enum HEIFCodec {
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> DecodedImage {
        guard let context = heif_context_alloc() else { throw .damaged("HEIC: out of memory") }
        defer { heif_context_free(context) }
        heif_context_set_maximum_image_size_limit(context, Int32(ImageLimits.side))
        heif_context_set_max_decoding_threads(context, 0)
        try check(
            heif_context_read_from_memory_without_copy(
                context, bytes.baseAddress, bytes.count, nil))
        var primary: OpaquePointer?
        try check(heif_context_get_primary_image_handle(context, &primary))
        guard let handle = primary else { throw .damaged("HEIC: no primary picture") }
        defer { heif_image_handle_release(handle) }
        try ImageLimits.check(
            width: Int(heif_image_handle_get_width(handle)),
            height: Int(heif_image_handle_get_height(handle)))
        let bitmap = try pixels(handle)
        var image = DecodedImage(bitmap: bitmap, width: bitmap.width, height: bitmap.height)
        image.profile = profile(handle)
        image.exif = exif(handle)
        return image
    }

    private static func pixels(_ handle: OpaquePointer) throws(ImageError) -> Bitmap {
        let channels = heif_image_handle_has_alpha_channel(handle) != 0 ? 4 : 3
        let chroma = channels == 4 ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB
        guard let options = heif_decoding_options_alloc() else {
            throw .damaged("HEIC: out of memory")
        }
        defer { heif_decoding_options_free(options) }
        options.pointee.convert_hdr_to_8bit = 1
        options.pointee.strict_decoding = 1
        var decoded: OpaquePointer?
        try check(heif_decode_image(handle, &decoded, heif_colorspace_RGB, chroma, options))
        guard let image = decoded else { throw .damaged("HEIC: nothing decoded") }
        defer { heif_image_release(image) }
        let width = Int(heif_image_get_width(image, heif_channel_interleaved))
        let height = Int(heif_image_get_height(image, heif_channel_interleaved))
        try ImageLimits.check(width: width, height: height)
        var stride: Int32 = 0
        guard
            let plane = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride),
            Int(stride) >= width * channels
        else { throw .damaged("HEIC: no pixels") }
        let samples = [UInt8](unsafeUninitializedCapacity: width * height * channels) {
            rows, count in
            for y in 0..<height {
                (rows.baseAddress! + y * width * channels).update(
                    from: plane + y * Int(stride), count: width * channels)
            }
            count = rows.count
        }
        return Bitmap(width: width, height: height, channels: channels, samples: samples)
    }

    private static func profile(_ handle: OpaquePointer) -> [UInt8]? {
        let size = heif_image_handle_get_raw_color_profile_size(handle)
        guard size > 0, size <= ImageLimits.profileBytes else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        let error = heif_image_handle_get_raw_color_profile(handle, &bytes)
        return error.code == heif_error_Ok ? bytes : nil
    }

    private static func exif(_ handle: OpaquePointer) -> [UInt8]? {
        var id: heif_item_id = 0
        guard heif_image_handle_get_list_of_metadata_block_IDs(handle, "Exif", &id, 1) == 1 else {
            return nil
        }
        let size = heif_image_handle_get_metadata_size(handle, id)
        guard size > 4, size <= ImageLimits.exifBytes else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        guard heif_image_handle_get_metadata(handle, id, &bytes).code == heif_error_Ok else {
            return nil
        }
        // Four bytes tell how far the TIFF structure lies behind them.
        let skip = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } + 4
        return skip < size ? Array(bytes[skip...]) : nil
    }

    private static func check(_ error: heif_error) throws(ImageError) {
        guard error.code == heif_error_Ok else {
            let text = error.message.map { String(cString: $0) } ?? "unknown"
            throw .damaged("HEIC: \(text)")
        }
    }
}
