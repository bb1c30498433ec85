import Foundation
import Glibc
import HTTPServer

/// A client that sends exactly the bytes it is told to. Blocking, so it runs on a thread of its own.
final class RawClient {
    struct Answer: Equatable {
        var status: Int
        var fields: [String: String]
        var body: String
    }

    struct Failure: Error {
        let what: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ address: ListenAddress, receiveBuffer: Int32? = nil) throws {
        switch address {
        case .tcp(_, let port):
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            if var size = receiveBuffer {
                setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
            }
            var peer = sockaddr_in()
            peer.sin_family = sa_family_t(AF_INET)
            peer.sin_port = in_port_t(port).bigEndian
            peer.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            try RawClient.connect(descriptor, &peer)
        case .unix(let path):
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var peer = sockaddr_un()
            peer.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &peer.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            try RawClient.connect(descriptor, &peer)
        }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    private static func connect<Address>(_ descriptor: Int32, _ peer: inout Address) throws {
        let status = withUnsafePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard status == 0 else { throw Failure(what: "connect: \(errno)") }
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    /// Sends all it can; a server that hung up is no error here.
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

    /// Says that nothing more will be sent.
    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next answer, its chunks joined.
    func answer(toHEAD: Bool = false) throws -> Answer {
        let head = try take(through: "\r\n\r\n")
        let lines = head.split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            fields[line[..<colon].lowercased()] = String(
                line[colon...].dropFirst().drop { $0 == " " })
        }
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        var body = ""
        if toHEAD || status < 200 || status == 204 || status == 304 {
        } else if let length = fields["content-length"].flatMap({ Int($0) }) {
            body = try take(length)
        } else if fields["transfer-encoding"] == "chunked" {
            while let size = Int(try take(through: "\r\n").dropLast(1), radix: 16), size > 0 {
                body += try take(size)
                _ = try take(2)
            }
            _ = try take(2)
        } else {
            body = try rest()
        }
        return Answer(status: status, fields: fields, body: body)
    }

    /// Everything until the server closes.
    func rest() throws -> String {
        while try fill() {}
        defer { buffer = [] }
        return String(decoding: buffer, as: UTF8.self)
    }

    func take(_ count: Int) throws -> String {
        while buffer.count < count {
            guard try fill() else { throw Failure(what: "the server closed too early") }
        }
        defer { buffer.removeFirst(count) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    private func take(through mark: String) throws -> String {
        while true {
            if let range = buffer.firstRange(of: Array(mark.utf8)) {
                defer { buffer.removeFirst(range.upperBound) }
                return String(decoding: buffer[..<range.upperBound], as: UTF8.self)
            }
            guard try fill() else { throw Failure(what: "the server closed without an answer") }
        }
    }

    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0 && errno == ECONNRESET { return false }
        guard count >= 0 else { throw Failure(what: "receive: \(errno)") }
        buffer += piece[..<count]
        return count > 0
    }
}

/// Runs a blocking script on a thread of its own, so that it can't starve the pool of the server under test.
func onThread<Value: Sendable>(
    _ script: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try script() }) }.start()
    }
}
