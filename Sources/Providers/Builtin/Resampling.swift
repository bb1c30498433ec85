import Domain

/// Brings rasters to another size with a triangle filter, antialiased when it shrinks.
enum Resampling {
    /// The three channels of `raster`, each `width * height` values 0…255.
    static func channels(of raster: Raster, width: Int, height: Int) -> [[Float]] {
        let across = taps(from: raster.width, to: width)
        let down = taps(from: raster.height, to: height)
        let rows = raster.height
        // Rows first: three interleaved channels, `width` across, as tall as the raster.
        var wide = [Float](repeating: 0, count: width * rows * 3)
        for y in 0..<rows {
            let row = y * raster.width * 3
            for x in 0..<width {
                let tap = across[x]
                var r: Float = 0
                var g: Float = 0
                var b: Float = 0
                var i = row + tap.first * 3
                for weight in tap.weights {
                    r += weight * Float(raster.rgb[i])
                    g += weight * Float(raster.rgb[i + 1])
                    b += weight * Float(raster.rgb[i + 2])
                    i += 3
                }
                let o = (y * width + x) * 3
                wide[o] = r
                wide[o + 1] = g
                wide[o + 2] = b
            }
        }
        var out = [[Float]](repeating: [Float](repeating: 0, count: width * height), count: 3)
        var line = [Float](repeating: 0, count: width * 3)
        for y in 0..<height {
            for i in 0..<line.count { line[i] = 0 }
            var row = down[y].first
            for weight in down[y].weights {
                let start = row * width * 3
                for i in 0..<line.count { line[i] += weight * wide[start + i] }
                row += 1
            }
            for x in 0..<width {
                out[0][y * width + x] = line[x * 3]
                out[1][y * width + x] = line[x * 3 + 1]
                out[2][y * width + x] = line[x * 3 + 2]
            }
        }
        return out
    }

    /// The inputs that make one output, with weights that add up to one.
    struct Tap {
        var first: Int
        var weights: [Float]
    }

    static func taps(from source: Int, to target: Int) -> [Tap] {
        let scale = Double(source) / Double(target)
        let reach = max(1, scale)
        return (0..<target).map { index in
            let center = (Double(index) + 0.5) * scale - 0.5
            let first = max(0, Int((center - reach).rounded(.up)))
            let last = min(source - 1, Int((center + reach).rounded(.down)))
            guard first <= last else {
                return Tap(first: min(max(Int(center), 0), source - 1), weights: [1])
            }
            var weights = (first...last).map { max(0, 1 - abs(Double($0) - center) / reach) }
            let sum = weights.reduce(0, +)
            guard sum > 0 else {
                return Tap(first: min(max(Int(center), 0), source - 1), weights: [1])
            }
            for i in weights.indices { weights[i] /= sum }
            return Tap(first: first, weights: weights.map { Float($0) })
        }
    }
}
