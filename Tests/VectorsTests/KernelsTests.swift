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
