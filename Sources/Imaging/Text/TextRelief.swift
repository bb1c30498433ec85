/// How every pixel of a plane stands out from its surroundings.
struct TextRelief {
    let width: Int
    let height: Int
    /// The pixel minus the mean around it.
    private(set) var values: [Int16]
    /// The standard deviation around it.
    private(set) var spread: [UInt8]

    /// `radius` is half the side of what counts as around: somewhat less than the tallest letter.
    init(_ plane: Bitmap, radius: Int) {
        precondition(plane.channels == 1, "a relief is made of one plane")
        width = plane.width
        height = plane.height
        values = [Int16](repeating: 0, count: width * height)
        spread = [UInt8](repeating: 0, count: width * height)
        // The sums over a column of the window follow it down, the window's follow it across.
        var sums = [Int32](repeating: 0, count: width)
        var squares = [Int32](repeating: 0, count: width)
        for y in -radius..<height {
            if y + radius < height { plane.addRow(y + radius, 1, to: &sums, &squares) }
            if y - radius - 1 >= 0 { plane.addRow(y - radius - 1, -1, to: &sums, &squares) }
            guard y >= 0 else { continue }
            let rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
            fillRow(y, plane, sums, squares, rows: rows, radius: radius)
        }
    }

    private mutating func fillRow(
        _ y: Int, _ plane: Bitmap, _ sums: [Int32], _ squares: [Int32], rows: Int, radius: Int
    ) {
        var sum: Int32 = 0
        var square: Int32 = 0
        for x in 0..<min(radius, width) {
            sum += sums[x]
            square += squares[x]
        }
        var columns = min(radius, width)
        for x in 0..<width {
            if x + radius < width {
                sum += sums[x + radius]
                square += squares[x + radius]
                columns += 1
            }
            if x - radius - 1 >= 0 {
                sum -= sums[x - radius - 1]
                square -= squares[x - radius - 1]
                columns -= 1
            }
            let scale = 1 / Float(rows * columns)
            let mean = Float(sum) * scale
            let variance = max(0, Float(square) * scale - mean * mean)
            let index = y * width + x
            values[index] = Int16(Int32(plane.samples[index]) - Int32(mean + 0.5))
            spread[index] = UInt8(min(255, variance.squareRoot()))
        }
    }
}

extension Bitmap {
    fileprivate func addRow(
        _ y: Int, _ sign: Int32, to sums: inout [Int32], _ squares: inout [Int32]
    ) {
        let row = y * width
        for x in 0..<width {
            let sample = Int32(samples[row + x])
            sums[x] += sign * sample
            squares[x] += sign * sample * sample
        }
    }
}
