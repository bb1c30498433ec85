/// A direction that can be compared: finite components, scaled to length 1.
package struct UnitVector: Sendable, Equatable {
    package let components: [Float]

    /// Checks and scales `components`; their number must be `dimension`.
    package init(_ components: [Float], dimension: Int) throws(VectorError) {
        guard components.count == dimension else {
            throw .wrongLength(expected: dimension, actual: components.count)
        }
        // The squares of finite float32 numbers never overflow doubles.
        let squares = Kernels.best.dotInDoubles(components, components, dimension)
        guard squares.isFinite else {
            throw .notFinite(position: components.firstIndex { !$0.isFinite } ?? 0)
        }
        guard squares > 0 else { throw .zeroLength }
        let factor = 1 / squares.squareRoot()
        // Tiny vectors need a factor that float32 cannot hold.
        guard 1e-30...1e30 ~= factor else {
            self.components = components.map { Float(Double($0) * factor) }
            return
        }
        self.components = .init(unsafeUninitializedCapacity: dimension) { buffer, count in
            Kernels.best.scale(components, Float(factor), buffer.baseAddress, dimension)
            count = dimension
        }
    }
}
