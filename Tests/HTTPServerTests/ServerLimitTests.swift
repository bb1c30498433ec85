import Foundation
import HTTP
import HTTPServer
import Synchronization
import Testing

@Suite struct ServerLimitTests {
    private func hurry(_ configuration: inout Server.Configuration) {
        configuration.deadlines.head = .milliseconds(150)
        configuration.deadlines.idle = .milliseconds(150)
        configuration.deadlines.grace = .milliseconds(150)
        configuration.deadlines.linger = .milliseconds(150)
    }

    @Test func `a head that dawdles is told so and cut`() async throws {
        try await withServer(echo, configure: hurry) { _, address in
            try await onThread {
                let client = try RawClient(address)
                client.send("GET /hello HTTP/1.1\r\nHo")
                #expect(try client.answer().status == 408)
                #expect(try client.rest() == "")
            }
        }
    }

    @Test func `silent and idle connections are closed without a word`() async throws {
        try await withServer(echo, configure: hurry) { _, address in
            try await onThread {
                #expect(try RawClient(address).rest() == "")
                let client = try RawClient(address)
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.answer().body == "hello")
                #expect(try client.rest() == "")
            }
        }
    }

    @Test func `a body that dawdles ends with 408`() async throws {
        try await withServer(echo, configure: hurry) { _, address in
            try await onThread {
                let client = try RawClient(address)
                client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx")
                #expect(try client.answer().status == 408)
                #expect(try client.rest() == "")
            }
        }
    }

    @Test func `a slow handler is not the client's fault`() async throws {
        let handler: Handler = { request in
            try await Task.sleep(for: .milliseconds(800))
            return .bytes(try await request.body.collect(upTo: 4 << 20), type: "text/plain")
        }
        let quick = { (configuration: inout Server.Configuration) in
            configuration.deadlines.grace = .milliseconds(500)
            configuration.bodyBufferBytes = 16 * 1024
        }
        try await withServer(handler, configure: quick) { _, address in
            try await onThread {
                let client = try RawClient(address)
                let text = String(repeating: "x", count: 3 << 20)
                client.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(text.utf8.count)\r\n\r\n")
                client.send(text)
                #expect(try client.answer().body.utf8.count == text.utf8.count)
            }
        }
    }

    @Test func `a client that does not take its answer is cut`() async throws {
        let gone = Gate()
        let handler: Handler = { _ in
            .stream(type: "text/plain") { writer in
                do {
                    while true { try await writer.write([UInt8](repeating: 65, count: 65536)) }
                } catch {
                    await gone.open()
                    throw error
                }
            }
        }
        try await withServer(handler, configure: hurry) { server, address in
            let client = try await onThread {
                let client = try RawClient(address, receiveBuffer: 4096)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return Unchecked(client)
            }
            await gone.pass()
            withExtendedLifetime(client) {}
        }
    }

    @Test func `a client that takes a large file too slowly is cut, and others are served`()
        async throws
    {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try Data(count: 50_000_000).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let recorder = Recorder()
        let handler: Handler = { request in
            guard request.path == "/file" else { return .text("ok") }
            return .file(try OpenFile(path: path), type: "image/jpeg")
        }
        let configure = { (configuration: inout Server.Configuration) in
            hurry(&configuration)
            configuration.observer = recorder
        }
        try await withServer(handler, configure: configure) { server, address in
            let slow = try await onThread {
                let client = try RawClient(address, receiveBuffer: 4096)
                client.send("GET /file HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try client.take(10)
                let other = try RawClient(address)
                other.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(try other.answer().body == "ok")
                return Unchecked(client)
            }
            await self.server(recorder, has: 2)
            #expect(recorder.records.withLock { $0.map(\.isComplete) } == [true, false])
            while server.connectionCount > 0 { await Task.yield() }
            withExtendedLifetime(slow) {}
        }
    }

    @Test func `a stop lets idle connections ask once more`() async throws {
        let other = Gate()
        let go = Gate()
        let handler: Handler = { request in
            if request.path == "/other" {
                await other.open()
                await go.pass()
            }
            return .text("ok")
        }
        try await withServer(handler) { server, address in
            async let held = onThread {
                let client = try RawClient(address)
                client.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n")
                return try client.answer().body
            }
            let client = try await onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.answer().fields["connection"] == nil)
                return Unchecked(client)
            }
            await other.pass()
            async let stopped: Void = server.stop()
            while server.isAccepting { await Task.yield() }
            try await onThread {
                client.value.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.value.answer()
                #expect(answer.fields["connection"] == "close")
                let rest = try client.value.rest()
                #expect(rest == "")
            }
            await go.open()
            let body = try await held
            #expect(body == "ok")
            await stopped
        }
    }

    @Test func `a body waits in the socket while its reader lags`() async throws {
        let go = Gate()
        let handler: Handler = { request in
            await go.pass()
            var largest = 0
            for try await chunk in request.body { largest = max(largest, chunk.count) }
            return .text("\(largest)")
        }
        let small = { (configuration: inout Server.Configuration) in
            configuration.bodyBufferBytes = 32 * 1024
        }
        try await withServer(handler, configure: small) { _, address in
            async let size = onThread {
                let client = try RawClient(address)
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n")
                client.send([UInt8](repeating: 65, count: 32 << 20))
                return Int(try client.answer().body) ?? 0
            }
            await go.open()
            let result = try await size
            #expect(result <= 256 * 1024)
        }
    }

    @Test func `connections over the cap are turned away and others served`() async throws {
        let recorder = Recorder()
        let capped = { (configuration: inout Server.Configuration) in
            configuration.maximumConnectionsPerAddress = 2
            configuration.isExemptFromAddressCap = { _ in false }
            configuration.observer = recorder
        }
        try await withServer(echo, configure: capped) { _, address in
            try await onThread {
                let clients = [try RawClient(address), try RawClient(address)]
                for client in clients {
                    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try client.answer().status == 200)
                }
                let third = try RawClient(address)
                // A request that nobody reads must not make the system drop the answer.
                third.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try third.answer()
                #expect(answer.status == 503)
                #expect(answer.fields["retry-after"] == "5")
                #expect(answer.fields["x-request-id"] != nil && answer.fields["date"] != nil)
                #expect(answer.body == "{\"status\":503,\"target\":null}")
                #expect(try third.rest() == "")
                #expect(recorder.refused.load(ordering: .relaxed) == 1)
                withExtendedLifetime(clients) {}
            }
        }
    }

    @Test func `addresses that many share are spared by the cap for one`() async throws {
        let capped = { (configuration: inout Server.Configuration) in
            configuration.maximumConnectionsPerAddress = 1
            configuration.isExemptFromAddressCap = { $0 == "127.0.0.1" }
        }
        try await withServer(echo, configure: capped) { _, address in
            try await onThread {
                for client in [try RawClient(address), try RawClient(address)] {
                    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try client.answer().status == 200)
                }
            }
        }
    }

    @Test func `of those over the cap only so many are told`() async throws {
        let capped = { (configuration: inout Server.Configuration) in
            configuration.maximumConnections = 0
            configuration.maximumTurnedAway = 2
        }
        try await withServer(echo, configure: capped) { _, address in
            try await onThread {
                let told = [try RawClient(address), try RawClient(address)]
                for client in told { #expect(try client.answer().status == 503) }
                #expect(try RawClient(address).rest() == "")
                withExtendedLifetime(told) {}
            }
        }
    }

    @Test func `bodies over the memory for all are refused, and the memory comes back`()
        async throws
    {
        let arrived = Gate()
        let go = Gate()
        let handler: Handler = { request in
            if request.path == "/slow" {
                await arrived.open()
                await go.pass()
            }
            return .bytes(try await request.body.collect(upTo: 1 << 20), type: "text/plain")
        }
        let small = { (configuration: inout Server.Configuration) in
            configuration.maximumBodyMemory = 1000
        }
        try await withServer(handler, configure: small) { _, address in
            async let slow = onThread {
                let client = try RawClient(address)
                client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
                client.send([UInt8](repeating: 65, count: 1000))
                return try client.answer()
            }
            await arrived.pass()
            try await onThread {
                let other = try RawClient(address)
                other.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try other.answer().status == 200)
                other.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                let answer = try other.answer()
                #expect(answer.status == 503)
                #expect(answer.fields["retry-after"] == "5")
            }
            await go.open()
            #expect(try await slow.body.utf8.count == 1000)
            try await onThread {
                let client = try RawClient(address)
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                #expect(try client.answer().body == "x")
                let greedy = try RawClient(address)
                greedy.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n")
                greedy.send([UInt8](repeating: 65, count: 8000))
                #expect(try greedy.answer().status == 503)
            }
        }
    }

    @Test func `a client that half-closes is answered all it asked`() async throws {
        let handler: Handler = { request in
            await Task.yield()
            return .text(request.path)
        }
        try await withServer(handler) { _, address in
            try await onThread {
                let client = try RawClient(address)
                client.send(
                    ["/1", "/2", "/3"].map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
                        + "GET /4 HT")
                client.finishSending()
                for path in ["/1", "/2", "/3"] { #expect(try client.answer().body == path) }
                #expect(try client.rest() == "")
            }
        }
    }

    @Test func `what is under way is finished before the server stops`() async throws {
        let arrived = Gate()
        let go = Gate()
        let handler: Handler = { _ in
            await arrived.open()
            await go.pass()
            return .text("finished")
        }
        try await withServer(handler) { server, address in
            async let answer = onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.answer()
                #expect(try client.rest() == "")
                return answer
            }
            async let idle = onThread { try RawClient(address).rest() }
            await arrived.pass()
            async let stopped: Void = server.stop()
            let result = try await idle
            #expect(result == "")
            await go.open()
            #expect(try await answer.body == "finished")
            #expect(try await answer.fields["connection"] == "close")
            await stopped
            #expect(server.connectionCount == 0)
            await #expect(throws: RawClient.Failure.self) {
                try await onThread { _ = try RawClient(address) }
            }
        }
    }

    @Test func `event streams do not hold up a stop, and run returns`() async throws {
        let (events, source) = AsyncStream.makeStream(of: Int.self)
        source.yield(7)
        let handler: Handler = { _ in
            .events { writer in
                for await number in events {
                    try await writer.write(ServerSentEvent(data: "\(number)").encoded)
                }
            }
        }
        try await withServer(handler) { server, address in
            async let ended: Void = server.run()
            let client = try await onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                var text = ""
                while !text.hasSuffix("data: 7") { text += try client.take(1) }
                return Unchecked(client)
            }
            await server.stop()
            let rest = try await onThread { try client.value.rest() }
            #expect(rest == "\n\n\r\n0\r\n\r\n")
            await ended
        }
    }

    @Test(arguments: [true, false])
    func `an event stream ends with its client, whenever that goes`(isEarly: Bool) async throws {
        let hub = EventHub()
        let ended = Gate()
        let handler: Handler = { request in
            var response = hub.response(to: request)
            guard case .stream(let length, let produce) = response.body else { return response }
            response.body = .stream(length: length) { writer in
                try await produce(writer)
                await ended.open()
            }
            return response
        }
        try await withServer(handler) { _, address in
            try await onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                if !isEarly { _ = try client.take(40) }
                client.finishSending()
                #expect(try client.rest().hasSuffix("\r\n0\r\n\r\n"))
            }
            await ended.pass()
        }
        #expect(hub.listenerCount == 0)
    }

    @Test func `an event stream that begins after the stop does not hold it up`() async throws {
        let hub = EventHub()
        let arrived = Gate()
        let go = Gate()
        let handler: Handler = { request in
            await arrived.open()
            await go.pass()
            return hub.response(to: request)
        }
        try await withServer(handler) { server, address in
            async let text = onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return try client.rest()
            }
            await arrived.pass()
            async let stopped: Void = server.stop()
            while server.isAccepting { await Task.yield() }
            await go.open()
            await stopped
            let result = try await text
            #expect(result.hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test func `a handler that does not end is cut after the grace`() async throws {
        let arrived = Gate()
        let go = Gate()
        let handler: Handler = { _ in
            await arrived.open()
            await go.pass()
            return .text("late")
        }
        try await withServer(handler) { server, address in
            async let text = onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return try client.rest()
            }
            await arrived.pass()
            await server.stop(grace: .milliseconds(100))
            let result = try await text
            #expect(result == "")
            await go.open()
        }
    }

    @Test func `every request is reported with its route, bytes and time`() async throws {
        let recorder = Recorder()
        let router = Router([
            Route(.post, "/things/{id}/") { request in
                .bytes(try await request.body.collect(upTo: 100), type: "text/plain")
            }
        ])
        try await withServer(
            { try await router.handle($0) }, configure: { $0.observer = recorder }
        ) { _, address in
            try await onThread {
                let client = try RawClient(address)
                client.send(
                    "POST /things/5 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nUser-Agent: t\r\n\r\nabc"
                )
                #expect(try client.answer().body == "abc")
            }
            await server(recorder, has: 1)
            let record = try #require(recorder.records.withLock { $0.first })
            #expect(record.route == "/things/{id}/")
            #expect(record.method == .post)
            #expect(record.target == "/things/5")
            #expect(record.status == .ok)
            #expect(record.bytesReceived == 3)
            #expect(record.bytesSent == 3)
            #expect(record.userAgent == "t")
            #expect(record.remoteAddress == "127.0.0.1")
            #expect(record.isComplete)
        }
    }

    private func server(_ recorder: Recorder, has count: Int) async {
        while recorder.records.withLock({ $0.count }) < count { await Task.yield() }
    }
}

/// Lets a client be handed from its thread to the test, which only keeps it alive.
// Proof of Sendable: nobody uses the value until the handing over is done.
struct Unchecked<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
