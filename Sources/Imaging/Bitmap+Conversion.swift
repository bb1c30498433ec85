import CImaging

extension Bitmap {
    /// Spreads grey with alpha to RGBA.
    init(width: Int, height: Int, greyAndAlpha: [UInt8]) {
        let pixels = width * height
        let samples = [UInt8](unsafeUninitializedCapacity: pixels * 4) { target, count in
            for index in 0..<pixels {
                let grey = greyAndAlpha[2 * index]
                target[4 * index] = grey
                target[4 * index + 1] = grey
                target[4 * index + 2] = grey
                target[4 * index + 3] = greyAndAlpha[2 * index + 1]
            }
            count = pixels * 4
        }
        self.init(width: width, height: height, channels: 4, samples: samples)
    }

    /// Looks each index up in a palette of 256 colours; RGBA if one of them is transparent, else RGB.
    init(width: Int, height: Int, indices: [UInt8], palette: [[UInt8]], transparent: Int?) {
        let channels = transparent == nil ? 3 : 4
        let table = palette.indices.flatMap { index in
            channels == 3 ? palette[index] : palette[index] + [index == transparent ? 0 : 255]
        }
        let samples = [UInt8](unsafeUninitializedCapacity: indices.count * channels) {
            target, count in
            count = 0
            for index in indices {
                for channel in 0..<channels {
                    target[count + channel] = table[Int(index) * channels + channel]
                }
                count += channels
            }
        }
        self.init(width: width, height: height, channels: channels, samples: samples)
    }

    /// The luma plane: (19595 R + 38470 G + 7471 B + 32768) >> 16, alpha ignored; grey as it is.
    package func luma() -> Bitmap {
        guard channels > 1 else { return self }
        let pixels = width * height
        let plane = [UInt8](unsafeUninitializedCapacity: pixels) { target, count in
            samples.withUnsafeBufferPointer {
                ci_luma($0.baseAddress, pixels, Int32(channels), target.baseAddress)
            }
            count = pixels
        }
        return Bitmap(width: width, height: height, channels: 1, samples: plane)
    }

    /// Composes RGBA on white in place; grey and RGB stay.
    package mutating func flattenOnWhite() {
        guard channels == 4 else { return }
        convertInPlace(ci_flatten)
    }

    mutating func convertInvertedCMYKToRGB() {
        convertInPlace(ci_cmyk_to_rgb)
    }

    /// RGB of an RGBA bitmap, whatever its alpha.
    func droppingAlpha() -> Bitmap {
        let pixels = width * height
        let rgb = [UInt8](unsafeUninitializedCapacity: pixels * 3) { target, count in
            for index in 0..<pixels {
                for channel in 0..<3 { target[3 * index + channel] = samples[4 * index + channel] }
            }
            count = pixels * 3
        }
        return Bitmap(width: width, height: height, channels: 3, samples: rgb)
    }

    /// RGB of a grey bitmap; others stay.
    package func spreadToRGB() -> Bitmap {
        guard channels == 1 else { return self }
        let rgb = [UInt8](unsafeUninitializedCapacity: samples.count * 3) { target, count in
            for (index, grey) in samples.enumerated() {
                target[3 * index] = grey
                target[3 * index + 1] = grey
                target[3 * index + 2] = grey
            }
            count = samples.count * 3
        }
        return Bitmap(width: width, height: height, channels: 3, samples: rgb)
    }

    // From four channels to three: the target never overtakes the source.
    private mutating func convertInPlace(
        _ convert: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?) -> Void
    ) {
        let pixels = width * height
        samples.withUnsafeMutableBufferPointer {
            convert(UnsafePointer($0.baseAddress), pixels, $0.baseAddress)
        }
        samples.removeLast(pixels)
        channels = 3
    }
}
