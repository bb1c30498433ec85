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

    /// `#rrggbb` in lower case.
    package var hex: String {
        "#"
            + [red, green, blue].map { sample in
                (sample < 16 ? "0" : "") + String(sample, radix: 16)
            }.joined()
    }
}

/// The main colours of a picture, clustered where distances are what an eye sees: in CIE Lab.
///
/// Without randomness: median cut to 16 boxes, k-means from their means, then clusters that an eye hardly tells
/// apart merge and specks join their nearest. The same pixels have the same palette.
package enum Palette {
    /// At most `count` colours, largest share first, of an RGB picture of moderate size.
    package static func colors(of bitmap: Bitmap, count: Int = 5) -> [PaletteColor] {
        var clusters = refined(boxes(histogram(bitmap)))
        merge(&clusters)
        let total = clusters.reduce(0) { $0 + $1.weight }
        join(&clusters, below: total / 100)
        let colors = clusters.map { cluster in
            let mean = cluster.color
            let (red, green, blue) = Lab(l: mean.x, a: mean.y, b: mean.z).sRGB
            return PaletteColor(
                red: red, green: green, blue: blue, share: cluster.weight / total)
        }
        return Array(
            colors.sorted {
                $0.share != $1.share ? $0.share > $1.share : $0.hex < $1.hex
            }.prefix(count))
    }

    /// L*, a*, b* of a colour, and how many pixels have it.
    private struct Point {
        var color: SIMD3<Double>
        var weight: Double

        /// Both together, in the middle by weight.
        static func + (a: Point, b: Point) -> Point {
            let weight = a.weight + b.weight
            return Point(color: a.color + (b.color - a.color) * (b.weight / weight), weight: weight)
        }

        func squaredDistance(to other: SIMD3<Double>) -> Double {
            let difference = color - other
            return (difference * difference).sum()
        }
    }

    /// Mean colours of the occupied cells of a 64 × 64 × 64 cube.
    private static func histogram(_ bitmap: Bitmap) -> [Point] {
        var cells = [Int32](repeating: -1, count: 1 << 18)
        var sums: [(Int, Int, Int, Int)] = []
        for offset in stride(from: 0, to: bitmap.samples.count, by: 3) {
            let r = Int(bitmap.samples[offset])
            let g = Int(bitmap.samples[offset + 1])
            let b = Int(bitmap.samples[offset + 2])
            let cell = (r >> 2) << 12 | (g >> 2) << 6 | b >> 2
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
            let lab = Lab(
                red: Double(sum.0) / n, green: Double(sum.1) / n, blue: Double(sum.2) / n)
            return Point(color: SIMD3(lab.l, lab.a, lab.b), weight: n)
        }
    }

    /// Cuts the box whose colours lie farthest apart at the median of its longest side, until there are 16
    /// (Heckbert 1982).
    private static func boxes(_ points: [Point]) -> (points: [Point], centers: [SIMD3<Double>]) {
        var boxes = [Box(points)]
        while boxes.count < 16 {
            guard let index = boxes.indices.max(by: { boxes[$0].spread < boxes[$1].spread }),
                boxes[index].spread > 0
            else { break }
            let (one, other) = boxes[index].halves
            boxes[index] = one
            boxes.append(other)
        }
        return (points, boxes.map(\.mean))
    }

    private struct Box {
        var points: [Point]
        /// The squared deviation along the axis where it is largest, over all pixels.
        private(set) var spread = 0.0
        private var axis = 0

        init(_ points: [Point]) {
            self.points = points
            let mean = mean
            let deviations = points.reduce(SIMD3<Double>()) { sum, point in
                let difference = point.color - mean
                return sum + difference * difference * point.weight
            }
            for candidate in 0..<3 where points.count > 1 && deviations[candidate] > spread {
                (spread, axis) = (deviations[candidate], candidate)
            }
        }

        var mean: SIMD3<Double> {
            points.dropFirst().reduce(points[0], +).color
        }

        var halves: (Box, Box) {
            let axis = axis
            let sorted = points.sorted { $0.color[axis] < $1.color[axis] }
            let half = points.reduce(0) { $0 + $1.weight } / 2
            var weight = 0.0
            var cut = 0
            while cut < sorted.count - 1, weight + sorted[cut].weight / 2 < half || cut == 0 {
                weight += sorted[cut].weight
                cut += 1
            }
            return (Box(Array(sorted[..<cut])), Box(Array(sorted[cut...])))
        }
    }

    /// At most 20 rounds of k-means.
    private static func refined(
        _ start: (points: [Point], centers: [SIMD3<Double>])
    ) -> [Point] {
        var clusters = start.centers.map { Point(color: $0, weight: 0) }
        for _ in 0..<20 {
            let next = assigned(start.points, clusters)
            let isSettled = next.map(\.color) == clusters.map(\.color)
            clusters = next
            if isSettled { break }
        }
        return clusters.filter { $0.weight > 0 }
    }

    /// The means of the points that are nearest to each centre.
    private static func assigned(_ points: [Point], _ centers: [Point]) -> [Point] {
        var sums = centers.map { _ in Point(color: SIMD3(), weight: 0) }
        for point in points {
            let index = nearest(to: point, centers)
            sums[index].color += point.color * point.weight
            sums[index].weight += point.weight
        }
        return zip(sums, centers).map { sum, center in
            sum.weight > 0
                ? Point(color: sum.color / sum.weight, weight: sum.weight)
                : Point(color: center.color, weight: 0)
        }
    }

    private static func nearest(to point: Point, _ centers: [Point]) -> Int {
        var nearest = 0
        var smallest = Double.infinity
        for index in centers.indices {
            let distance = point.squaredDistance(to: centers[index].color)
            if distance < smallest { (nearest, smallest) = (index, distance) }
        }
        return nearest
    }

    /// Unites the two nearest clusters as long as they are closer than a ΔE of 8.
    private static func merge(_ clusters: inout [Point]) {
        while true {
            var closest = (distance: 64.0, one: 0, other: 0)
            for one in clusters.indices {
                for other in clusters.indices where other > one {
                    let distance = clusters[one].squaredDistance(to: clusters[other].color)
                    if distance < closest.distance { closest = (distance, one, other) }
                }
            }
            guard closest.distance < 64 else { return }
            clusters[closest.one] = clusters[closest.one] + clusters[closest.other]
            clusters.remove(at: closest.other)
        }
    }

    /// Unites each cluster that is too small, the smallest first, with its nearest.
    private static func join(_ clusters: inout [Point], below least: Double) {
        while clusters.count > 1,
            let index = clusters.indices.min(by: { clusters[$0].weight < clusters[$1].weight }),
            clusters[index].weight < least
        {
            let speck = clusters.remove(at: index)
            let nearest = nearest(to: speck, clusters)
            clusters[nearest] = clusters[nearest] + speck
        }
    }
}
