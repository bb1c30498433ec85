import Foundation
import HTTP
import HTTPClient
import ScriptedServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPClientErrorTests {
    let client = HTTPClient()

    private func error(of request: ClientRequest) async -> HTTPClientError? {
        do {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "", "/path", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://a/",
        "http://",
        "http://user:secret@127.0.0.1/", "http://a b/", "http://127.0.0.1:99999/",
        "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/\0", "http://[::1/", "javascript:1",
        "http://127.0.0.1/\u{7F}",
    ])
    func `what is no web address is refused`(url: String) async {
        #expect(await error(of: ClientRequest(.get, url)) == .invalidURL)
    }

    @Test(arguments: [
        ("GET", "X-Name", "a\r\nX-Other: b"), ("GET", "X-Name", "a\nb"), ("GET", "X-Name", "a\0b"),
        ("GET", "X Name", "a"), ("GET", "", "a"), ("GET", "X:Name", "a"), ("GE T", "X-Name", "a"),
        ("", "X-Name", "a"), ("GET\r\n", "X-Name", "a"), ("POST", "Content-Length", "3"),
        ("POST", "Transfer-Encoding", "chunked"),
    ])
    func `what would break the message is refused`(
        method: String, name: String, value: String
    ) async {
        let request = ClientRequest(
            Method(method), "http://127.0.0.1/", fields: [Fields.Name(name): value])
        #expect(await error(of: request) == .invalidRequest)
    }

    @Test func `nobody listening is a refused connection`() async throws {
        let server = try ScriptedServer { _, _ in }
        server.stop()
        #expect(await error(of: ClientRequest(.get, server.url)) == .connection(.refused))
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
    ])
    func `hanging up before the end is an interrupted connection`(answer: String) async throws {
        let server = try ScriptedServer { _, peer in
            peer.send(answer)
            peer.hangUp()
        }
        #expect(await error(of: ClientRequest(.get, server.url)) == .connection(.interrupted))
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "<html>\r\n\r\n</html>", "\u{0}\u{1}\u{2}\r\n\r\n",
    ])
    func `another protocol is a malformed answer`(answer: String) async throws {
        let server = try ScriptedServer { _, peer in
            peer.send(answer)
            peer.hangUp()
        }
        #expect(await error(of: ClientRequest(.get, server.url)) == .malformedResponse)
    }

    @Test func `endless fields are a malformed answer`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\n")
            while peer.send("X-Filler: \(String(repeating: "x", count: 1000))\r\n") {}
        }
        #expect(await error(of: ClientRequest(.get, server.url)) == .malformedResponse)
    }

    @Test func `speaking TLS to a plain server is a failed handshake`() async throws {
        let server = try ScriptedServer(greeting: "HTTP/1.1 400 Bad Request\r\n\r\n") { _, _ in }
        let url = "https://127.0.0.1:\(server.port)/"
        #expect(await error(of: ClientRequest(.get, url)) == .connection(.tls))
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
    func `a stalled answer times out`(start: String) async throws {
        let server = try ScriptedServer { _, peer in
            peer.send(start)
            peer.waitForHangUp()
        }
        var request = ClientRequest(.get, server.url)
        request.timeout = .milliseconds(80)
        #expect(await error(of: request) == .timedOut)
    }

    @Test(arguments: [
        "Content-Length: 1000001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n", "\r\n",
    ])
    func `an answer over the cap is broken off`(framing: String) async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\n\(framing)")
            let chunk = String(repeating: "x", count: 0x1000)
            while peer.send(framing.hasPrefix("T") ? "1000\r\n\(chunk)\r\n" : chunk) {}
        }
        var request = ClientRequest(.get, server.url)
        request.maximumResponseBytes = 1_000_000
        #expect(await error(of: request) == .tooLarge(limit: 1_000_000))
    }

    @Test func `an answer of just the cap is taken, and a HEAD of any length`() async throws {
        let server = try ScriptedServer { request, peer in
            request.method == "HEAD"
                ? peer.answer(fields: [("X-Kind", "head")])
                : peer.answer(body: [UInt8](repeating: 7, count: 1000))
        }
        var request = ClientRequest(.get, server.url)
        request.maximumResponseBytes = 1000
        #expect(try await client.send(request).body.count == 1000)
    }

    @Test func `a circle of redirects ends`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.answer(302, fields: [("Location", "/again")])
        }
        var request = ClientRequest(.get, server.url)
        request.maximumRedirects = 3
        #expect(await error(of: request) == .tooManyRedirects)
        #expect(server.requests.count == 4)
    }

    @Test func `a redirect to another protocol is not followed`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.answer(302, fields: [("Location", "file:///etc/passwd")])
        }
        var request = ClientRequest(.get, server.url)
        request.maximumRedirects = 3
        #expect(await error(of: request) == .malformedResponse)
    }

    @Test func `cancelling the task ends the transfer at once`() async throws {
        let arrived = Mutex(false)
        let server = try ScriptedServer { _, peer in
            arrived.withLock { $0 = true }
            peer.waitForHangUp()
        }
        let task = Task { await error(of: ClientRequest(.get, server.url)) }
        while !arrived.withLock({ $0 }) { await Task.yield() }
        let start = ContinuousClock.now
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(2))
        while !server.hasNoConnections { await Task.yield() }
    }

    @Test func `a task that is cancelled already sends nothing`() async throws {
        let server = try ScriptedServer { _, peer in peer.waitForHangUp() }
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await error(of: ClientRequest(.get, server.url))
        }
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(server.requests.isEmpty)
    }

    @Test func `only a passing fault is transient`() {
        let lasting: [HTTPClientError] = [
            .invalidURL, .invalidRequest, .refusedAddress, .malformedResponse, .tooLarge(limit: 1),
            .tooManyRedirects, .cancelled,
        ]
        #expect(lasting.allSatisfy { !$0.isTransient })
        let passing: [HTTPClientError] = [.connection(.refused), .timedOut, .outOfResources]
        #expect(passing.allSatisfy { $0.isTransient })
    }
}
