import Foundation
import Glibc
import HTTPClient
import Synchronization

/// The corpus of URLs that must not lead to any connection.
enum HostileURLs {
    /// Its lines, with the port of a server that counts its visitors.
    static func all(port: Int) throws -> [String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/hostile-urls.txt").standardized
        return try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("# ") }
            .map { line in
                line.replacingOccurrences(of: "PORT", with: "\(port)")
                    .replacingOccurrences(of: "<TAB>", with: "\t")
            }
    }

    /// Resolves as the system does, but without asking anybody.
    static let lookup = NameLookup { host in
        if let addresses = evil[host] { return addresses.compactMap { IPAddress($0) } }
        if host.hasSuffix("localhost") || host.hasPrefix("localhost") || host.hasPrefix("ip6-") {
            return [IPAddress("::1"), IPAddress("127.0.0.1")].compactMap { $0 }
        }
        var number = in_addr()
        guard inet_aton(host, &number) == 1,
            let address = IPAddress(bytes: withUnsafeBytes(of: number) { Array($0) })
        else { return [] }
        return [address]
    }

    private static let evil = [
        "one.evil.test": ["127.0.0.1"], "ten.evil.test": ["10.0.0.1"],
        "mapped.evil.test": ["::ffff:127.0.0.1"], "mixed.evil.test": ["1.1.1.1", "127.0.0.1"],
        "mixed6.evil.test": ["2606:4700:4700::1111", "fd00::1"],
        "meta.evil.test": ["169.254.169.254"], "ula.evil.test": ["fd12:3456::1"],
        "127.0.0.1.evil.test": ["127.0.0.1"], "public.evil.test": ["1.1.1.1"],
        "one.one.one.one.evil.test": ["1.1.1.1"],
    ]
}

/// Sends through libcurl and notes every request that gets that far.
final class SendLog: Sendable {
    private let client = HTTPClient()
    private let seen = Mutex<[ClientRequest]>([])

    var requests: [ClientRequest] { seen.withLock { $0 } }

    func fetcher(_ lookup: NameLookup) -> GuardedFetcher {
        GuardedFetcher(lookup: lookup) { [self] request, receiver throws(HTTPClientError) in
            seen.withLock { $0.append(request) }
            return try await client.send(request, receiver: receiver)
        }
    }
}
