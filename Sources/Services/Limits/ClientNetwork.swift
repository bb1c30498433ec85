import Domain
import Glibc

extension Caller {
    /// What counts as one client address where callers are told apart by it.
    package var network: String { ClientNetwork.key(of: address) }
}

/// What counts as one client address: an IPv4 address, or the /64 network of an IPv6 address.
enum ClientNetwork {
    static func key(of address: String) -> String {
        var bytes = in6_addr()
        guard unsafe inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        let network = unsafe withUnsafeBytes(of: bytes) { unsafe Array($0) }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if network.starts(with: mapped) {
            return network.dropFirst(12).map(String.init).joined(separator: ".")
        }
        let digits = network.prefix(8).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        return digits.joined() + "/64"
    }
}
