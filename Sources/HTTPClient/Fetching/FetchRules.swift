/// What a guarded fetch may do.
package struct FetchRules: Sendable {
    /// Ports that may be connected to.
    package var ports: Set<Int>
    /// Hosts, as `host:port` in lower case, that neither the address check nor `ports` hold for.
    package var exemptHosts: Set<String>
    /// Bytes of a content above which the transfer is broken off.
    package var maximumBytes: Int
    /// How long everything may take: lookups, redirects, the last byte.
    package var timeout: Duration
    package var maximumRedirects = 3

    package init(
        ports: Set<Int> = [80, 443], exemptHosts: Set<String> = [],
        maximumBytes: Int = 10 << 20, timeout: Duration = .seconds(30)
    ) {
        self.ports = ports
        self.exemptHosts = exemptHosts
        self.maximumBytes = maximumBytes
        self.timeout = timeout
    }

    func exempts(_ target: WebTarget) -> Bool {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        return exemptHosts.contains("\(host):\(target.port)")
    }
}

/// Why nothing was fetched.
package enum FetchError: Error, Hashable, Sendable {
    /// The URL leads to an address or a port that is not for the public.
    case blockedAddress
    /// No absolute `http` or `https` URL, or one with user information.
    case badURL
    /// The host's name has no address.
    case dns
    /// No connection, or one that broke or talked nonsense.
    case connect
    case timeout
    /// An answer other than success.
    case status(Int)
    case tooManyRedirects
    case tooLarge
    /// The task was cancelled.
    case cancelled

    init(_ error: HTTPClientError) {
        self =
            switch error {
            case .invalidURL, .invalidRequest: .badURL
            case .refusedAddress: .blockedAddress
            case .connection(.unresolved): .dns
            case .timedOut: .timeout
            case .tooLarge: .tooLarge
            case .tooManyRedirects: .tooManyRedirects
            case .cancelled: .cancelled
            case .connection, .malformedResponse, .outOfResources: .connect
            }
    }
}
