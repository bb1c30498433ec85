import CGIF

/// GIF through giflib: the first frame, composed on its canvas as Pillow does.
enum GIFCodec {
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> DecodedImage {
        var cursor = Cursor(bytes: bytes)
        let frame: Result<Bitmap, ImageError> = withUnsafeMutablePointer(to: &cursor) { cursor in
            var code: Int32 = 0
            guard let file = DGifOpen(cursor, Cursor.read, &code) else {
                return .failure(.damaged("GIF: error \(code)"))
            }
            defer { DGifCloseFile(file, &code) }
            do throws(ImageError) {
                return .success(try firstFrame(file))
            } catch {
                return .failure(error)
            }
        }
        let bitmap = try frame.get()
        return DecodedImage(bitmap: bitmap, width: bitmap.width, height: bitmap.height)
    }

    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        var offset = 0

        static let read: InputFunc = { file, target, wanted in
            guard let file, let target, wanted > 0,
                let cursor = file.pointee.UserData?.assumingMemoryBound(to: Cursor.self)
            else { return 0 }
            let count = min(Int(wanted), cursor.pointee.bytes.count - cursor.pointee.offset)
            guard count > 0, let base = cursor.pointee.bytes.baseAddress else { return 0 }
            target.update(
                from: (base + cursor.pointee.offset).assumingMemoryBound(to: UInt8.self),
                count: count)
            cursor.pointee.offset += count
            return Int32(count)
        }
    }

    private static func firstFrame(
        _ file: UnsafeMutablePointer<GifFileType>
    ) throws(ImageError) -> Bitmap {
        var transparent: Int?
        for _ in 0..<ImageLimits.segments {
            var kind = UNDEFINED_RECORD_TYPE
            guard DGifGetRecordType(file, &kind) == GIF_OK else { throw failure(file) }
            switch kind {
            case IMAGE_DESC_RECORD_TYPE:
                guard DGifGetImageDesc(file) == GIF_OK else { throw failure(file) }
                return try pixels(file, transparent)
            case EXTENSION_RECORD_TYPE: try readExtension(file, &transparent)
            case TERMINATE_RECORD_TYPE: throw .damaged("GIF: no frame")
            default: continue
            }
        }
        throw .damaged("GIF: too many blocks before the first frame")
    }

    private static func readExtension(
        _ file: UnsafeMutablePointer<GifFileType>, _ transparent: inout Int?
    ) throws(ImageError) {
        var code: Int32 = 0
        var block: UnsafeMutablePointer<GifByteType>?
        guard DGifGetExtension(file, &code, &block) == GIF_OK else { throw failure(file) }
        while let bytes = block {
            // A block starts with its length; a graphics control block has four bytes.
            if code == GRAPHICS_EXT_FUNC_CODE, bytes[0] >= 4, bytes[1] & 1 == 1 {
                transparent = Int(bytes[4])
            }
            guard DGifGetExtensionNext(file, &block) == GIF_OK else { throw failure(file) }
        }
    }

    private static func pixels(
        _ file: UnsafeMutablePointer<GifFileType>, _ transparent: Int?
    ) throws(ImageError) -> Bitmap {
        let frame = file.pointee.Image
        let (left, top) = (Int(frame.Left), Int(frame.Top))
        let (across, down) = (Int(frame.Width), Int(frame.Height))
        let width = max(Int(file.pointee.SWidth), left + across)
        let height = max(Int(file.pointee.SHeight), top + down)
        try ImageLimits.check(width: width, height: height)
        guard across > 0, down > 0 else { throw .damaged("GIF: empty frame") }
        var status = GIF_OK
        let indices = [UInt8](unsafeUninitializedCapacity: width * height) { canvas, count in
            // A frame that covers its canvas needs no ground, and a lying one no memory.
            if (across, down) != (width, height) {
                canvas.initialize(repeating: UInt8(transparent ?? 0))
            }
            for row in frame.Interlace ? interlacedRows(down) : Array(0..<down) {
                let start = (top + row) * width + left
                status = DGifGetLine(file, canvas.baseAddress! + start, Int32(across))
                if status != GIF_OK { break }
            }
            count = canvas.count
        }
        guard status == GIF_OK else { throw failure(file) }
        let map = frame.ColorMap ?? file.pointee.SColorMap
        return Bitmap(
            width: width, height: height, indices: indices, palette: palette(map),
            transparent: transparent)
    }

    private static func interlacedRows(_ count: Int) -> [Int] {
        [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { Array(stride(from: $0.0, to: count, by: $0.1)) }
    }

    /// 256 colours; without a table, greys.
    private static func palette(_ map: UnsafeMutablePointer<ColorMapObject>?) -> [[UInt8]] {
        guard let map, let colors = map.pointee.Colors else {
            return (0...255).map { [$0, $0, $0] }
        }
        let count = min(Int(map.pointee.ColorCount), 256)
        return (0..<256).map { index in
            guard index < count else { return [0, 0, 0] }
            return [colors[index].Red, colors[index].Green, colors[index].Blue]
        }
    }

    private static func failure(_ file: UnsafeMutablePointer<GifFileType>) -> ImageError {
        .damaged("GIF: error \(file.pointee.Error)")
    }
}
