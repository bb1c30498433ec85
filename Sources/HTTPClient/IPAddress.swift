import Glibc

/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable {
    /// Four or sixteen bytes in network order.
    package let bytes: [UInt8]

    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads dotted decimal or the colon form, without brackets, port or zone.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.bytes = bytes
        } else {
            return nil
        }
    }

    /// As URLs write it, IPv6 in brackets.
    var urlHost: String {
        guard bytes.count == 16 else { return bytes.map { "\($0)" }.joined(separator: ".") }
        let groups = (0..<8).map {
            String(Int(bytes[2 * $0]) << 8 | Int(bytes[2 * $0 + 1]), radix: 16)
        }
        return "[\(groups.joined(separator: ":"))]"
    }

    /// True for a unicast address that is routed on the public internet.
    ///
    /// False for every entry of IANA's special-purpose registries (RFC 6890) that is not globally reachable, and for
    /// all forms that carry an IPv4 address inside: what a translator makes of them can't be known here.
    package var isPublic: Bool {
        let blocks = bytes.count == 4 ? IPAddress.specialFour : IPAddress.specialSix
        guard bytes.count == 4 || bytes[0] & 0xE0 == 0x20 else { return false }
        return !blocks.contains { $0.contains(bytes) }
    }

    private static let specialFour: [Block] = [
        Block([0], 8),  // this network, unspecified
        Block([10], 8),  // private
        Block([100, 64], 10),  // carrier-grade NAT
        Block([127], 8),  // loopback
        Block([169, 254], 16),  // link-local, cloud metadata
        Block([172, 16], 12),  // private
        Block([192, 0, 0], 24),  // protocol assignments
        Block([192, 0, 2], 24),  // documentation
        Block([192, 88, 99], 24),  // 6to4 relays
        Block([192, 168], 16),  // private
        Block([198, 18], 15),  // benchmarking
        Block([198, 51, 100], 24),  // documentation
        Block([203, 0, 113], 24),  // documentation
        Block([224], 4),  // multicast
        Block([240], 4),  // reserved, broadcast
    ]

    /// What is special inside 2000::/3; outside of it nothing is global unicast. That rules out ::, ::1, ::ffff:0:0/96,
    /// 64:ff9b::/96, 100::/64, fc00::/7, fe80::/10 and ff00::/8.
    private static let specialSix: [Block] = [
        Block([0x20, 0x01, 0x00], 23),  // protocol assignments: Teredo, ORCHID, benchmarking
        Block([0x20, 0x01, 0x0D, 0xB8], 32),  // documentation
        Block([0x20, 0x02], 16),  // 6to4
        Block([0x3F, 0xFF, 0x00], 20),  // documentation
    ]

    /// The addresses that share their first `length` bits.
    private struct Block {
        let prefix: [UInt8]
        let length: Int

        init(_ prefix: [UInt8], _ length: Int) {
            self.prefix = prefix
            self.length = length
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            for index in 0..<(length + 7) / 8 {
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(length - index * 8, 8))
                let expected = index < prefix.count ? prefix[index] : 0
                if (bytes[index] ^ expected) & mask != 0 { return false }
            }
            return true
        }
    }
}

/// Which addresses a client may connect to.
///
/// It rules over the address of each connection at the moment it is opened, after name lookup and at every redirect, so
/// a name that changes its address between a check and the connection gains nothing.
package enum AddressPolicy: Sendable {
    case any
    /// Public unicast addresses alone: no loopback, no private network, no local socket.
    case publicOnly

    package func permits(_ address: IPAddress) -> Bool {
        switch self {
        case .any: true
        case .publicOnly: address.isPublic
        }
    }
}
