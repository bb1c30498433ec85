import Glibc

/// The address of a unix socket as the kernel wants it.
struct UnixAddress {
    private var address = sockaddr_un()
    private let length: socklen_t

    /// - Parameter path: a path, or `@name` in the abstract namespace of Linux (unix(7)).
    init?(_ path: String) {
        var bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < capacity, !bytes.contains(0) else { return nil }
        let isAbstract = bytes[0] == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let family = MemoryLayout<sa_family_t>.size
        length = socklen_t(family + bytes.count + (isAbstract ? 0 : 1))
    }

    /// Sends one datagram there; false if nobody takes it.
    func send(_ message: String) -> Bool {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        if descriptor < 0 { return false }
        defer { close(descriptor) }
        let bytes = Array(message.utf8)
        return unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bytes.withUnsafeBytes {
                    unsafe sendto(
                        descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), pointer, length)
                        == bytes.count
                }
            }
        }
    }
}
