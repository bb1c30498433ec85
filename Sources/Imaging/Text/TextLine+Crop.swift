extension TextLine {
    /// A line cut out, straightened, and brought to the size and contrast of print.
    struct Crop {
        let bitmap: Bitmap
        /// Pixels of the crop for one of the plane.
        let zoom: Float
        /// Where its left edge lies along the base line.
        let start: Float
    }

    /// The height capitals are brought to, the margin around them, and the widest a line may become.
    private static let capitalHeight: Float = 34
    private static let margin = 12
    private static let longest: Float = 3_000

    /// The line in dark letters on white, with capitals about 34 pixels high.
    func crop(from plane: Bitmap) -> Crop {
        let ends = letters.flatMap {
            [
                baseline.turned(Float($0.left), Float($0.bottom)).u,
                baseline.turned(Float($0.right + 1), Float($0.bottom)).u,
            ]
        }
        let start = (ends.min() ?? 0) - 0.3 * capital
        let end = (ends.max() ?? 0) + 0.3 * capital
        let zoom = min(TextLine.capitalHeight / capital, TextLine.longest / max(1, end - start))
        let width = max(1, Int((end - start) * zoom))
        let above = Int((ascent + 0.18 * capital) * zoom)
        let height = max(1, above + Int(0.34 * capital * zoom))
        var values = [Float](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let point = baseline.point(
                    start + (Float(x) + 0.5) / zoom, above: (Float(above - y) - 0.5) / zoom)
                values[y * width + x] = plane.bilinear(point.x, point.y)
            }
        }
        return Crop(
            bitmap: printed(values, width, height), zoom: zoom,
            start: start - Float(TextLine.margin) / zoom)
    }

    /// Stretches ink to black and ground to white, and adds a white margin.
    private func printed(_ values: [Float], _ width: Int, _ height: Int) -> Bitmap {
        let sorted = values.sorted()
        let (low, high) = (sorted[sorted.count / 50], sorted[sorted.count * 49 / 50])
        let (ink, ground) = sign < 0 ? (low, high) : (high, low)
        let gain = 255 / (ground == ink ? 1 : ground - ink)
        let margin = TextLine.margin
        let (fullWidth, fullHeight) = (width + 2 * margin, height + 2 * margin)
        var samples = [UInt8](repeating: 255, count: fullWidth * fullHeight)
        for y in 0..<height {
            for x in 0..<width {
                let value = (values[y * width + x] - ink) * gain
                samples[(y + margin) * fullWidth + x + margin] = UInt8(max(0, min(255, value)))
            }
        }
        return Bitmap(width: fullWidth, height: fullHeight, channels: 1, samples: samples)
    }
}

extension Bitmap {
    /// The plane between its pixels; beyond its edges as at them.
    fileprivate func bilinear(_ x: Float, _ y: Float) -> Float {
        let x = min(max(x, 0), Float(width - 1))
        let y = min(max(y, 0), Float(height - 1))
        let (left, top) = (Int(x), Int(y))
        let (right, below) = (min(left + 1, width - 1), min(top + 1, height - 1))
        let (fx, fy) = (x - Float(left), y - Float(top))
        let upper =
            Float(samples[top * width + left]) * (1 - fx) + Float(samples[top * width + right]) * fx
        let lower =
            Float(samples[below * width + left]) * (1 - fx)
            + Float(samples[below * width + right]) * fx
        return upper * (1 - fy) + lower * fy
    }
}

extension TextLine {
    /// Where a part of a crop, from one column to another, stands in the picture.
    func box(from left: Float, to right: Float, of crop: Crop) -> TextBox {
        let ends = [left, right].map { crop.start + $0 / crop.zoom }
        let corners = ends.flatMap {
            [baseline.point($0, above: 0), baseline.point($0, above: capital)]
        }
        return TextBox(
            left: max(0, scale * (corners.map(\.x).min() ?? 0)),
            top: max(0, scale * (corners.map(\.y).min() ?? 0)),
            right: max(0, scale * (corners.map(\.x).max() ?? 0)),
            bottom: max(0, scale * (corners.map(\.y).max() ?? 0)))
    }
}
