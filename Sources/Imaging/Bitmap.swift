/// A picture in memory: 8 bits a sample, samples interleaved, rows without padding, top row first.
package struct Bitmap: Sendable, Equatable {
    /// Pixels across.
    package var width: Int
    /// Pixels down.
    package var height: Int
    /// Samples a pixel: 1 grey, 3 RGB, 4 RGB with straight (not premultiplied) alpha.
    package var channels: Int
    /// `width * height * channels` samples.
    package var samples: [UInt8]

    package init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
        precondition(samples.count == width * height * channels, "a bitmap's samples must fill it")
        self.width = width
        self.height = height
        self.channels = channels
        self.samples = samples
    }
}
