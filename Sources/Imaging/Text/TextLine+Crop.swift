extension TextLine {
    /// A line cut out, straightened, and brought to the size and contrast of print.
    struct Crop {
        let bitmap: Bitmap
        /// Pieces of ink as tall as letters.
        let pieces: Int
        /// The shares of ink and of what is neither ink nor ground.
        let inkShare: Float
        let greyness: Float
        /// Pixels of the crop for one of the plane.
        let zoom: Float
        /// Where its left edge lies along the base line.
        let start: Float

        /// Whether it still looks like letters once printed; textures that stood in a row do not.
        ///
        /// Small print is blurred, so more of it is grey than of large.
        func isLikePrint(of line: TextLine) -> Bool {
            let blur = min(1, max(0, (24 - line.capital) / 15))
            let company: Float = line.letters.count >= 8 ? 0.06 : 0
            return pieces >= 2 && pieces * 2 >= line.letters.count
                && (0.08...0.64).contains(inkShare) && greyness < 0.35 + 0.15 * blur + company
        }
    }

    /// The height capitals are brought to, the margin around them, and the widest a line may become.
    private static let capitalHeight: Float = 34
    private static let sheetMargin = 12
    private static let longest: Float = 3_000

    /// The line in dark letters on white, with capitals about 34 pixels high.
    func crop(from plane: Bitmap) -> Crop {
        let ends = letters.flatMap {
            [
                baseline.turned(Float($0.left), Float($0.bottom)).u,
                baseline.turned(Float($0.right + 1), Float($0.bottom)).u,
            ]
        }
        let margin = 0.16 * capital
        let start = (ends.min() ?? 0) - margin
        let end = (ends.max() ?? 0) + margin
        let zoom = min(TextLine.capitalHeight / capital, TextLine.longest / max(1, end - start))
        let width = max(1, Int((end - start) * zoom))
        let above = Int((ascent + 0.18 * capital) * zoom)
        let height = max(2, above + Int(0.34 * capital * zoom))
        var values = [Float](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let point = baseline.point(
                    start + (Float(x) + 0.5) / zoom, above: (Float(above - y) - 0.5) / zoom)
                let sample = plane.bilinear(point.x, point.y)
                values[y * width + x] = sign < 0 ? sample : 255 - sample
            }
        }
        let top = max(0, above - Int(capital * zoom))
        let side = min(Int(margin * zoom), (width - 1) / 2)
        var print = TextPrint(
            width: width, height: height, band: top..<max(above, top + 2),
            letters: side..<(width - side), values: values)
        let pieces = print.clean()
        return Crop(
            bitmap: print.sheet(margin: TextLine.sheetMargin), pieces: pieces,
            inkShare: print.inkShare, greyness: print.greyness, zoom: zoom,
            start: start - Float(TextLine.sheetMargin) / zoom)
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
