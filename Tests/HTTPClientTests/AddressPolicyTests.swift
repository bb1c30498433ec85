import HTTP
import HTTPClient
import ScriptedServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct AddressPolicyTests {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
        "127.0.0.1", "127.8.9.10", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.20.1.1",
        "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.7", "192.88.99.1", "192.168.0.1",
        "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.9", "203.0.113.200",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.254", "255.255.255.255",
        "::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "::ffff:10.0.0.1", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8",
        "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1",
        "2002:808:808::1", "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fd12:3456::1",
        "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "1000::1",
    ])
    func `an address inside some network is not public`(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!address.isPublic)
        #expect(!AddressPolicy.publicOnly.permits(address))
        #expect(AddressPolicy.any.permits(address))
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255",
        "172.32.0.0", "191.255.255.255", "192.0.1.1", "192.0.3.1", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
        "2001:200::1", "2001:4860:4860::8888", "2001:db7:ffff::1", "2001:db9::1", "2003::1",
        "2400:cb00::1", "2606:4700:4700::1111", "2a00:1450::1", "3ffe::1",
    ])
    func `an address outside of them is`(text: String) throws {
        #expect(AddressPolicy.publicOnly.permits(try #require(IPAddress(text))))
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80", "[::1]", "fe80::1%eth0", "g::1",
        "127.1",
    ])
    func `what is no address is none`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]",
        "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.0.0.1.",
    ])
    func `no spelling of loopback is connected to`(host: String) async throws {
        let server = try ScriptedServer { _, peer in peer.answer() }
        let client = HTTPClient(configuration: .init(addressPolicy: .publicOnly))
        let url = "http://\(host):\(server.port)/"
        do throws(HTTPClientError) {
            _ = try await client.send(ClientRequest(.get, url))
            Issue.record("connected")
        } catch {
            #expect(
                [.refusedAddress, .invalidURL, .connection(.unresolved)].contains(error),
                "\(error)")
        }
        #expect(server.connectionCount == 0)
    }

    @Test func `a local socket is no public address`() async throws {
        let client = HTTPClient(configuration: .init(addressPolicy: .publicOnly))
        var request = ClientRequest(.get, "http://example.com/")
        request.unixSocketPath = "/run/tintype-none.sock"
        await #expect(throws: HTTPClientError.refusedAddress) { _ = try await client.send(request) }
    }
}
