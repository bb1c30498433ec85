import CUV
import Glibc

/// Conversions between the system's socket addresses and text.
enum SocketAddress {
    /// The address and port of a peer; nil for other families than IP.
    ///
    /// IPv4 clients of an IPv6 socket are shown as IPv4, so that limits and logs know one client by one name.
    static func host(_ storage: sockaddr_storage) -> (host: String, port: Int)? {
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                let address = bytes.loadUnaligned(as: sockaddr_in.self)
                return (text(AF_INET, address.sin_addr), Int(UInt16(bigEndian: address.sin_port)))
            case AF_INET6:
                let address = bytes.loadUnaligned(as: sockaddr_in6.self)
                var name = text(AF_INET6, address.sin6_addr)
                if name.hasPrefix("::ffff:"), name.contains(".") { name.removeFirst(7) }
                return (name, Int(UInt16(bigEndian: address.sin6_port)))
            default:
                return nil
            }
        }
    }

    @Sendable static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1"
    }

    private static func text<Address>(_ family: Int32, _ address: Address) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        return withUnsafePointer(to: address) { pointer in
            guard let text = inet_ntop(family, pointer, &buffer, socklen_t(INET6_ADDRSTRLEN)) else {
                return ""
            }
            return String(cString: text)
        }
    }

    /// Nil if the path does not fit, which is 107 bytes.
    static func unix(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            guard bytes.count < buffer.count, !bytes.contains(0) else { return false }
            buffer.copyBytes(from: bytes)
            return true
        }
        return fits ? address : nil
    }

    static func unixPath(_ storage: sockaddr_storage, _ length: socklen_t) -> String {
        withUnsafeBytes(of: storage) { bytes in
            let path = bytes[..<Int(length)].dropFirst(2).prefix { $0 != 0 }
            return String(decoding: path, as: UTF8.self)
        }
    }

    static func with<Result>(
        _ address: inout sockaddr_un,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
