import Foundation
import HTTP
import HTTPClient
import HTTPServer
import ScriptedServer
import Synchronization
import Testing

/// The client against Tintype's own server, and under pressure.
@Suite(.timeLimit(.minutes(1))) struct HTTPClientServerTests {
    let client = HTTPClient()

    private func serve(
        at address: ListenAddress, _ handler: @escaping Handler,
        _ work: (ListenAddress) async throws -> Void
    ) async throws {
        var configuration = Server.Configuration()
        configuration.addresses = [address]
        configuration.usesSocketActivation = false
        let server = Server(configuration, handler: handler)
        let addresses = try await server.start()
        do {
            try await work(try #require(addresses.first))
        } catch {
            await server.stop(grace: .zero)
            throw error
        }
        await server.stop(grace: .zero)
    }

    @Test func `a body goes there and back`() async throws {
        let body = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        try await serve(at: .tcp(host: "127.0.0.1", port: 0)) { request in
            .bytes(try await request.body.collect(upTo: 4 << 20), type: "x/y")
        } _: { address in
            let request = ClientRequest(.post, "http://\(address)/echo", body: body)
            let response = try await client.send(request)
            #expect(response.status == .ok)
            #expect(response.fields[.contentType] == "x/y")
            #expect(response.body == body)
        }
    }

    @Test func `the daemon's socket is reached by its path`() async throws {
        let path = NSTemporaryDirectory() + "client-\(UUID().uuidString).sock"
        try await serve(at: .unix(path: path)) { request in
            .text("\(request.method) \(request.path) \(request.remoteAddress)")
        } _: { _ in
            var request = ClientRequest(.delete, "http://tintype/users/1")
            request.unixSocketPath = path
            let response = try await client.send(request)
            #expect(String(decoding: response.body, as: UTF8.self) == "DELETE /users/1 unix")
        }
    }

    @Test func `events arrive while the answer is still being made`() async throws {
        let seen = Mutex("")
        try await serve(at: .tcp(host: "127.0.0.1", port: 0)) { _ in
            .stream(type: "text/event-stream") { writer in
                for number in 1... {
                    try await writer.write("data: \(number)\n\n")
                    while !seen.withLock({ $0.contains("data: \(number)\n") }) {
                        await Task.yield()
                    }
                    if number == 3 { break }
                }
            }
        } _: { address in
            let response = try await client.send(
                ClientRequest(.get, "http://\(address)/events")
            ) { _, chunk in
                seen.withLock { $0 += String(decoding: chunk, as: UTF8.self) }
                return true
            }
            #expect(response.status == .ok)
        }
        #expect(seen.withLock { $0 } == "data: 1\n\ndata: 2\n\ndata: 3\n\n")
    }

    @Test func `a storm of cancellations leaves the client in order`() async throws {
        let server = try ScriptedServer { request, peer in
            if request.target == "/slow" {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                peer.waitForHangUp()
            } else {
                peer.answer(text: "quick")
            }
        }
        var generator = SystemRandomNumberGenerator()
        await withTaskGroup { group in
            for index in 0..<300 {
                let pauses = Int.random(in: 0..<60, using: &generator)
                group.addTask {
                    let path = index % 3 == 0 ? "/quick" : "/slow"
                    let task = Task { () async -> HTTPClientError? in
                        do throws(HTTPClientError) {
                            _ = try await client.send(ClientRequest(.get, server.url + path))
                            return nil
                        } catch {
                            return error
                        }
                    }
                    for _ in 0..<pauses { await Task.yield() }
                    if path == "/slow" || index.isMultiple(of: 2) { task.cancel() }
                    let error = await task.value
                    #expect(error == .cancelled || error == nil && path == "/quick")
                }
            }
        }
        let response = try await client.send(ClientRequest(.get, server.url))
        #expect(response.body == Array("quick".utf8))
    }
}
