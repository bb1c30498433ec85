import CKernels

/// The distance kernels of one instruction set.
package struct Kernels: Sendable {
    typealias Floats = UnsafePointer<Float>?
    typealias Codes = UnsafePointer<UInt8>?
    typealias Weights = UnsafePointer<Int8>?

    /// `avx512-vnni`, `avx2`, `neon` or `portable`.
    package let name: String
    /// The inner product, its products accumulated in doubles.
    let dotInDoubles: @convention(c) (Floats, Floats, Int) -> Double
    /// The inner product in float32.
    let dot: @convention(c) (Floats, Floats, Int) -> Float
    /// Adds a multiple of the first vector to the second.
    let addMultiple: @convention(c) (Float, Floats, UnsafeMutablePointer<Float>?, Int) -> Void
    /// The inner product of unsigned codes and signed weights, a multiple of 64 of each.
    let dotOfCodes: @convention(c) (Codes, Weights, Int) -> Int32
    /// The largest absolute value.
    let largest: @convention(c) (Floats, Int) -> Float
    /// Codes of a vector: rounded multiples, plus 128.
    let quantise: @convention(c) (Floats, Float, UnsafeMutablePointer<UInt8>?, Int) -> Void
    /// What codes stand for, as weights.
    let centre: @convention(c) (Codes, UnsafeMutablePointer<Int8>?, Int) -> Void
    /// A multiple of a vector.
    let scale: @convention(c) (Floats, Float, UnsafeMutablePointer<Float>?, Int) -> Void
    /// A matrix times a vector of codes.
    let rotate:
        @convention(c) (
            Weights, Floats, UnsafePointer<Int32>?, Int, Int, Codes, Float,
            UnsafeMutablePointer<Float>?
        ) -> Void
    /// The weighted sum of squares.
    let weightedSquares: @convention(c) (Floats, Floats, Int) -> Float
    /// Scores nodes, leaving out those whose first codes are too far off.
    let score:
        @convention(c) (
            UnsafePointer<tt_codes>?, Weights, UnsafePointer<UInt32>?, Int, Int32,
            UnsafeMutablePointer<UInt32>?, UnsafeMutablePointer<Int32>?
        ) -> Int

    private init(_ kernels: tt_kernels) {
        name = String(cString: kernels.name)
        dotInDoubles = kernels.dot_f64
        dot = kernels.dot_f32
        addMultiple = kernels.axpy_f32
        dotOfCodes = kernels.dot_u8s8
        largest = kernels.largest
        quantise = kernels.quantise
        centre = kernels.centre
        scale = kernels.scale
        rotate = kernels.rotate
        weightedSquares = kernels.weighted_squares
        score = kernels.score
    }

    /// The fastest that this processor runs.
    package static let best = Kernels(tt_kernels_best().pointee)
}

/// The name of the kernels that searches use.
package var kernelPath: String { Kernels.best.name }
