import Glibc

/// A block of addresses such as `10.0.0.0/8` or `::1`.
package struct NetworkRange: Sendable, Equatable, CustomStringConvertible {
    private let prefix: [UInt8]
    private let bits: Int
    package let description: String

    package var isIPv6: Bool { prefix.count == 16 }

    /// Reads an address or `ADDRESS/BITS`; bits after the prefix must be zero, so that no slip goes unseen.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.bytes(of: String(parts[0])) else {
            return nil
        }
        var bits = bytes.count * 8
        if parts.count == 2 {
            guard let number = SettingText.integer(String(parts[1])), (0...bits).contains(number)
            else { return nil }
            bits = number
        }
        guard Self.masked(bytes, to: bits) == bytes else { return nil }
        self.prefix = bytes
        self.bits = bits
        self.description = text
    }

    /// Whether the numeric address lies in the block; an IPv4 address written as `::ffff:a.b.c.d` counts as IPv4.
    package func contains(_ address: String) -> Bool {
        guard var bytes = Self.bytes(of: address) else { return false }
        if prefix.count == 4, bytes.count == 16, bytes.starts(with: Self.mappedIPv4) {
            bytes = Array(bytes.suffix(4))
        }
        return bytes.count == prefix.count && Self.masked(bytes, to: bits) == prefix
    }

    private static let mappedIPv4: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    private static func bytes(of address: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            let read = unsafe bytes.withUnsafeMutableBytes {
                unsafe inet_pton(family, address, $0.baseAddress)
            }
            if read == 1 { return bytes }
        }
        return nil
    }

    private static func masked(_ bytes: [UInt8], to bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(bits - index * 8, 0), 8)
            return byte & ~UInt8(truncatingIfNeeded: 0xff >> kept)
        }
    }
}
