import Glibc

/// The journal's socket for messages in its native protocol.
package final class JournalSocket: Sendable {
    private let descriptor: Int32

    /// Nil where no journal listens at `path`.
    package init?(path: String = "/run/systemd/journal/socket") {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }

        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_UNIX, type, 0)
        if descriptor < 0 { return nil }
        let status = unsafe withUnsafePointer(to: address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if status != 0 {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// Hands one message over without waiting; false if the journal cannot take it now.
    func send(_ message: [UInt8]) -> Bool {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let count = unsafe message.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, flags)
        }
        return count == message.count
    }

    /// Whether `stream`, the `DEVICE:INODE` of JOURNAL_STREAM, is where `descriptor` leads (systemd.exec(5)).
    static func isStream(_ stream: String, on descriptor: Int32) -> Bool {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
