/// Why a picture could not be fetched from the web.
package enum FetchFailure: Error, Hashable, Sendable {
    /// The URL leads to an address or a port that is not for the public.
    case blockedAddress
    /// No absolute `http` or `https` URL, or one with user information.
    case badURL
    /// The host's name has no address.
    case dns
    case connect
    case timeout
    /// An answer other than success.
    case http(status: Int)
    case tooManyRedirects
    case tooLarge
    /// The task was cancelled.
    case cancelled

    /// The word that users and programs are told.
    package var word: String {
        switch self {
        case .blockedAddress: "blocked_address"
        case .badURL: "bad_url"
        case .dns: "dns"
        case .connect: "connect"
        case .timeout: "timeout"
        case .http(let status): "http_\(status)"
        case .tooManyRedirects: "too_many_redirects"
        case .tooLarge: "too_large"
        case .cancelled: "cancelled"
        }
    }

    /// True when the same URL may well be there a while later.
    package var isTemporary: Bool {
        switch self {
        case .dns, .connect, .timeout, .cancelled: true
        case .http(let status): status == 408 || status == 429 || (500..<600).contains(status)
        case .blockedAddress, .badURL, .tooManyRedirects, .tooLarge: false
        }
    }
}
