import HTTP
import HTTPClient
import ScriptedServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct GuardedFetcherTests {
    private func failure(
        _ fetcher: GuardedFetcher, _ url: String, _ rules: FetchRules
    ) async -> FetchError? {
        do throws(FetchError) {
            _ = try await fetcher.fetch(url, rules)
            return nil
        } catch {
            return error
        }
    }

    /// Rules under which a server of this test may be asked.
    private func rules(_ servers: ScriptedServer..., named host: String = "127.0.0.1") -> FetchRules
    {
        FetchRules(exemptHosts: Set(servers.map { "\(host):\($0.port)" }), timeout: .seconds(20))
    }

    @Test func `no hostile URL leads to a connection`() async throws {
        let trap = try ScriptedServer { _, peer in peer.answer(text: "caught") }
        let log = SendLog()
        let fetcher = log.fetcher(HostileURLs.lookup)
        let urls = try HostileURLs.all(port: trap.port)
        #expect(urls.count >= 200)
        let rules = FetchRules(ports: [80, 443, trap.port])
        for url in urls {
            let error = await failure(fetcher, url, rules)
            #expect([.blockedAddress, .badURL, .dns].contains(error), "\(url): \(error as Any)")
        }
        #expect(log.requests.isEmpty)
        #expect(trap.connectionCount == 0)
    }

    @Test func `no redirect to a hostile URL is followed`() async throws {
        let trap = try ScriptedServer { _, peer in peer.answer(text: "caught") }
        let urls = try HostileURLs.all(port: trap.port)
        let server = try ScriptedServer { request, peer in
            let place = Int(request.target.dropFirst()) ?? -1
            guard urls.indices.contains(place) else { return peer.answer(404) }
            peer.answer(302, fields: [("Location", urls[place])])
        }
        let log = SendLog()
        let fetcher = log.fetcher(HostileURLs.lookup)
        var rules = rules(server)
        rules.ports.insert(trap.port)
        for place in urls.indices {
            let error = await failure(fetcher, "\(server.url)/\(place)", rules)
            // What a browser reads as a path on the same server is one here too, and is not there.
            #expect(
                [.blockedAddress, .badURL, .dns, .status(404), .tooManyRedirects].contains(error),
                "\(urls[place]): \(error as Any)")
        }
        #expect(log.requests.allSatisfy { $0.url.hasPrefix(server.url + "/") })
        #expect(trap.connectionCount == 0)
    }

    @Test func `a name is looked up once and the connection goes to what was found`() async throws {
        let server = try ScriptedServer { _, peer in peer.answer(text: "picture") }
        let asked = Mutex<[String]>([])
        let fetcher = GuardedFetcher(
            lookup: NameLookup { host in
                asked.withLock { $0.append(host) }
                return IPAddress("127.0.0.1").map { [$0] } ?? []
            })
        let bytes = try await fetcher.fetch(
            "http://Pictures.Test.:\(server.port)/a?b", rules(server, named: "pictures.test"))
        #expect(bytes == Array("picture".utf8))
        #expect(asked.withLock { $0 } == ["pictures.test"])
        #expect(server.requests.map(\.target) == ["/a?b"])
    }

    @Test func `a connection cannot be led elsewhere than where it was told to go`() async throws {
        let server = try ScriptedServer { _, peer in peer.answer(text: "x") }
        var request = ClientRequest(.get, "http://name.invalid:\(server.port)/")
        request.connectTo = IPAddress("127.0.0.1")
        #expect(try await HTTPClient().send(request).status == .ok)
        #expect(server.requests.first?.fields[.host] == "name.invalid:\(server.port)")
        request.connectTo = IPAddress("127.0.0.2")
        await #expect(throws: HTTPClientError.connection(.refused)) {
            _ = try await HTTPClient().send(request)
        }
    }

    @Test func `the next address is tried when one does not take the connection`() async throws {
        let server = try ScriptedServer { _, peer in peer.answer(text: "x") }
        let fetcher = GuardedFetcher(
            lookup: NameLookup { _ in
                ["127.0.0.2", "::1", "127.0.0.1"].compactMap { IPAddress($0) }
            })
        let bytes = try await fetcher.fetch(
            "http://two.test:\(server.port)/", rules(server, named: "two.test"))
        #expect(bytes == Array("x".utf8))
    }

    @Test func `three redirects are followed and a fourth is not`() async throws {
        let server = try ScriptedServer { request, peer in
            let left = Int(request.target.dropFirst()) ?? 0
            guard left > 0 else { return peer.answer(text: "end") }
            peer.answer(
                [301, 302, 303, 307, 308][left], fields: [("Location", "\(left - 1)")],
                text: "elsewhere")
        }
        let fetcher = GuardedFetcher()
        let bytes = try await fetcher.fetch(server.url + "/3", rules(server))
        #expect(bytes == Array("end".utf8))
        #expect(await failure(fetcher, server.url + "/4", rules(server)) == .tooManyRedirects)
    }

    @Test func `nothing personal is sent, not even after a redirect`() async throws {
        let server = try ScriptedServer { request, peer in
            guard request.target == "/a" else { return peer.answer(text: "x") }
            peer.answer(302, fields: [("Location", "/b"), ("Set-Cookie", "a=b; Path=/")])
        }
        _ = try await GuardedFetcher().fetch(server.url + "/a", rules(server))
        #expect(server.requests.count == 2)
        for request in server.requests {
            #expect(
                Set(request.fields.map { $0.name.spelling.lowercased() })
                    == ["host", "user-agent", "accept"])
        }
    }

    @Test(arguments: ["announced", "chunked", "endless"])
    func `what is too large is broken off`(kind: String) async throws {
        let server = try ScriptedServer { _, peer in
            switch kind {
            case "announced": peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
            case "chunked":
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<2 { peer.send("1f5\r\n\(String(repeating: "x", count: 501))\r\n") }
            default:
                peer.send("HTTP/1.1 200 OK\r\n\r\n")
                while peer.send([UInt8](repeating: 7, count: 100)) {}
            }
        }
        var rules = rules(server)
        rules.maximumBytes = 1000
        #expect(await failure(GuardedFetcher(), server.url, rules) == .tooLarge)
    }

    @Test func `the largest content is taken`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.answer(body: [UInt8](repeating: 7, count: 1000))
        }
        var rules = rules(server)
        rules.maximumBytes = 1000
        #expect(try await GuardedFetcher().fetch(server.url, rules).count == 1000)
    }

    @Test(arguments: [204, 300, 304, 400, 404, 410, 429, 500, 503])
    func `an answer other than success is told by its number`(code: Int) async throws {
        let server = try ScriptedServer { _, peer in
            // The body of an error never ends; nobody waits for it.
            guard code != 204, code != 304 else {
                peer.send("HTTP/1.1 \(Status(code))\r\n\r\n")
                return peer.hangUp()
            }
            peer.send("HTTP/1.1 \(Status(code))\r\nContent-Length: 9000000\r\n\r\nabc")
        }
        let error = await failure(GuardedFetcher(), server.url, rules(server))
        #expect(error == (code == 204 ? nil : .status(code)))
    }

    @Test func `the time is up, whether in a lookup or in an answer`() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        }
        var rules = rules(server)
        rules.timeout = .milliseconds(100)
        #expect(await failure(GuardedFetcher(), server.url, rules) == .timeout)
        let lock = Mutex(true)
        let fetcher = GuardedFetcher(
            lookup: NameLookup { _ in
                while lock.withLock({ $0 }) {}
                return []
            })
        #expect(await failure(fetcher, "http://slow.test/", rules) == .timeout)
        lock.withLock { $0 = false }
    }

    @Test func `what goes wrong with a connection is told`() async throws {
        let server = try ScriptedServer { _, peer in peer.hangUp() }
        #expect(await failure(GuardedFetcher(), server.url, rules(server)) == .connect)
        server.stop()
        let mute = try ScriptedServer { _, peer in peer.send("SMTP ready\r\n") }
        #expect(await failure(GuardedFetcher(), mute.url, rules(mute)) == .connect)
        let fetcher = GuardedFetcher(lookup: NameLookup { _ in [] })
        #expect(await failure(fetcher, "http://gone.test/", FetchRules()) == .dns)
    }

    @Test func `a cancelled task ends its fetch`() async throws {
        let server = try ScriptedServer { _, _ in }
        let rules = rules(server)
        let task = Task { await failure(GuardedFetcher(), server.url, rules) }
        while server.requests.isEmpty { await Task.yield() }
        task.cancel()
        #expect(await task.value == .cancelled)
    }

    @Test func `a path in other than ASCII is escaped`() async throws {
        let server = try ScriptedServer { _, peer in peer.answer(text: "x") }
        _ = try await GuardedFetcher().fetch(server.url + "/é a.jpg?q=ü", rules(server))
        #expect(server.requests.first?.target == "/%c3%a9%20a.jpg?q=%c3%bc")
    }
}
