import Foundation
import Glibc
import HTTP
import HTTPServer
import Testing

@Suite struct ServerSocketTests {
    private func temporary(_ name: String) -> String {
        FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).\(name)").path
    }

    @Test func `a local socket is private, replaces a stale one and goes with the server`()
        async throws
    {
        let path = temporary("sock")
        // A socket file that nobody listens on, as a killed process leaves behind.
        let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(stale)
        try await withServer(
            { .text($0.remoteAddress) }, configure: { $0.addresses = [.unix(path: path)] }
        ) { server, address in
            var facts = stat()
            #expect(stat(path, &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o600)
            try await onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try client.answer().body == "unix")
            }
            // A second server must not steal a socket that is in use.
            var configuration = Server.Configuration()
            configuration.addresses = [.unix(path: path)]
            configuration.usesSocketActivation = false
            await #expect(throws: ListenError.self) {
                _ = try await Server(configuration, handler: echo).start()
            }
            await server.stop()
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a taken port is an error that says so`() async throws {
        try await withServer(echo) { _, address in
            var configuration = Server.Configuration()
            configuration.addresses = [address]
            configuration.usesSocketActivation = false
            let second = Server(configuration, handler: echo)
            do throws(ListenError) {
                _ = try await second.start()
                Issue.record("two servers on one port")
            } catch {
                #expect(error.isAddressInUse)
                #expect(error.description.contains("127.0.0.1"))
            }
        }
    }

    @Test(
        arguments: [
            ("127.0.0.1:80", .tcp(host: "127.0.0.1", port: 80)),
            (":0", .tcp(host: "0.0.0.0", port: 0)),
            ("[::1]:80", .tcp(host: "::1", port: 80)), ("unix:/a b", .unix(path: "/a b")),
            ("::1:80", nil), ("host", nil), ("host:", nil), ("host:x", nil), ("host:70000", nil),
            ("unix:", nil),
        ] as [(String, ListenAddress?)])
    func `addresses are read as they are written`(text: String, address: ListenAddress?) {
        #expect(ListenAddress(parsing: text) == address)
    }

    @Test(arguments: [10, 20_000, 3_000_000])
    func `a file is sent whole and in parts`(size: Int) async throws {
        let path = temporary("bin")
        let text = String((0..<size).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { unlink(path) }
        let handler: Handler = { request in
            .content(
                of: try OpenFile(path: path), type: "text/plain", tag: EntityTag("v1"), for: request
            )
        }
        try await withServer(handler) { _, address in
            try await onThread {
                let client = try RawClient(address)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let whole = try client.answer()
                #expect(whole.body == text)
                #expect(whole.fields["etag"] == "\"v1\"")
                client.send("GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=3-7\r\n\r\n")
                let part = try client.answer()
                #expect(part.status == 206)
                #expect(part.body == "defgh")
                #expect(part.fields["content-range"] == "bytes 3-7/\(size)")
                client.send("GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=9000000-\r\n\r\n")
                #expect(try client.answer().status == 416)
                client.send("GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"v1\"\r\n\r\n")
                let unchanged = try client.answer()
                #expect(unchanged.status == 304)
                #expect(unchanged.fields["content-length"] == nil)
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.answer(toHEAD: true).fields["content-length"] == "\(size)")
            }
        }
    }
}
