import Foundation
import Glibc

/// A connection that sends exactly the bytes it is told to. Blocking, so it is used on a thread of its own.
final class RawConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_port = in_port_t(port).bigEndian
        peer.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Unexpected("connect: \(errno)") }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { Glibc.close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            start += count
        }
    }

    /// Breaks the connection off at once.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The next answer with a `Content-Length`: its status and body.
    func answer() throws -> (status: Int, body: String) {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: mark) {
                let head = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
                buffer.removeFirst(range.upperBound)
                let status = Int(head.split(separator: " ")[1]) ?? 0
                let length = head.split(separator: "\r\n").compactMap { line in
                    line.lowercased().hasPrefix("content-length:")
                        ? Int(line.dropFirst(15).drop { $0 == " " }) : nil
                }.first
                while buffer.count < length ?? 0, try fill() {}
                defer { buffer.removeFirst(min(length ?? 0, buffer.count)) }
                return (status, String(decoding: buffer.prefix(length ?? 0), as: UTF8.self))
            }
            guard try fill() else { throw Unexpected("the daemon closed without an answer") }
        }
    }

    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0, errno == ECONNRESET { return false }
        guard count >= 0 else { throw Unexpected("receive: \(errno)") }
        buffer += piece[..<count]
        return count > 0
    }
}

/// Runs a blocking script on a thread of its own, so that it cannot starve the pool of the daemon under test.
func onThread<Value: Sendable>(
    _ script: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try script() }) }.start()
    }
}

/// Looks again and again until `condition` holds, for at most five seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<500 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}
