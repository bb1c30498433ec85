import Glibc

/// What a picture looks like as 512 numbers: where which colour is, which way edges run, and its lowest frequencies.
///
/// A resized or recompressed copy is all but the same; pictures are told apart by how they are laid out.
package enum VisualEmbedding {
    package static let modelName = "tintype-visual-1"
    package static let dimensions = 512

    /// Below this a part of the vector is no more than noise and is not scaled up to its full weight.
    private static let floors: (colors: Float, edges: Float, waves: Float) = (4, 1, 2)

    /// A vector of length one, of an RGB picture whose longer side has at most a few hundred pixels.
    package static func vector(of bitmap: Bitmap) -> [Float] {
        let grid = LabGrid(bitmap)
        let parts: [(values: [Float], floor: Float, weight: Float)] = [
            (colors(grid), floors.colors, 0.45), (edges(grid), floors.edges, 0.3),
            (waves(grid), floors.waves, 0.25),
        ]
        var vector: [Float] = []
        vector.reserveCapacity(dimensions)
        for part in parts {
            let length = max(length(part.values), part.floor)
            let scale = part.weight.squareRoot() / length
            vector += part.values.map { $0 * scale }
        }
        let whole = length(vector)
        guard whole > 1e-6 else { return [1] + [Float](repeating: 0, count: dimensions - 1) }
        return vector.map { $0 / whole }
    }

    private static func length(_ values: [Float]) -> Float {
        values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    /// 8 × 8 mean colours; how the parts differ counts for more than what they have in common.
    private static func colors(_ grid: LabGrid) -> [Float] {
        [(grid.l, Float(50)), (grid.a, 0), (grid.b, 0)].flatMap { plane, middle -> [Float] in
            let cells = LabGrid.averages(plane, cells: 8)
            let mean = cells.reduce(0, +) / Float(cells.count)
            return cells.map { $0 - mean + (mean - middle) * 0.4 }
        }
    }

    /// In each of 4 × 4 parts, how strong edges are in 8 directions.
    private static func edges(_ grid: LabGrid) -> [Float] {
        let side = LabGrid.side
        var sums = [Float](repeating: 0, count: 16 * 8)
        for y in 1..<side - 1 {
            for x in 1..<side - 1 {
                let place = y * side + x
                let dx = grid.l[place + 1] - grid.l[place - 1]
                let dy = grid.l[place + side] - grid.l[place - side]
                let strength = (dx * dx + dy * dy).squareRoot()
                // What compression leaves behind is weaker than this.
                guard strength > 3 else { continue }
                let turn = Float(atan2(Double(dy), Double(dx)) / .pi)
                let position = (turn < 0 ? turn + 1 : turn) * 8
                let bin = Int(position)
                let part = position - Float(bin)
                let cell = (y * 4 / side * 4 + x * 4 / side) * 8
                sums[cell + bin % 8] += (strength - 3) * (1 - part)
                sums[cell + (bin + 1) % 8] += (strength - 3) * part
            }
        }
        let count = Float(side * side / 16)
        return sums.map { ($0 / count).squareRoot() }
    }

    /// The 192 lowest cosine coefficients of lightness without the mean, from coarse to fine.
    private static func waves(_ grid: LabGrid) -> [Float] {
        let rows = transformed(grid.l)
        return order.map { rows[$0.y * LabGrid.side + $0.x] * $0.weight }
    }

    private static let waveSide = 20

    /// Which coefficients are taken: those of the lowest frequency, each weighing less the higher it is.
    private static let order: [(x: Int, y: Int, weight: Float)] = {
        let all = (0..<waveSide).flatMap { y in (0..<waveSide).map { (x: $0, y: y) } }.dropFirst()
        let sorted = all.sorted {
            ($0.x * $0.x + $0.y * $0.y, $0.y) < ($1.x * $1.x + $1.y * $1.y, $1.y)
        }
        return sorted.prefix(192).map { place in
            let frequency = Float(place.x * place.x + place.y * place.y).squareRoot()
            return (place.x, place.y, 1 / frequency.squareRoot())
        }
    }()

    private static let cosines: [[Float]] = (0..<waveSide).map { wave in
        (0..<LabGrid.side).map { place in
            Float(cos(.pi * Double(wave) * (Double(place) + 0.5) / Double(LabGrid.side)))
        }
    }

    /// The cosine transform of a plane, as far as it is needed.
    private static func transformed(_ plane: [Float]) -> [Float] {
        let side = LabGrid.side
        var across = [Float](repeating: 0, count: side * waveSide)
        for y in 0..<side {
            for wave in 0..<waveSide {
                var sum: Float = 0
                for x in 0..<side { sum += plane[y * side + x] * cosines[wave][x] }
                across[y * waveSide + wave] = sum
            }
        }
        var result = [Float](repeating: 0, count: side * side)
        for down in 0..<waveSide {
            for wave in 0..<waveSide {
                var sum: Float = 0
                for y in 0..<side { sum += across[y * waveSide + wave] * cosines[down][y] }
                result[down * side + wave] = sum * 2 / Float(side * side)
            }
        }
        return result
    }
}

/// A picture brought to a square of 64 × 64 L*a*b* means, whatever its shape.
private struct LabGrid {
    static let side = 64

    var l: [Float] = []
    var a: [Float] = []
    var b: [Float] = []

    init(_ bitmap: Bitmap) {
        let small = bitmap.spreadToRGB()
            .resized(width: Self.side, height: Self.side, filter: .box)
        for offset in stride(from: 0, to: small.samples.count, by: 3) {
            let color = Lab(
                red: Double(small.samples[offset]), green: Double(small.samples[offset + 1]),
                blue: Double(small.samples[offset + 2]))
            l.append(Float(color.l))
            a.append(Float(color.a))
            b.append(Float(color.b))
        }
    }

    /// The means of `cells` × `cells` equal parts.
    static func averages(_ plane: [Float], cells: Int) -> [Float] {
        let width = side / cells
        var sums = [Float](repeating: 0, count: cells * cells)
        for y in 0..<side {
            for x in 0..<side { sums[y / width * cells + x / width] += plane[y * side + x] }
        }
        return sums.map { $0 / Float(width * width) }
    }
}
