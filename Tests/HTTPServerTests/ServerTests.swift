import HTTP
import HTTPServer
import Testing

@Suite struct ServerTests {
    private func talk(
        _ handler: @escaping Handler = echo,
        configure: (inout Server.Configuration) -> Void = { _ in },
        _ script: @escaping @Sendable (RawClient) throws -> Void
    ) async throws {
        try await withServer(handler, configure: configure) { _, address in
            try await onThread { try script(try RawClient(address)) }
        }
    }

    @Test func `a connection serves many requests`() async throws {
        try await talk { client in
            for _ in 0..<3 {
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-ID: my.id-1\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.status == 200)
                #expect(answer.body == "hello")
                #expect(answer.fields["x-request-id"] == "my.id-1")
                #expect(answer.fields["connection"] == nil)
                #expect(answer.fields["date"]?.hasSuffix("GMT") == true)
            }
        }
    }

    @Test func `pipelined requests are answered in order`() async throws {
        try await talk { client in
            client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
                    + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\ntw\r\n1\r\no\r\n0\r\nX: y\r\n\r\n"
                    + "GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try client.answer().body == "one")
            #expect(try client.answer().body == "hello")
            #expect(try client.answer().body == "two")
            let last = try client.answer()
            #expect(last.body == "piece 1\npiece 2\npiece 3\n")
            #expect(last.fields["connection"] == "close")
            #expect(try client.rest() == "")
        }
    }

    @Test func `a flood of pipelined requests is answered to the last`() async throws {
        try await talk { client in
            let request =
                "GET /hello HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 500))\r\n\r\n"
            client.send(String(repeating: request, count: 500))
            for _ in 0..<500 {
                let body = try client.answer().body
                #expect(body == "hello")
            }
        }
    }

    @Test func `bytes may come one by one`() async throws {
        try await talk { client in
            for byte
                in "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
                .utf8
            {
                client.send([byte])
            }
            let body = try client.answer().body
            #expect(body == "hi")
        }
    }

    @Test func `HEAD answers with the length and no body`() async throws {
        try await talk { client in
            client.send(
                "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.answer(toHEAD: true)
            #expect(answer.fields["content-length"] == "5")
            #expect(try client.answer().body == "hello")
        }
    }

    @Test(arguments: ["HEAD", "GET", "OPTIONS", "DELETE"])
    func `a body nobody expects is taken out of the way`(method: String) async throws {
        try await talk { client in
            for framing in [
                "Content-Length: 5\r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
            ] {
                client.send("\(method) /hello HTTP/1.1\r\nHost: a\r\n\(framing)")
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                let first = try client.answer(toHEAD: method == "HEAD")
                #expect(first.status == 200)
                let second = try client.answer()
                #expect(second.body == "hello")
            }
        }
    }

    @Test(arguments: [
        // What browsers and scanners send to the wrong port.
        Array("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0".utf8),
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
        [0, 1, 2, 3], Array("\r\r\r\r\r\r\r\n\r\n".utf8),
    ])
    func `another protocol is refused at once`(bytes: [UInt8]) async throws {
        try await talk { client in
            client.send(bytes)
            let answer = try client.answer()
            #expect(answer.status == 400 || answer.status == 505)
            #expect(answer.fields["connection"] == "close")
            #expect(try client.rest() == "")
        }
    }

    @Test func `an offer to change the protocol is not taken`() async throws {
        try await talk { client in
            for offer in ["h2c\r\nHTTP2-Settings: AAMAAABkAAQ", "websocket"] {
                client.send(
                    "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: \(offer)\r\n\r\n"
                )
                let answer = try client.answer()
                #expect(answer.status == 200 && answer.fields["upgrade"] == nil)
            }
        }
    }

    @Test func `a head of 100 KB is refused at its limit, not at its end`() async throws {
        try await talk { client in
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\nX: ")
            client.send([UInt8](repeating: 65, count: 17_000))
            let answer = try client.answer()
            #expect(answer.status == 431)
            client.send([UInt8](repeating: 65, count: 83_000))
            let rest = try client.rest()
            #expect(rest == "")
        }
    }

    @Test func `HTTP 1.0 closes unless asked to stay, and gets streams without chunks`()
        async throws
    {
        try await talk { client in
            client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try client.answer().fields["connection"] == "keep-alive")
            client.send("GET /stream HTTP/1.0\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.fields["transfer-encoding"] == nil)
            #expect(answer.body == "piece 1\npiece 2\npiece 3\n")
        }
    }

    @Test func `the word to go on is said only when the handler reads`() async throws {
        try await talk { client in
            let head = "HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            client.send("POST /echo \(head)")
            #expect(try client.answer().status == 100)
            client.send("hello")
            #expect(try client.answer().body == "hello")
            client.send("POST /refuse \(head)")
            let answer = try client.answer()
            #expect(answer.status == 413)
            #expect(answer.fields["connection"] == "close")
            #expect(try client.rest() == "")
        }
    }

    @Test func `a huge upload is refused before it was sent`() async throws {
        try await talk { client in
            client.send("POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
            client.send([UInt8](repeating: 65, count: 8 << 20))
            let answer = try client.answer()
            #expect(answer.status == 413)
            #expect(answer.body == "no")
        }
    }

    @Test func `a short body nobody read does not end the connection`() async throws {
        try await talk { client in
            client.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
            let body = try client.answer().body
            #expect(body == "hello")
            client.send("56789GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().body == "hello")
        }
    }

    @Test func `a large body comes back whole`() async throws {
        try await talk { client in
            let text = String(repeating: "0123456789", count: 300_000)
            client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(text.utf8.count)\r\n\r\n")
            client.send(text)
            let body = try client.answer().body
            #expect(body == text)
        }
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 400, "/"), ("G E T\r\n\r\n", 400, "E"),
            ("\u{16}\u{3}\u{1}", 400, nil),
            ("GET /x HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400, "/x"),
            ("GET /x HTTP/3.0\r\nHost: a\r\n\r\n", 505, "/x"),
            ("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "/x"),
            (
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
                "/echo"
            ),
            (
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX",
                400, "/echo"
            ),
        ] as [(String, Int, String?)])
    func `a refusal has the family's shape and closes`(
        text: String, status: Int, target: String?
    ) async throws {
        try await talk { client in
            client.send(text + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == status)
            let shown = target.map { "\"\($0)\"" } ?? "null"
            #expect(answer.body == "{\"status\":\(status),\"target\":\(shown)}")
            #expect(answer.fields["connection"] == "close")
            #expect(answer.fields["x-request-id"] != nil)
            #expect(try client.rest() == "")
        }
    }

    @Test func `a handler's error says nothing of the inside`() async throws {
        try await talk { client in
            client.send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == 500)
            #expect(answer.body == "{\"status\":500,\"target\":\"/throw\"}")
            client.send("GET /split HTTP/1.1\r\nHost: a\r\n\r\n")
            let split = try client.answer()
            #expect(split.fields["x-evil"] == nil)
            #expect(split.fields["x-a"] == "b  X-Evil: 1")
        }
    }

    @Test func `a stream that fails is cut without its last chunk`() async throws {
        try await talk { client in
            client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n")
            let text = try client.rest()
            #expect(text.hasSuffix("4\r\nhalf\r\n"))
        }
    }

    @Test func `a client that stops sending still gets its answer`() async throws {
        try await talk { client in
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            client.finishSending()
            let body = try client.answer().body
            #expect(body == "hello")
            #expect(try client.rest() == "")
        }
    }

    @Test func `a handler hears that its client hung up`() async throws {
        let heard = Gate()
        let handler: Handler = { request in
            do throws(BodyError) {
                _ = try await request.body.collect(upTo: 100)
            } catch {
                if error == .disconnected { await heard.open() }
            }
            return Response(.ok)
        }
        try await withServer(handler) { _, address in
            try await onThread {
                try RawClient(address).send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhal")
            }
            await heard.pass()
        }
    }

    @Test func `a handler may go elsewhere and come back`() async throws {
        let handler: Handler = { request in
            let doubled = await elsewhere(request.path)
            return .text(doubled)
        }
        try await talk(handler, configure: { $0.loops = 2 }) { client in
            for _ in 0..<50 {
                client.send("GET /ab HTTP/1.1\r\nHost: a\r\n\r\n")
                let body = try client.answer().body
                #expect(body == "/ab/ab")
            }
        }
    }
}

@concurrent private func elsewhere(_ text: String) async -> String {
    await Task.yield()
    return text + text
}
