/// Why there is no answer. Nothing of the request or of the other side's words is in it.
package enum HTTPClientError: Error, Hashable, Sendable {
    /// What went wrong with a connection.
    package enum Connection: String, Sendable {
        /// The host's name has no address, or no name server answered.
        case unresolved
        /// Nobody took the connection.
        case refused
        /// The TLS handshake failed, or the certificate is not to be trusted.
        case tls
        /// The other side hung up before the answer was complete.
        case interrupted
    }

    /// No absolute `http` or `https` URL, or one with user information.
    case invalidURL
    /// A method or field that would break the message's grammar.
    case invalidRequest
    /// Every address of the host is ruled out by the client's address policy.
    case refusedAddress
    case connection(Connection)
    case timedOut
    /// The answer is no HTTP, or its framing is broken.
    case malformedResponse
    /// The answer is larger than the request allows.
    case tooLarge(limit: Int)
    case tooManyRedirects
    /// The task was cancelled, the receiver wanted no more, or the client is being closed.
    case cancelled
    /// This process lacks memory, descriptors or threads.
    case outOfResources

    /// True when the same request may well succeed a moment later.
    package var isTransient: Bool {
        switch self {
        case .connection, .timedOut, .outOfResources: true
        default: false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL: "not a web address"
        case .invalidRequest: "a method or field that cannot be sent"
        case .refusedAddress: "the host's address is not allowed"
        case .connection(.unresolved): "the host's name has no address"
        case .connection(.refused): "nobody took the connection"
        case .connection(.tls): "the encrypted connection could not be trusted or made"
        case .connection(.interrupted): "the connection ended before the answer did"
        case .timedOut: "no answer in time"
        case .malformedResponse: "the answer is not HTTP"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .tooManyRedirects: "too many redirects"
        case .cancelled: "cancelled"
        case .outOfResources: "no memory, descriptor or thread left"
        }
    }
}
