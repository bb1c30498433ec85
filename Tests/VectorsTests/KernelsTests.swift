import CKernels
import Testing
import Vectors

@Suite struct KernelsTests {
    @Test func `every kernel set of this processor agrees with the portable one`() throws {
        var sets: [tt_kernels] = []
        while let next = tt_kernels_at(sets.count) { sets.append(next.pointee) }
        let portable = try #require(sets.last)
        #expect(String(cString: portable.name) == "portable")
        #expect(String(cString: sets[0].name) == kernelPath)
        var random = SeededGenerator(seed: 1)
        for count in [1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 384, 511, 1_536, 4_096] {
            let a = random.vector(count)
            let b = random.vector(count)
            let length = Double(count).squareRoot()
            let expected = portable.dot_f64(a, b, count)
            for set in sets {
                #expect(abs(set.dot_f64(a, b, count) - expected) < 1e-12 * length * 10)
                #expect(abs(Double(set.dot_f32(a, b, count)) - expected) < 1e-5 * length * 10)
            }
        }
    }

    @Test func `inner products of codes are exact, also at the ends of their range`() {
        var random = SeededGenerator(seed: 2)
        for count in stride(from: 64, through: 4_096, by: 64) {
            for extreme in [false, true] {
                let codes = (0..<count).map { _ in
                    extreme ? 255 : UInt8.random(in: 0...255, using: &random)
                }
                let weights = (0..<count).map { i in
                    extreme
                        ? (i % 3 == 0 ? Int8(-128) : 127)
                        : Int8.random(in: -128...127, using: &random)
                }
                let expected = zip(codes, weights).reduce(Int32(0)) {
                    $0 + Int32($1.0) * Int32($1.1)
                }
                var index = 0
                while let set = tt_kernels_at(index) {
                    #expect(set.pointee.dot_u8s8(codes, weights, count) == expected)
                    index += 1
                }
            }
        }
    }

    @Test func `vectors become the same codes on every kernel set`() throws {
        var sets: [tt_kernels] = []
        while let next = tt_kernels_at(sets.count) { sets.append(next.pointee) }
        let portable = try #require(sets.last)
        var random = SeededGenerator(seed: 3)
        for count in [64, 128, 384, 1_536, 4_096] {
            // Beyond the range of a code on both sides.
            let vector = random.vector(count).map { $0 * 60 }
            let squares = random.vector(count).map(abs)
            var expected = [UInt8](repeating: 0, count: count)
            portable.quantise(vector, 1.3, &expected, count)
            #expect(expected.contains(0) && expected.contains(255))
            for set in sets {
                #expect(set.largest(vector, count) == vector.map(abs).max())
                var codes = [UInt8](repeating: 0, count: count)
                set.quantise(vector, 1.3, &codes, count)
                #expect(codes == expected)
                var weights = [Int8](repeating: 0, count: count)
                set.centre(codes, &weights, count)
                #expect(weights.map { Int($0) + 128 } == codes.map(Int.init))
                var doubled = [Float](repeating: 0, count: count)
                set.scale(vector, 2, &doubled, count)
                #expect(doubled == vector.map { $0 * 2 })
                set.axpy_f32(-2, vector, &doubled, count)
                #expect(doubled.allSatisfy { $0 == 0 })
                let sum = portable.weighted_squares(vector, squares, count)
                #expect(abs(set.weighted_squares(vector, squares, count) - sum) < 1e-4 * sum)
            }
        }
    }

    @Test func `rotation and scoring agree with the portable kernels`() throws {
        var sets: [tt_kernels] = []
        while let next = tt_kernels_at(sets.count) { sets.append(next.pointee) }
        let portable = try #require(sets.last)
        var random = SeededGenerator(seed: 4)
        for (rows, columns) in [(64, 64), (128, 384), (256, 1_536)] {
            let matrix = (0..<rows * columns).map { _ in
                Int8.random(in: -127...127, using: &random)
            }
            let scales = (0..<rows).map { _ in Float.random(in: 0.1..<1, using: &random) }
            let sums = (0..<rows).map { row in
                matrix[row * columns..<(row + 1) * columns].reduce(Int32(0)) { $0 + Int32($1) }
            }
            let codes = (0..<columns).map { _ in UInt8.random(in: 0...255, using: &random) }
            let weights = (0..<columns).map { _ in Int8.random(in: -128...127, using: &random) }
            let blocks = (0..<40 * columns).map { _ in UInt8.random(in: 0...255, using: &random) }
            let ids = (0..<30).map { _ in UInt32.random(in: 0..<40, using: &random) }
            func answers(_ set: tt_kernels) -> ([Float], [UInt32], [Int32]) {
                var rotated = [Float](repeating: 0, count: rows)
                set.rotate(matrix, scales, sums, rows, columns, codes, 0.5, &rotated)
                var kept = [UInt32](repeating: 0, count: 30)
                var products = [Int32](repeating: 0, count: 30)
                let count = blocks.withUnsafeBufferPointer { blocks in
                    var codes = tt_codes(
                        base: blocks.baseAddress, stride: columns, prefix: 64, count: columns)
                    return set.score(&codes, weights, ids, 30, 0, &kept, &products)
                }
                return (rotated, Array(kept[..<count]), Array(products[..<count]))
            }
            let expected = answers(portable)
            #expect(!expected.1.isEmpty && expected.1.count < 30)
            for set in sets { #expect(answers(set) == expected) }
        }
    }

    @Test func `the checksum is CRC-32C, in hardware and from the table`() {
        // RFC 3720, appendix B.4.
        let ascending = (0..<32).map { UInt8($0) }
        for checksum in [tt_crc32c, tt_crc32c_portable] {
            #expect(checksum(0, "123456789", 9) == 0xE306_9283)
            #expect(checksum(0, [UInt8](repeating: 0, count: 32), 32) == 0x8A91_36AA)
            #expect(checksum(0, ascending, 32) == 0x46DD_794E)
            #expect(
                checksum(checksum(0, ascending, 13), Array(ascending[13...]), 19) == 0x46DD_794E)
        }
    }
}
