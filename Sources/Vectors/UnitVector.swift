/// A direction that can be compared: finite components, scaled to length 1.
package struct UnitVector: Sendable, Equatable {
    package let components: [Float]

    /// Checks and scales `components`; their number must be `dimension`.
    package init(_ components: [Float], dimension: Int) throws(VectorError) {
        guard components.count == dimension else {
            throw .wrongLength(expected: dimension, actual: components.count)
        }
        var squares = 0.0
        for (position, component) in components.enumerated() {
            guard component.isFinite else { throw .notFinite(position: position) }
            squares += Double(component) * Double(component)
        }
        guard squares > 0 else { throw .zeroLength }
        let scale = 1 / squares.squareRoot()
        self.components = components.map { Float(Double($0) * scale) }
    }
}
