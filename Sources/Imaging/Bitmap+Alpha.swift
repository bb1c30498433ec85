extension Bitmap {
    /// RGBA with each colour multiplied by its opacity, as resampling needs it; rounded as Pillow does.
    func premultiplied() -> Bitmap {
        mappingColours { colour, alpha in
            let product = colour * alpha + 128
            return (product >> 8 + product) >> 8
        }
    }

    /// Undoes `premultiplied`.
    func unpremultiplied() -> Bitmap {
        mappingColours { colour, alpha in alpha == 0 ? colour : min(255, 255 * colour / alpha) }
    }

    private func mappingColours(_ change: (Int, Int) -> Int) -> Bitmap {
        guard channels == 4 else { return self }
        var changed = self
        changed.samples.withUnsafeMutableBufferPointer { samples in
            for pixel in stride(from: 0, to: samples.count, by: 4) {
                let alpha = Int(samples[pixel + 3])
                guard alpha < 255 else { continue }
                for channel in pixel..<(pixel + 3) {
                    samples[channel] = UInt8(change(Int(samples[channel]), alpha))
                }
            }
        }
        return changed
    }
}
