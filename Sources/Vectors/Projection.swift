/// Turns unit vectors into the short codes that the graph compares.
///
/// The vectors are rotated to the axes along which the trained sample varies most and only the
/// leading axes are kept, as bytes of one common step; real embeddings lose little by that. Where a
/// sample has no such axes, its components themselves are the codes.
struct Projection: Sendable, Equatable {
    /// Components of a vector.
    let dimension: Int
    /// Codes of a vector; a multiple of 64.
    let codeCount: Int
    /// Leading codes that are enough to turn most candidates down; a multiple of 64.
    let prefix: Int
    /// What one unit of a code stands for.
    let step: Float
    /// The kept axes as rows of `columns` signed bytes; nil where codes are components.
    let axes: Axes?
    /// The mean square of each code behind the prefix, for judging by the prefix alone.
    let tailSquares: [Float]
    /// The share of the sample's squared length that the codes keep.
    let kept: Float

    struct Axes: Sendable, Equatable {
        let matrix: [Int8]
        let scales: [Float]
        let sums: [Int32]
    }

    /// Components rounded up to whole cache lines.
    var columns: Int { (dimension + 63) / 64 * 64 }
}

/// Room for projecting one vector at a time.
struct ProjectionScratch: ~Copyable {
    let rounded: UnsafeMutablePointer<UInt8>
    let padded: UnsafeMutablePointer<Float>
    let projected: UnsafeMutablePointer<Float>

    init(_ projection: Projection) {
        rounded = .allocate(capacity: projection.columns)
        padded = .allocate(capacity: projection.columns)
        projected = .allocate(capacity: projection.codeCount)
        padded.initialize(repeating: 0, count: projection.columns)
    }

    deinit {
        rounded.deallocate()
        padded.deallocate()
        projected.deallocate()
    }
}

extension Projection {
    /// Leaves the vector's coordinates on the kept axes in `scratch.projected`.
    func project(_ vector: UnsafePointer<Float>, _ scratch: borrowing ProjectionScratch) {
        let kernels = Kernels.best
        scratch.padded.update(from: vector, count: dimension)
        guard let axes else {
            scratch.projected.update(from: scratch.padded, count: codeCount)
            return
        }
        let largest = max(kernels.largest(vector, dimension), .leastNormalMagnitude)
        kernels.quantise(scratch.padded, 127 / largest, scratch.rounded, columns)
        kernels.rotate(
            axes.matrix, axes.scales, axes.sums, codeCount, columns, scratch.rounded,
            largest / 127, scratch.projected)
    }

    /// The codes of the vector whose coordinates stand in `scratch.projected`.
    func encode(_ scratch: borrowing ProjectionScratch, into codes: UnsafeMutablePointer<UInt8>) {
        Kernels.best.quantise(scratch.projected, 1 / step, codes, codeCount)
    }

    /// The weights with which a query's products with codes order like inner products, and how far
    /// the codes behind the prefix typically move such a product.
    func weigh(
        _ scratch: borrowing ProjectionScratch, into weights: UnsafeMutablePointer<Int8>
    ) -> Weighing {
        let kernels = Kernels.best
        let largest = max(kernels.largest(scratch.projected, codeCount), .leastNormalMagnitude)
        let unit = largest / 127
        let bytes = UnsafeMutableRawPointer(weights).assumingMemoryBound(to: UInt8.self)
        kernels.quantise(scratch.projected, 1 / unit, bytes, codeCount)
        kernels.centre(bytes, weights, codeCount)
        return weighing(weights, scratch, unit: unit)
    }

    /// How products with `weights`, the projected vector in multiples of `unit`, are to be read.
    func weighing(
        _ weights: UnsafePointer<Int8>, _ scratch: borrowing ProjectionScratch, unit: Float
    ) -> Weighing {
        let kernels = Kernels.best
        let tail = codeCount - prefix
        let spread = kernels.weightedSquares(scratch.projected + prefix, tailSquares, tail)
        // Codes are stored 128 too high, so every product is too high by this much.
        let offset = 128 * kernels.dotOfCodes(Projection.ones, weights + prefix, tail)
        return Weighing(
            unit: unit * step, tailOffset: offset, tailSpread: spread.squareRoot() / unit)
    }

    /// As many ones as there may be codes, to sum weights with.
    static let ones = [UInt8](repeating: 1, count: 4_096)
}

/// How the products of a query's weights are to be read.
struct Weighing: Sendable {
    /// The inner product that one unit stands for.
    let unit: Float
    /// How far the codes behind the prefix move a product: what they add in any case, and one
    /// standard deviation.
    let tailOffset: Int32
    let tailSpread: Float

    /// By how much less than a whole product its prefix may be and still be hopeful.
    func slack(trusting deviations: Float) -> Int32 {
        Int32(tailSpread * deviations) + tailOffset
    }
}
