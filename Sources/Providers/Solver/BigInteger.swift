/// A whole number of any size: sign and magnitude, 32 bits a limb, least significant first.
struct BigInteger: Hashable, Sendable {
    private(set) var isNegative: Bool
    /// Without leading zeros; empty is zero.
    private var limbs: [UInt32]

    static let zero = BigInteger(0)
    static let one = BigInteger(1)

    init(_ value: Int) {
        isNegative = value < 0
        limbs = [
            UInt32(truncatingIfNeeded: value.magnitude),
            UInt32(truncatingIfNeeded: value.magnitude >> 32),
        ]
        trim()
    }

    /// Nil unless the text is decimal digits alone.
    init?(digits: some StringProtocol) {
        guard !digits.isEmpty else { return nil }
        self = .zero
        for byte in digits.utf8 {
            guard (0x30...0x39).contains(byte) else { return nil }
            scale(by: 10, adding: UInt32(byte - 0x30))
        }
    }

    private init(_ limbs: [UInt32], isNegative: Bool) {
        self.limbs = limbs
        self.isNegative = isNegative
        trim()
    }

    var isZero: Bool { limbs.isEmpty }
    var magnitude: BigInteger { BigInteger(limbs, isNegative: false) }

    /// The value where a machine's integer holds it.
    var int: Int? {
        guard limbs.count <= 2 else { return nil }
        let value = limbs.reversed().reduce(UInt64(0)) { $0 << 32 | UInt64($1) }
        guard value <= UInt64(Int.max) else { return nil }
        return isNegative ? -Int(value) : Int(value)
    }

    private mutating func trim() {
        while limbs.last == 0 { limbs.removeLast() }
        if limbs.isEmpty { isNegative = false }
    }

    private mutating func scale(by factor: UInt32, adding carry: UInt32) {
        var carry = UInt64(carry)
        for index in limbs.indices {
            let value = UInt64(limbs[index]) * UInt64(factor) + carry
            limbs[index] = UInt32(truncatingIfNeeded: value)
            carry = value >> 32
        }
        if carry > 0 { limbs.append(UInt32(carry)) }
    }
}

extension BigInteger {
    static prefix func - (a: BigInteger) -> BigInteger {
        BigInteger(a.limbs, isNegative: !a.isNegative)
    }

    static func + (a: BigInteger, b: BigInteger) -> BigInteger {
        if a.isNegative == b.isNegative {
            return BigInteger(sum(a.limbs, b.limbs), isNegative: a.isNegative)
        }
        return isLess(a.limbs, b.limbs)
            ? BigInteger(difference(b.limbs, a.limbs), isNegative: b.isNegative)
            : BigInteger(difference(a.limbs, b.limbs), isNegative: a.isNegative)
    }

    static func - (a: BigInteger, b: BigInteger) -> BigInteger { a + -b }

    static func * (a: BigInteger, b: BigInteger) -> BigInteger {
        guard !a.isZero, !b.isZero else { return .zero }
        var product = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
        for (i, first) in a.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, second) in b.limbs.enumerated() {
                let value = UInt64(first) * UInt64(second) + UInt64(product[i + j]) + carry
                product[i + j] = UInt32(truncatingIfNeeded: value)
                carry = value >> 32
            }
            product[i + b.limbs.count] = UInt32(carry)
        }
        return BigInteger(product, isNegative: a.isNegative != b.isNegative)
    }

    /// Quotient towards zero and remainder with the sign of the dividend; the divisor is not zero.
    func divided(by divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
        precondition(!divisor.isZero, "a division by zero is the caller's to refuse")
        if Self.isLess(limbs, divisor.limbs) { return (.zero, self) }
        let (quotient, remainder) =
            divisor.limbs.count == 1
            ? Self.quotient(limbs, divisor.limbs[0]) : Self.quotient(limbs, divisor.limbs)
        return (
            BigInteger(quotient, isNegative: isNegative != divisor.isNegative),
            BigInteger(remainder, isNegative: isNegative)
        )
    }

    /// The greatest common divisor (Euclid).
    static func commonDivisor(_ a: BigInteger, _ b: BigInteger) -> BigInteger {
        var (a, b) = (a.magnitude, b.magnitude)
        while !b.isZero { (a, b) = (b, a.divided(by: b).remainder) }
        return a
    }

    private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var sum: [UInt32] = []
        sum.reserveCapacity(max(a.count, b.count) + 1)
        var carry: UInt64 = 0
        for index in 0..<max(a.count, b.count) {
            carry += UInt64(index < a.count ? a[index] : 0)
            carry += UInt64(index < b.count ? b[index] : 0)
            sum.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        sum.append(UInt32(carry))
        return sum
    }

    /// Of a larger or equal magnitude less a smaller one.
    private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var difference = a
        var borrow: Int64 = 0
        for index in a.indices {
            var value = Int64(a[index]) - borrow - Int64(index < b.count ? b[index] : 0)
            borrow = value < 0 ? 1 : 0
            if value < 0 { value += 1 << 32 }
            difference[index] = UInt32(value)
        }
        return difference
    }

    private static func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
        if a.count != b.count { return a.count < b.count }
        for index in a.indices.reversed() where a[index] != b[index] { return a[index] < b[index] }
        return false
    }

    private static func quotient(_ a: [UInt32], _ b: UInt32) -> ([UInt32], [UInt32]) {
        var quotient = a
        var rest: UInt64 = 0
        for index in a.indices.reversed() {
            rest = rest << 32 | UInt64(a[index])
            quotient[index] = UInt32(rest / UInt64(b))
            rest %= UInt64(b)
        }
        return (quotient, [UInt32(rest)])
    }

    // Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D.
    private static func quotient(_ a: [UInt32], _ b: [UInt32]) -> ([UInt32], [UInt32]) {
        let shift = UInt32(b[b.count - 1].leadingZeroBitCount)
        let divisor = shifted(b, shift)
        var rest = shifted(a, shift)
        if rest.count == a.count { rest.append(0) }
        let (top, next) = (UInt64(divisor[b.count - 1]), UInt64(divisor[b.count - 2]))
        var quotient = [UInt32](repeating: 0, count: rest.count - b.count)
        for place in quotient.indices.reversed() {
            let head = UInt64(rest[place + b.count]) << 32 | UInt64(rest[place + b.count - 1])
            var (digit, remainder) = head.quotientAndRemainder(dividingBy: top)
            while digit > UInt64(UInt32.max)
                || digit * next > remainder << 32 | UInt64(rest[place + b.count - 2])
            {
                digit -= 1
                remainder += top
                if remainder > UInt64(UInt32.max) { break }
            }
            if subtract(divisor, times: digit, from: &rest, at: place) {
                digit -= 1
                add(divisor, to: &rest, at: place)
            }
            quotient[place] = UInt32(digit)
        }
        return (quotient, unshifted(Array(rest.prefix(b.count)), shift))
    }

    /// True where more was taken away than was there.
    private static func subtract(
        _ divisor: [UInt32], times digit: UInt64, from rest: inout [UInt32], at place: Int
    ) -> Bool {
        var carry: UInt64 = 0
        var borrow: Int64 = 0
        for index in 0...divisor.count {
            let product = (index < divisor.count ? UInt64(divisor[index]) * digit : 0) + carry
            carry = product >> 32
            var value =
                Int64(rest[place + index]) - Int64(UInt32(truncatingIfNeeded: product)) - borrow
            borrow = value < 0 ? 1 : 0
            if value < 0 { value += 1 << 32 }
            rest[place + index] = UInt32(value)
        }
        return borrow > 0
    }

    private static func add(_ divisor: [UInt32], to rest: inout [UInt32], at place: Int) {
        var carry: UInt64 = 0
        for index in 0...divisor.count {
            carry += UInt64(rest[place + index])
            carry += UInt64(index < divisor.count ? divisor[index] : 0)
            rest[place + index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
    }

    private static func shifted(_ limbs: [UInt32], _ shift: UInt32) -> [UInt32] {
        guard shift > 0 else { return limbs }
        var result: [UInt32] = []
        var carry: UInt32 = 0
        for limb in limbs {
            result.append(limb << shift | carry)
            carry = limb >> (32 - shift)
        }
        if carry > 0 { result.append(carry) }
        return result
    }

    private static func unshifted(_ limbs: [UInt32], _ shift: UInt32) -> [UInt32] {
        guard shift > 0 else { return limbs }
        var result = limbs
        for index in limbs.indices {
            let above = index + 1 < limbs.count ? limbs[index + 1] << (32 - shift) : 0
            result[index] = limbs[index] >> shift | above
        }
        return result
    }
}

extension BigInteger: Comparable {
    static func < (a: BigInteger, b: BigInteger) -> Bool { (a - b).isNegative }
}

extension BigInteger: CustomStringConvertible {
    /// Decimal digits, a minus sign in front of a negative number.
    var description: String {
        guard !isZero else { return "0" }
        var parts: [String] = []
        var rest = limbs
        while !rest.isEmpty {
            let (quotient, remainder) = Self.quotient(rest, 1_000_000_000)
            rest = quotient
            while rest.last == 0 { rest.removeLast() }
            let digits = String(remainder[0])
            parts.append(
                rest.isEmpty ? digits : String(repeating: "0", count: 9 - digits.count) + digits)
        }
        return (isNegative ? "-" : "") + parts.reversed().joined()
    }
}
