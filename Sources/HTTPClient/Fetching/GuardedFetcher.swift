import HTTP
import Synchronization

/// Fetches what stands behind a URL that a stranger chose, without being led into the daemon's own network.
///
/// Each hop is parsed by libcurl alone, its name is looked up once, every address of it must be public, and the
/// connection goes to the very address that was checked. Nothing that identifies the daemon or its users is sent: no
/// cookies, no credentials, no `Referer`.
package final class GuardedFetcher: Sendable {
    /// Hands a request to a server; tests count what passes.
    package typealias Send =
        @Sendable (
            ClientRequest, @escaping HTTPClient.Receiver
        ) async throws(HTTPClientError) -> ClientResponse

    private let lookup: NameLookup
    private let send: Send

    /// - Parameter lookup: the addresses of names.
    package convenience init(lookup: NameLookup = .system) {
        let client = HTTPClient()
        self.init(lookup: lookup) { request, receiver throws(HTTPClientError) in
            try await client.send(request, receiver: receiver)
        }
    }

    /// A fetcher with another way to look names up and to send.
    package init(lookup: NameLookup, send: @escaping Send) {
        self.lookup = lookup
        self.send = send
    }

    /// The bytes behind `url`, whatever they are.
    package func fetch(_ url: String, _ rules: FetchRules) async throws(FetchError) -> [UInt8] {
        let deadline = ContinuousClock.now.advanced(by: rules.timeout)
        var target = try WebTarget(url)
        for _ in 0...rules.maximumRedirects {
            let addresses = try await addresses(of: target, rules, until: deadline)
            let answer = try await visit(target, addresses, rules, until: deadline)
            switch answer.status.code {
            case 200..<300: return answer.body
            case 301, 302, 303, 307, 308:
                guard let location = answer.fields[.location] else {
                    throw .status(answer.status.code)
                }
                target = try target.following(location)
            case let code: throw .status(code)
            }
        }
        throw .tooManyRedirects
    }

    /// Where to connect: all addresses of the target, none of them inside a network.
    private func addresses(
        of target: WebTarget, _ rules: FetchRules, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> [IPAddress] {
        let isExempt = rules.exempts(target)
        guard isExempt || rules.ports.contains(target.port) else { throw .blockedAddress }
        let addresses = try await lookup.addresses(of: target.host, until: deadline)
        guard isExempt || addresses.allSatisfy(\.isPublic) else { throw .blockedAddress }
        return addresses
    }

    /// Asks at one address after the other until one of them takes the connection.
    private func visit(
        _ target: WebTarget, _ addresses: [IPAddress], _ rules: FetchRules,
        until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> ClientResponse {
        for (place, address) in addresses.enumerated() {
            let isLast = place == addresses.count - 1
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw .timeout }
            var request = ClientRequest(.get, target.url, fields: [.accept: "image/*, */*;q=0.1"])
            request.connectTo = address
            request.timeout = left
            request.connectTimeout = isLast ? left : min(left / 2, .seconds(5))
            request.maximumResponseBytes = rules.maximumBytes
            do throws(HTTPClientError) {
                return try await ask(request)
            } catch {
                guard error != .cancelled else { throw .cancelled }
                guard !isLast, error == .connection(.refused) || error == .timedOut,
                    ContinuousClock.now < deadline
                else { throw FetchError(error) }
            }
        }
        throw .dns
    }

    /// One request and its answer. Nobody waits for the body of a redirect or an error.
    private func ask(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        let partial = Mutex<ClientResponse?>(nil)
        do throws(HTTPClientError) {
            var response = try await send(request) { head, bytes in
                partial.withLock { partial in
                    var answer = partial ?? head
                    partial = nil
                    let isWanted = (200..<300).contains(head.status.code)
                    if isWanted { answer.body += bytes }
                    partial = answer
                    return isWanted
                }
            }
            if let collected = partial.withLock({ $0 }) { response.body = collected.body }
            return response
        } catch {
            guard error == .cancelled, !Task.isCancelled, let head = partial.withLock({ $0 }),
                !(200..<300).contains(head.status.code)
            else { throw error }
            return head
        }
    }
}
