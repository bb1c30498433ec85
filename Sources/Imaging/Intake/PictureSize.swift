/// Sizes of the pictures that are made from one.
package enum PictureSize {
    /// How many pixels so many megapixels are.
    package static func pixels(megapixels: Double) -> Int {
        Int((max(0, min(megapixels, 1e6)) * 1e6).rounded())
    }

    /// Unchanged within `pixels`, else trunc(w·s) × trunc(h·s) with s = √(pixels / (w·h)).
    ///
    /// Computed in integers, since w·s = √(pixels · w / h): a double is sometimes just below a whole number.
    package static func within(
        pixels: Int, width: Int, height: Int
    ) -> (width: Int, height: Int) {
        guard width * height > pixels else { return (width, height) }
        return (
            max(1, squareRoot(pixels * width / height)),
            max(1, squareRoot(pixels * height / width))
        )
    }

    /// The largest size of the same shape within a box, never enlarged, at least one pixel a side.
    package static func fitting(
        width: Int, height: Int, into box: (width: Int, height: Int)
    ) -> (width: Int, height: Int) {
        let scale = min(
            1, Double(box.width) / Double(width), Double(box.height) / Double(height))
        return (
            min(box.width, max(1, Int((Double(width) * scale).rounded()))),
            min(box.height, max(1, Int((Double(height) * scale).rounded())))
        )
    }

    private static func squareRoot(_ value: Int) -> Int {
        var root = Int(Double(value).squareRoot())
        while root * root > value { root -= 1 }
        while (root + 1) * (root + 1) <= value { root += 1 }
        return root
    }
}
