/// A colour that stands for a part of a picture.
package struct PaletteColor: Sendable, Equatable {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8
    /// The part of the picture's area, 0…1.
    package let share: Double

    package init(red: UInt8, green: UInt8, blue: UInt8, share: Double) {
        self.red = red
        self.green = green
        self.blue = blue
        self.share = share
    }
}

/// The main colours of a picture, clustered where distances are what an eye sees: in CIE Lab.
package enum Palette {
    /// The `count` colours that stand for the picture best, largest share first; fewer if it has fewer.
    ///
    /// Deterministic: weighted k-means that starts from the most frequent colour and the ones farthest
    /// from those chosen before.
    package static func colors(of bitmap: Bitmap, count: Int) -> [PaletteColor] {
        var flat = bitmap
        flat.flattenOnWhite()
        let longer = max(flat.width, flat.height)
        let points = histogram(flat.reduced(by: longer / 128 + 1).spreadToRGB())
        var centers = seeds(points, count)
        var weights: [Double] = []
        for _ in 0..<24 {
            let (next, found) = refined(points, centers)
            weights = found
            if next == centers { break }
            centers = next
        }
        let total = weights.reduce(0, +)
        return zip(centers, weights).filter { $0.1 > 0 }.map { center, weight in
            let (red, green, blue) = center.sRGB
            return PaletteColor(red: red, green: green, blue: blue, share: weight / total)
        }
        .sorted { ($0.share, $0.red, $0.green, $0.blue) > ($1.share, $1.red, $1.green, $1.blue) }
    }

    private struct Point {
        var color: Lab
        var weight: Double
    }

    /// Mean colours of the occupied cells of a 32 × 32 × 32 cube.
    private static func histogram(_ bitmap: Bitmap) -> [Point] {
        var cells = [Int32](repeating: -1, count: 1 << 15)
        var sums: [(Int, Int, Int, Int)] = []
        for offset in stride(from: 0, to: bitmap.samples.count, by: 3) {
            let r = Int(bitmap.samples[offset])
            let g = Int(bitmap.samples[offset + 1])
            let b = Int(bitmap.samples[offset + 2])
            let cell = (r >> 3) << 10 | (g >> 3) << 5 | b >> 3
            if cells[cell] < 0 {
                cells[cell] = Int32(sums.count)
                sums.append((0, 0, 0, 0))
            }
            let index = Int(cells[cell])
            sums[index].0 += r
            sums[index].1 += g
            sums[index].2 += b
            sums[index].3 += 1
        }
        return sums.map { sum in
            let n = Double(sum.3)
            let color = Lab(
                red: Double(sum.0) / n, green: Double(sum.1) / n, blue: Double(sum.2) / n)
            return Point(color: color, weight: n)
        }
    }

    private static func seeds(_ points: [Point], _ count: Int) -> [Lab] {
        var distances = [Double](repeating: .infinity, count: points.count)
        var chosen: [Lab] = []
        while chosen.count < count {
            var best = -1
            var bestScore = 0.0
            for index in points.indices {
                let score = points[index].weight * min(distances[index], 1e4)
                if score > bestScore { (best, bestScore) = (index, score) }
            }
            guard best >= 0 else { break }
            chosen.append(points[best].color)
            for index in points.indices {
                distances[index] = min(
                    distances[index], points[index].color.squaredDistance(to: points[best].color))
            }
        }
        return chosen
    }

    private static func refined(_ points: [Point], _ centers: [Lab]) -> ([Lab], [Double]) {
        var sums = [Lab](repeating: Lab(l: 0, a: 0, b: 0), count: centers.count)
        var weights = [Double](repeating: 0, count: centers.count)
        for point in points {
            var nearest = 0
            var smallest = Double.infinity
            for index in centers.indices {
                let distance = point.color.squaredDistance(to: centers[index])
                if distance < smallest { (nearest, smallest) = (index, distance) }
            }
            sums[nearest].l += point.color.l * point.weight
            sums[nearest].a += point.color.a * point.weight
            sums[nearest].b += point.color.b * point.weight
            weights[nearest] += point.weight
        }
        let next = centers.indices.map { index in
            let n = weights[index]
            guard n > 0 else { return centers[index] }
            return Lab(l: sums[index].l / n, a: sums[index].a / n, b: sums[index].b / n)
        }
        return (next, weights)
    }
}
