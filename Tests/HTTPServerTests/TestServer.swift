import Foundation
import HTTP
import HTTPServer
import Synchronization

/// A counter that a test can wait on: the way to know that the server got somewhere, without sleeping.
actor Gate {
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    func pass() async {
        if isOpen { return }
        await withCheckedContinuation { waiters.append($0) }
    }
}

/// Keeps every record that the server reports.
final class Recorder: ServerObserver {
    let records = Mutex<[RequestRecord]>([])
    let refused = Atomic<Int>(0)

    func requestFinished(_ record: RequestRecord) {
        records.withLock { $0.append(record) }
    }

    func connectionRefused() {
        refused.add(1, ordering: .relaxed)
    }
}

/// Runs a server on a free port while `body` talks to it.
func withServer(
    _ handler: @escaping Handler,
    configure: (inout Server.Configuration) -> Void = { _ in },
    _ body: (Server, ListenAddress) async throws -> Void
) async throws {
    var configuration = Server.Configuration()
    configuration.addresses = [.tcp(host: "127.0.0.1", port: 0)]
    configuration.usesSocketActivation = false
    configuration.errorResponse = { failure in
        .json(
            JSONWriter.object { json in
                json.field("status", failure.status.code)
                json.field("target", failure.target)
            }, status: failure.status)
    }
    configure(&configuration)
    let server = Server(configuration, handler: handler)
    let addresses = try await server.start()
    do {
        try await body(server, addresses[0])
    } catch {
        await server.stop(grace: .zero)
        throw error
    }
    await server.stop(grace: .zero)
}

/// What most tests talk to.
let echo: Handler = { request in
    switch request.path {
    case "/hello": return .text("hello")
    case "/echo":
        let body = try await request.body.collect(upTo: 64 * 1024 * 1024)
        return .bytes(body, type: "text/plain")
    case "/refuse": return .text("no", status: .contentTooLarge)
    case "/stream":
        return .stream(type: "text/plain") { writer in
            for number in 1...3 { try await writer.write("piece \(number)\n") }
        }
    case "/cut":
        return .stream(type: "text/plain") { writer in
            try await writer.write("half")
            throw BodyError.malformed
        }
    case "/throw": throw Timeout()
    case "/split":
        return Response(.ok, fields: ["X-A": "b\r\nX-Evil: 1"], body: .bytes([]))
    default: return .text(request.path, status: .notFound)
    }
}

struct Timeout: Error {}
