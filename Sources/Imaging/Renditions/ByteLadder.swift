/// Encodes a picture as well as it fits into a number of bytes.
enum ByteLadder {
    /// The best quality that is tried.
    static let best = 95
    /// The best one after shrinking, the worst one, and the steps between.
    private static let bestOfSmaller = 85
    private static let worst = 25
    private static let step = 5

    /// The highest quality of 95, 90, … 25 that fits; if none does, the picture is shrunk by as much as the worst one
    /// is too large and 85, 80, … 25 are tried, until it fits.
    static func encode(
        _ bitmap: Bitmap, within limit: Int, as encoding: PictureEncoding
    ) throws(ImageError) -> (width: Int, height: Int, bytes: [UInt8]) {
        var top = encoding.quality ?? worst
        var picture = bitmap
        while true {
            let (bytes, smallest) = try climb(picture, limit, encoding, from: top)
            if let bytes { return (picture.width, picture.height, bytes) }
            let scale = (Double(limit) / Double(smallest)).squareRoot() * 0.98
            let width = max(1, Int(Double(picture.width) * scale))
            let height = max(1, Int(Double(picture.height) * scale))
            guard width < picture.width || height < picture.height else {
                throw .damaged("one pixel does not fit into \(limit) bytes")
            }
            picture = bitmap.resized(width: width, height: height)
            top = min(top, bestOfSmaller)
        }
    }

    /// Halves the ladder, since a better quality is never smaller; nil and the size of the worst where none fits.
    private static func climb(
        _ picture: Bitmap, _ limit: Int, _ encoding: PictureEncoding, from top: Int
    ) throws(ImageError) -> (bytes: [UInt8]?, smallest: Int) {
        let rungs = Array(stride(from: top, through: min(top, worst), by: -step))
        var low = 0
        var high = rungs.count
        var fitting: [UInt8]?
        var smallest = 0
        while low < high {
            let middle = (low + high) / 2
            let bytes = try picture.encoded(as: encoding.at(quality: rungs[middle]))
            if bytes.count <= limit {
                fitting = bytes
                high = middle
            } else {
                smallest = bytes.count
                low = middle + 1
            }
        }
        return (fitting, smallest)
    }
}
