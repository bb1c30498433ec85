import CKernels

/// The distance kernels of one instruction set.
package struct Kernels: Sendable {
    /// `avx512-vnni`, `avx2`, `neon` or `portable`.
    package let name: String
    /// The inner product, its products accumulated in doubles.
    let dotInDoubles: @convention(c) (UnsafePointer<Float>?, UnsafePointer<Float>?, Int) -> Double
    /// The inner product in float32.
    let dot: @convention(c) (UnsafePointer<Float>?, UnsafePointer<Float>?, Int) -> Float
    /// The inner product of unsigned codes and signed weights, a multiple of 64 of each.
    let dotOfCodes: @convention(c) (UnsafePointer<UInt8>?, UnsafePointer<Int8>?, Int) -> Int32

    private init(_ kernels: tt_kernels) {
        name = String(cString: kernels.name)
        dotInDoubles = kernels.dot_f64
        dot = kernels.dot_f32
        dotOfCodes = kernels.dot_u8s8
    }

    /// The fastest that this processor runs.
    package static let best = Kernels(tt_kernels_best().pointee)

    /// All that this processor runs, fastest first; the last is portable.
    package static var all: [Kernels] {
        var all: [Kernels] = []
        while let next = tt_kernels_at(all.count) { all.append(Kernels(next.pointee)) }
        return all
    }
}

/// The name of the kernels that searches use.
package var kernelPath: String { Kernels.best.name }
