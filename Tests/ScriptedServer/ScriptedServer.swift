import Foundation
import Glibc
import HTTP
import Synchronization

/// A server for tests that does what a real one should not: it stalls, hangs up in mid-answer and writes nonsense.
///
/// It listens on loopback or on a local socket; each connection has a thread and each request goes to the script, which
/// answers through the peer it is given.
package final class ScriptedServer: Sendable {
    package typealias Script = @Sendable (ScriptedRequest, ScriptedPeer) -> Void

    package let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var connections: Set<Int32> = []
        var requests: [ScriptedRequest] = []
        var accepted = 0
        var isStopped = false
    }

    /// `greeting` is written at once, before a request has come.
    package init(
        unixPath: String? = nil, greeting: String = "", _ script: @escaping Script
    ) throws {
        (listener, port) =
            try unixPath.map { (try ScriptedServer.listen(path: $0), 0) }
            ?? ScriptedServer.listenOnLoopback()
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                guard let number = self?.register(descriptor) else {
                    close(descriptor)
                    break
                }
                Thread.detachNewThread { [weak self] in
                    ScriptedPeer(descriptor: descriptor).send(greeting)
                    ScriptedServer.serve(descriptor, number, script) { self?.record($0) }
                    self?.unregister(descriptor)
                    close(descriptor)
                }
            }
            close(listener)
        }
    }

    deinit {
        stop()
    }

    package var url: String { "http://127.0.0.1:\(port)" }
    /// Everything asked so far.
    package var requests: [ScriptedRequest] { state.withLock { $0.requests } }
    package var connectionCount: Int { state.withLock { $0.accepted } }

    /// True when every client has hung up.
    package var hasNoConnections: Bool { state.withLock { $0.connections.isEmpty } }

    /// Hangs up on everybody and takes no more connections.
    package func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func register(_ descriptor: Int32) -> Int? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            state.connections.insert(descriptor)
            state.accepted += 1
            return state.accepted
        }
    }

    private func unregister(_ descriptor: Int32) {
        _ = state.withLock { $0.connections.remove(descriptor) }
    }

    private func record(_ request: ScriptedRequest) {
        state.withLock { $0.requests.append(request) }
    }

    private static func serve(
        _ descriptor: Int32, _ number: Int, _ script: Script,
        record: (ScriptedRequest) -> Void
    ) {
        let peer = ScriptedPeer(descriptor: descriptor)
        while let request = peer.nextRequest(connection: number) {
            record(request)
            script(request, peer)
        }
    }

    private static func listenOnLoopback() throws -> (Int32, Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && Glibc.listen(descriptor, 128) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard status else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, Int(address.sin_port.byteSwapped))
    }

    private static func listen(path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                    && Glibc.listen(descriptor, 16) == 0
            }
        }
        guard status else { throw POSIXError(.EADDRNOTAVAIL) }
        return descriptor
    }
}

/// A request as the scripted server read it.
package struct ScriptedRequest: Sendable {
    package let method: String
    package let target: String
    package let fields: Fields
    package let body: [UInt8]
    /// Counts connections from one.
    package let connection: Int
    package let arrival: ContinuousClock.Instant
}
