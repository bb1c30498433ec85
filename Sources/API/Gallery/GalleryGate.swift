import Domain
import HTTP
import Services

/// Lets requests into the gallery: with a token, or without one where it is open and no foreign page asks.
struct GalleryGate: Sendable {
    let rule: GalleryAccessRule
    let frontend: Frontend

    /// A request that was let in.
    struct Guest: Sendable {
        let caller: Caller
        let viewer: GalleryViewer
    }

    func admit(_ request: Request) throws -> Guest {
        let caller: Caller
        do {
            caller = try frontend.authenticate(request)
        } catch is Refused {
            throw Refused(GalleryEnvelope.unauthorized)
        }
        if let user = caller.user { return Guest(caller: caller, viewer: .user(user)) }
        guard rule.isOpen else { throw Refused(GalleryEnvelope.unauthorized) }
        guard isFromHere(request) else { throw Refused(GalleryEnvelope.forbidden) }
        return Guest(caller: caller, viewer: .anybody)
    }

    /// Whether no web page of another site can have sent the request.
    ///
    /// Without a token the browser of whoever sits at this machine is all that a foreign page needs: it may name the
    /// daemon's address (`Origin` gives it away) or have its own name resolve to it (`Host` does).
    private func isFromHere(_ request: Request) -> Bool {
        guard request.remoteAddress != "unix" else { return true }
        guard let host = request.fields[.host], isOwn(host) else { return false }
        guard let origin = request.fields[.origin] else { return true }
        let own = frontend.origin(of: request).lowercased()
        return origin.lowercased() == own
            || origin.lowercased() == "\(request.scheme)://\(host.lowercased())"
    }

    /// Whether that is a name of this machine for itself, or one that the settings allow.
    private func isOwn(_ authority: String) -> Bool {
        let authority = authority.lowercased()
        var host = authority
        if authority.hasPrefix("[") {
            host = String(authority.dropFirst().prefix { $0 != "]" })
        } else if let colon = authority.lastIndex(of: ":") {
            host = String(authority[..<colon])
        }
        if host.hasSuffix(".") { host.removeLast() }
        return host == "localhost" || host.hasSuffix(".localhost")
            || Self.loopback.contains { $0.contains(host) }
            || rule.allowedHosts.contains { $0 == host || $0 == authority }
            || frontend.publicURL.map { Self.authority(of: $0) == authority } ?? false
    }

    private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { NetworkRange($0) }

    private static func authority(of url: String) -> String {
        let rest = url.lowercased().split(separator: "/", maxSplits: 1).last ?? ""
        return String(rest.drop { $0 == "/" }.prefix { $0 != "/" })
    }
}
