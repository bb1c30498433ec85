/// A universally unique identifier (RFC 9562) of 128 bits, without Foundation.
package struct UUIDValue: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    private init(high: UInt64, low: UInt64, version: UInt64) {
        self.high = high & ~0xF000 | version << 12
        self.low = low & ~(0b11 << 62) | 0b10 << 62
    }

    private init(unchecked high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Version 4: 122 random bits.
    package static func random() -> UUIDValue {
        var system = SystemRandomNumberGenerator()
        return random(using: &system)
    }

    /// Version 4 from a given source of randomness.
    package static func random(using source: inout some RandomNumberGenerator) -> UUIDValue {
        UUIDValue(high: source.next(), low: source.next(), version: 4)
    }

    /// Version 7: sorts by time. `milliseconds` are counted from 1970 and kept in 48 bits.
    package static func timeOrdered(milliseconds: Int64) -> UUIDValue {
        var system = SystemRandomNumberGenerator()
        return timeOrdered(milliseconds: milliseconds, using: &system)
    }

    /// Version 7 from a given source of randomness.
    package static func timeOrdered(
        milliseconds: Int64, using source: inout some RandomNumberGenerator
    ) -> UUIDValue {
        let time = UInt64(truncatingIfNeeded: milliseconds) << 16
        return UUIDValue(high: time | source.next() & 0xFFFF, low: source.next(), version: 7)
    }

    /// The namespace of URLs (RFC 9562 section 6.6).
    package static let urlNamespace = UUIDValue(
        unchecked: 0x6ba7_b811_9dad_11d1, 0x80b4_00c0_4fd4_30c8)

    /// Version 5: the same for the same name in the same namespace.
    package static func named(_ name: [UInt8], in namespace: UUIDValue) -> UUIDValue {
        var digest = Digest(.sha1)
        digest.update(namespace.bytes)
        digest.update(name)
        let bytes = digest.finish()
        let words = (0..<2).map { word in
            bytes[8 * word..<8 * word + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return UUIDValue(high: words[0], low: words[1], version: 5)
    }

    /// The 16 bytes in the order of the text.
    package var bytes: [UInt8] {
        (0..<16).map { byte(at: $0) }
    }

    /// Takes over 16 bytes of any version; nil for another number of them.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func byte(at index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - index % 8 * 8))
    }
}

extension UUIDValue: Comparable {
    package static func < (first: UUIDValue, second: UUIDValue) -> Bool {
        (first.high, first.low) < (second.high, second.low)
    }
}

extension UUIDValue: LosslessStringConvertible {
    /// Reads 8-4-4-4-12 digits of base 16 in either case, and nothing else.
    package init?(_ description: String) {
        guard description.utf8.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        for (index, character) in description.utf8.enumerated() {
            if Self.isHyphen(at: index) {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = hexadecimalValue(character) else { return nil }
            if digits < 16 {
                high = high << 4 | UInt64(value)
            } else {
                low = low << 4 | UInt64(value)
            }
            digits += 1
        }
        self.high = high
        self.low = low
    }

    /// 36 characters in lower case.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var digits = 0
            for index in 0..<36 {
                if Self.isHyphen(at: index) {
                    buffer[index] = UInt8(ascii: "-")
                    continue
                }
                let half = digits < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - digits % 16 * 4)) & 15
                buffer[index] =
                    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                digits += 1
            }
            return 36
        }
    }

    private static func isHyphen(at index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }
}
