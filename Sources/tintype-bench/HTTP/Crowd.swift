import Foundation
import Glibc

/// Many client connections to one loopback port, read by one thread.
final class Crowd {
    private var clients: [pollfd] = []

    /// Each thousand comes from another loopback address, so that there are ports enough for all.
    init(port: Int, count: Int) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        for number in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw BenchFailure("no descriptor for a connection") }
            clients.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            var own = Self.address(host: 0x7F00_0001 + UInt32(number / 1000), port: 0)
            var peer = Self.address(host: 0x7F00_0001, port: port)
            let isConnected =
                Self.with(&own) { bind(descriptor, $0, $1) } == 0
                && Self.with(&peer) { connect(descriptor, $0, $1) } == 0
            guard isConnected else { throw BenchFailure("connection \(number) fails: \(errno)") }
        }
    }

    /// Sends the same request on all.
    func ask(_ request: String) throws {
        let bytes = Array(request.utf8)
        for client in clients {
            guard send(client.fd, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw BenchFailure("a request cannot be sent")
            }
        }
    }

    /// Hands on whatever arrives for a while.
    func drain(for time: Duration, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        let end = ContinuousClock.now + time
        var buffer = [UInt8](repeating: 0, count: 65536)
        while ContinuousClock.now < end {
            guard poll(&clients, nfds_t(clients.count), 20) > 0 else { continue }
            for index in clients.indices where clients[index].revents != 0 {
                let read = recv(clients[index].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if read > 0 {
                    buffer.withUnsafeBufferPointer {
                        body(UnsafeBufferPointer(rebasing: $0[..<read]))
                    }
                } else if read == 0 {
                    // The system passes over descriptors below zero.
                    Glibc.close(clients[index].fd)
                    clients[index].fd = -1
                }
            }
        }
    }

    /// Waits for the first connection's answer.
    func drainOne() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        _ = recv(clients[0].fd, &buffer, buffer.count, 0)
    }

    func close() {
        for client in clients where client.fd >= 0 { Glibc.close(client.fd) }
        clients = []
    }

    private static func address(host: UInt32, port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return address
    }

    private static func with(
        _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
