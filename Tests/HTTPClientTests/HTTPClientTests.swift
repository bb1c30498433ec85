import Foundation
import HTTP
import HTTPClient
import ScriptedServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
    let client = HTTPClient()

    @Test func `an answer comes back with status, fields and body`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.answer(
                201, fields: [("X-Two", "1"), ("X-Empty", ""), ("x-two", " 2 ")], text: "hello")
        }
        let response = try await client.send(ClientRequest(.get, server.url + "/a?b=c"))
        #expect(response.status == .created)
        #expect(response.body == Array("hello".utf8))
        #expect(response.fields.values(of: "X-Two") == ["1", "2"])
        #expect(response.fields["X-Empty"] == "")
        let request = try #require(server.requests.first)
        #expect(request.method == "GET")
        #expect(request.target == "/a?b=c")
        #expect(request.fields[.userAgent] == "tintype")
        #expect(request.fields[.host] == "127.0.0.1:\(server.port)")
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"])
    func `every method is sent as it is named`(method: String) async throws {
        let server = try ScriptedServer { request, peer in
            peer.answer(body: request.method == "HEAD" ? [] : Array("x".utf8))
        }
        let response = try await client.send(ClientRequest(Method(method), server.url))
        #expect(response.status == .ok)
        #expect(server.requests.map(\.method) == [method])
        let length = server.requests[0].fields[.contentLength]
        #expect(length == (["POST", "PUT", "PATCH"].contains(method) ? "0" : nil))
    }

    @Test(arguments: ["POST", "PUT", "DELETE"])
    func `a large body arrives whole, without waiting for a continue`(
        method: String
    ) async throws {
        let server = try ScriptedServer { _, peer in peer.answer() }
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let request = ClientRequest(
            Method(method), server.url, fields: [.contentType: "image/jpeg", "X-Blank": ""],
            body: body)
        _ = try await client.send(request)
        let received = try #require(server.requests.first)
        #expect(received.body == body)
        #expect(received.fields[.contentType] == "image/jpeg")
        #expect(received.fields["X-Blank"] == "")
        #expect(!received.fields.contains(.expect))
    }

    @Test func `connections are used again, and again after the server closed one`() async throws {
        let server = try ScriptedServer { request, peer in
            peer.answer(body: request.body)
            if request.target == "/last" { peer.hangUp() }
        }
        for target in ["/a", "/b", "/last", "/c"] {
            let body = Array(target.utf8)
            let response = try await client.send(
                ClientRequest(.post, server.url + target, body: body))
            #expect(response.body == body)
        }
        #expect(server.requests.map(\.connection) == [1, 1, 1, 2])
    }

    @Test func `requests run at the same time`() async throws {
        let together = Mutex(0)
        let server = try ScriptedServer { _, peer in
            together.withLock { $0 += 1 }
            while together.withLock({ $0 }) < 20 { usleep(1000) }
            peer.answer()
        }
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask { try await client.send(ClientRequest(.get, server.url)) }
            }
            for try await response in group { #expect(response.status == .ok) }
        }
        #expect(server.connectionCount == 20)
    }

    @Test func `a chunked body and its trailers are read`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n")
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            peer.send("2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n")
        }
        let response = try await client.send(ClientRequest(.get, server.url))
        #expect(response.body == Array("abcde".utf8))
        #expect(!response.fields.contains("X-Early"))
    }

    @Test func `a receiver gets the body piece by piece and can end it`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            while peer.send("data: 1\n\n") { usleep(1000) }
        }
        let seen = Mutex<[UInt8]>([])
        await #expect(throws: HTTPClientError.cancelled) {
            var request = ClientRequest(.get, server.url)
            request.timeout = nil
            _ = try await client.send(request) { head, chunk in
                head.status == .ok
                    && seen.withLock { bytes in
                        bytes += chunk
                        return bytes.count < 27
                    }
            }
        }
        #expect(seen.withLock { $0 }.starts(with: "data: 1\n\ndata: 1\n\n".utf8))
    }

    @Test func `a streamed answer leaves no body in the response`() async throws {
        let server = try ScriptedServer { _, peer in peer.answer(text: "streamed") }
        let seen = Mutex<[UInt8]>([])
        let response = try await client.send(ClientRequest(.get, server.url)) { _, chunk in
            seen.withLock { $0 += chunk }
            return true
        }
        #expect(response == ClientResponse(.ok, fields: response.fields))
        #expect(seen.withLock { $0 } == Array("streamed".utf8))
    }

    @Test func `redirects are followed when asked and not otherwise`() async throws {
        let server = try ScriptedServer { request, peer in
            request.target == "/end"
                ? peer.answer(text: "end")
                : peer.answer(302, fields: [("Location", "/end")], text: "moved")
        }
        var request = ClientRequest(.get, server.url + "/start")
        let stayed = try await client.send(request)
        #expect(stayed.status == .found)
        #expect(stayed.body == Array("moved".utf8))
        request.maximumRedirects = 2
        let followed = try await client.send(request)
        #expect(followed.status == .ok)
        #expect(followed.body == Array("end".utf8))
    }

    @Test func `a local socket is spoken to in place of the host`() async throws {
        let path = NSTemporaryDirectory() + "client-\(UUID().uuidString).sock"
        defer { unlink(path) }
        let server = try ScriptedServer(unixPath: path) { _, peer in peer.answer(text: "local") }
        var request = ClientRequest(.get, "http://tintype/healthz")
        request.unixSocketPath = path
        let response = try await client.send(request)
        #expect(response.body == Array("local".utf8))
        #expect(server.requests.map { $0.fields[.host] } == ["tintype"])
        request.unixSocketPath = path + ".none"
        await #expect(throws: HTTPClientError.connection(.refused)) {
            _ = try await client.send(request)
        }
    }

    @Test func `a client that is given up leaves the server's connections`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.answer()
            peer.waitForHangUp()
        }
        do {
            let brief = HTTPClient()
            _ = try await brief.send(ClientRequest(.get, server.url))
        }
        while !server.hasNoConnections { await Task.yield() }
    }
}
