/// A small upright sRGB picture as plain values: what the built-in analyser looks at.
package struct Raster: Sendable, Equatable {
    /// Pixels across.
    package let width: Int
    /// Pixels down.
    package let height: Int
    /// `width * height * 3` bytes, red green blue, top row first.
    package let rgb: [UInt8]

    package init(width: Int, height: Int, rgb: [UInt8]) {
        precondition(rgb.count == width * height * 3, "a raster's bytes must fill it")
        self.width = width
        self.height = height
        self.rgb = rgb
    }
}
