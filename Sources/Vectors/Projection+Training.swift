import Dispatch

extension Projection {
    private static let mostCodes = 512
    private static let sampleSize = 8_192
    private static let rounds = 10

    /// Learns from a sample of unit vectors, `dimension` components each.
    ///
    /// Axes by orthogonal iteration on the second moments (Golub & Van Loan, 8.2.4): the leading
    /// ones come out first, and a few rounds are enough because nothing depends on exact axes.
    static func train(_ sample: [UnsafePointer<Float>], dimension: Int) -> Projection {
        let rows = Matrix(sample, dimension: dimension, atMost: sampleSize)
        let most = min(mostCodes, dimension * 2 / 3 / 64 * 64)
        // A sample tells nothing of more axes than it has vectors.
        guard dimension >= 256, rows.height >= most else {
            return plain(rows, dimension: dimension)
        }
        let moments = rows.secondMoments()
        let axes = moments.leadingAxes(most, rounds: rounds)
        let energies = axes.energies(in: moments)
        let total = (0..<dimension).reduce(Float(0)) { $0 + moments[$1, $1] }
        func share(_ count: Int) -> Float { energies[..<count].reduce(0, +) / total }
        guard share(energies.count) >= 0.85, share(128) >= 0.4 else {
            return plain(rows, dimension: dimension)
        }
        let count =
            stride(from: 128, through: energies.count, by: 64).first { share($0) >= 0.96 }
            ?? energies.count
        return rotated(axes, count, rows, energies: energies, kept: share(count))
    }

    private static func plain(_ rows: Matrix, dimension: Int) -> Projection {
        let count = (dimension + 63) / 64 * 64
        var largest: Float = 0
        for row in 0..<rows.height {
            largest = max(largest, Kernels.best.largest(rows[row], dimension))
        }
        return Projection(
            dimension: dimension, codeCount: count, prefix: count,
            // Beyond the sample there may be larger components; the largest of few are clipped.
            step: max(largest, 1e-3) / 120, axes: nil, tailSquares: [], kept: 1)
    }

    private static func rotated(
        _ axes: Matrix, _ count: Int, _ rows: Matrix, energies: [Float], kept: Float
    ) -> Projection {
        let columns = (axes.width + 63) / 64 * 64
        var matrix = [Int8](repeating: 0, count: count * columns)
        var scales = [Float](repeating: 0, count: count)
        var sums = [Int32](repeating: 0, count: count)
        for row in 0..<count {
            let axis = axes[row]
            let scale = max(Kernels.best.largest(axis, axes.width), 1e-12) / 127
            for column in 0..<axes.width {
                let rounded = Int8((axis[column] / scale).rounded())
                matrix[row * columns + column] = rounded
                sums[row] += Int32(rounded)
            }
            scales[row] = scale
        }
        var largest: Float = 0
        for row in 0..<count {
            var (sum, squares): (Float, Float) = (0, 0)
            for sample in 0..<min(rows.height, 1_024) {
                let value = Kernels.best.dot(axes[row], rows[sample], axes.width)
                sum += value
                squares += value * value
            }
            let size = Float(min(rows.height, 1_024))
            let mean = sum / size
            let deviation = max(0, squares / size - mean * mean).squareRoot()
            largest = max(largest, abs(mean) + 4 * deviation)
        }
        let step = max(largest, 1e-3) / 127
        return Projection(
            dimension: axes.width, codeCount: count, prefix: 128, step: step,
            axes: Axes(matrix: matrix, scales: scales, sums: sums),
            tailSquares: energies[128..<count].map { $0 / (step * step) }, kept: kept)
    }
}

/// A dense float32 matrix, rows one after the other.
final class Matrix {
    let height: Int
    let width: Int
    private let values: UnsafeMutablePointer<Float>

    init(height: Int, width: Int) {
        self.height = height
        self.width = width
        values = .allocate(capacity: height * width)
        values.initialize(repeating: 0, count: height * width)
    }

    /// Every so-manieth of `rows`.
    convenience init(_ rows: [UnsafePointer<Float>], dimension: Int, atMost limit: Int) {
        let count = min(rows.count, limit)
        self.init(height: count, width: dimension)
        for row in 0..<count {
            self[row].update(from: rows[row * rows.count / count], count: dimension)
        }
    }

    deinit { values.deallocate() }

    subscript(row: Int) -> UnsafeMutablePointer<Float> { values + row * width }

    subscript(row: Int, column: Int) -> Float { values[row * width + column] }

    /// The mean of each product of two columns.
    func secondMoments() -> Matrix {
        let turned = Matrix(height: width, width: height)
        for row in 0..<height {
            for column in 0..<width { turned[column][row] = self[row][column] }
        }
        let moments = Matrix(height: width, width: width)
        let scale = 1 / Float(max(1, height))
        Matrix.inParallel(width) { row in
            for column in 0...row {
                moments[row][column] =
                    Kernels.best.dot(turned[row], turned[column], turned.width) * scale
            }
        }
        for row in 0..<width {
            for column in row + 1..<max(width, row + 1) {
                moments[row][column] = moments[column][row]
            }
        }
        return moments
    }

    /// `count` orthonormal rows that span nearly the leading eigenvectors of this symmetric matrix,
    /// leading ones first.
    func leadingAxes(_ count: Int, rounds: Int) -> Matrix {
        var axes = Matrix(height: count, width: width)
        // Any start will do that is not orthogonal to an axis; a fixed one repeats.
        var state: UInt32 = 0x9E37_79B9
        for row in 0..<count {
            for column in 0..<width {
                state = state &* 1_664_525 &+ 1_013_904_223
                axes[row][column] = Float(Int32(bitPattern: state)) / 2_147_483_648
            }
        }
        for _ in 0..<rounds {
            axes.orthonormalise()
            let next = Matrix(height: count, width: width)
            let current = axes
            Matrix.inParallel(count) { row in
                for column in 0..<self.width {
                    next[row][column] =
                        Kernels.best.dot(current[row], self[column], self.width)
                }
            }
            axes = next
        }
        axes.orthonormalise()
        return axes
    }

    /// How much of `moments` lies along each row.
    func energies(in moments: Matrix) -> [Float] {
        (0..<height).map { row in
            let image = Matrix(height: 1, width: width)
            for column in 0..<width {
                image[0][column] = Kernels.best.dot(self[row], moments[column], width)
            }
            return max(0, Kernels.best.dot(self[row], image[0], width))
        }
    }

    /// Modified Gram–Schmidt, twice over for what float32 loses the first time.
    private func orthonormalise() {
        for row in 0..<height {
            for _ in 0..<2 {
                for earlier in 0..<row {
                    let shared = Kernels.best.dot(self[row], self[earlier], width)
                    Kernels.best.addMultiple(-shared, self[earlier], self[row], width)
                }
                let length = Kernels.best.dot(self[row], self[row], width).squareRoot()
                // A sample of lower rank leaves nothing: such an axis stays empty.
                let scale = length > 1e-20 ? 1 / length : 0
                for column in 0..<width { self[row][column] *= scale }
            }
        }
    }

    private static func inParallel(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            // Each index writes only its own row, and the call returns after the last.
            nonisolated(unsafe) let body = body
            DispatchQueue.concurrentPerform(iterations: (count + 15) / 16) { block in
                for index in block * 16..<min(count, block * 16 + 16) { body(index) }
            }
        }
    }
}
