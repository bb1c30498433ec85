/// The 32×32 colour reductions by which two pictures with near hashes are told apart.
enum Reduction {
    static let side = 32
    static let count = side * side * 3

    /// Whether two reductions show the same picture: on average within 6, no cell off by more than 40 in a channel.
    static func agree(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == count, b.count == count else { return false }
        var sum = 0
        for index in 0..<count {
            let difference = abs(Int(a[index]) - Int(b[index]))
            guard difference <= 40 else { return false }
            sum += difference
        }
        return sum <= 6 * count
    }

    /// Whether a reduction is too plain to tell anything: luma deviates by less than 2.
    static func isFlat(_ reduction: [UInt8]) -> Bool {
        guard reduction.count == count else { return true }
        var sum = 0.0
        var squares = 0.0
        for cell in 0..<(side * side) {
            let red = Double(reduction[cell * 3])
            let green = Double(reduction[cell * 3 + 1])
            let blue = Double(reduction[cell * 3 + 2])
            let luma = 0.299 * red + 0.587 * green + 0.114 * blue
            sum += luma
            squares += luma * luma
        }
        let cells = Double(side * side)
        let mean = sum / cells
        return squares / cells - mean * mean < 4
    }

    /// Whether two sizes have the same shape, within 2 percent.
    static func sameShape(_ a: (width: Int, height: Int), _ b: (width: Int, height: Int)) -> Bool {
        let first = Double(a.width) / Double(a.height)
        let second = Double(b.width) / Double(b.height)
        return abs(first - second) <= 0.02 * max(first, second)
    }
}
