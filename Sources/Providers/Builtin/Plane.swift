/// One channel of a picture as numbers, top row first.
///
/// All arithmetic is plain IEEE single precision in a fixed order, so results are the same on
/// every machine.
struct Plane: Sendable, Equatable {
    let width: Int
    let height: Int
    var values: [Float]

    init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height, "a plane's values must fill it")
        self.width = width
        self.height = height
        self.values = values
    }

    subscript(x: Int, y: Int) -> Float { values[y * width + x] }

    var mean: Float {
        var sum = 0.0
        for value in values { sum += Double(value) }
        return Float(sum / Double(values.count))
    }

    /// The root of the mean squared difference from the mean.
    var deviation: Float {
        let mean = Double(self.mean)
        var sum = 0.0
        for value in values { sum += (Double(value) - mean) * (Double(value) - mean) }
        return Float((sum / Double(values.count)).squareRoot())
    }

    /// Every value put through `transform`.
    func map(_ transform: (Float) -> Float) -> Plane {
        Plane(width: width, height: height, values: values.map(transform))
    }

    /// The differences of two planes of one size.
    func subtracting(_ other: Plane) -> Plane {
        var out = values
        for i in out.indices { out[i] -= other.values[i] }
        return Plane(width: width, height: height, values: out)
    }

    /// The absolute differences of two planes of one size.
    func difference(from other: Plane) -> Plane { subtracting(other).map(abs) }

    /// The plane at half its size: means of 2×2 values; a side of one stays one.
    func halved() -> Plane {
        let newWidth = max(1, width / 2)
        let newHeight = max(1, height / 2)
        let right = width > 1 ? 1 : 0
        let below = height > 1 ? width : 0
        var out = [Float](repeating: 0, count: newWidth * newHeight)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let i = (height > 1 ? 2 * y : 0) * width + (width > 1 ? 2 * x : 0)
                out[y * newWidth + x] =
                    (values[i] + values[i + right] + values[i + below] + values[i + right + below])
                    * 0.25
            }
        }
        return Plane(width: newWidth, height: newHeight, values: out)
    }

    /// The plane smoothed by a box of `2 * radius + 1` values on a side, edges repeated.
    func boxBlurred(radius: Int) -> Plane {
        guard radius > 0 else { return self }
        return blurredRows(radius: radius).transposed().blurredRows(radius: radius).transposed()
    }

    private func blurredRows(radius: Int) -> Plane {
        var out = [Float](repeating: 0, count: values.count)
        let scale = 1 / Float(2 * radius + 1)
        for y in 0..<height {
            let row = y * width
            var sum: Float = 0
            for k in -radius...radius { sum += values[row + min(max(k, 0), width - 1)] }
            for x in 0..<width {
                out[row + x] = sum * scale
                sum += values[row + min(x + radius + 1, width - 1)]
                sum -= values[row + max(x - radius, 0)]
            }
        }
        return Plane(width: width, height: height, values: out)
    }

    private func transposed() -> Plane {
        var out = [Float](repeating: 0, count: values.count)
        for y in 0..<height {
            for x in 0..<width { out[x * height + y] = values[y * width + x] }
        }
        return Plane(width: height, height: width, values: out)
    }
}
