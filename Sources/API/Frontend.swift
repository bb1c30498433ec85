import Domain
import HTTP
import Services

/// What every route needs to know of its request: who asks, from where, and under which address the daemon is known.
package struct Frontend: Sendable {
    let identity: IdentityService
    /// The daemon's address for others, without a slash at its end; nil takes the request's own.
    let publicURL: String?
    let trustedProxies: [NetworkRange]

    package init(identity: IdentityService, publicURL: String?, trustedProxies: [NetworkRange]) {
        self.identity = identity
        self.publicURL = publicURL.map { url in
            url.hasSuffix("/") ? String(url.dropLast()) : url
        }
        self.trustedProxies = trustedProxies
    }

    /// The caller without a fingerprint, or the family's 401.
    func authenticate(_ request: Request) throws -> Caller {
        Caller(
            user: try user(of: request), fingerprint: nil, address: clientAddress(of: request))
    }

    /// The caller of a request whose fingerprint can only be in its query (if `inQuery`) or its header.
    func caller(of request: Request, inQuery: Bool) throws -> Caller {
        let caller = try authenticate(request)
        if inQuery, let text = request.query["fingerprint"], !text.trimmedWhitespace.isEmpty {
            return try Self.adding(Fingerprint.result(text), to: caller)
        }
        return try addingFingerprint(to: caller, request)
    }

    /// The caller with the fingerprint of the request's header, if it has one.
    func addingFingerprint(to caller: Caller, _ request: Request) throws -> Caller {
        try Self.adding(fingerprint(of: request), to: caller)
    }

    /// The fingerprint of the header, or what is wrong with it; nil where there is none or a blank one.
    func fingerprint(of request: Request) -> Result<String, Fingerprint.Fault>? {
        guard let text = request.fields[.xFingerprint], !ASCII.trimmed(text[...]).isEmpty else {
            return nil
        }
        return Fingerprint.result(text)
    }

    private static func adding(
        _ fingerprint: Result<String, Fingerprint.Fault>?, to caller: Caller
    ) throws -> Caller {
        var caller = caller
        switch fingerprint {
        case .success(let text): caller.fingerprint = text
        case .failure(let fault):
            throw Refused(.fieldErrors([("fingerprint", fault.message)]))
        case nil: break
        }
        return caller
    }

    private func user(of request: Request) throws -> User? {
        guard let credentials = request.fields[.authorization] else { return nil }
        let parts = credentials.split(separator: " ", omittingEmptySubsequences: true)
        guard let scheme = parts.first,
            let name = ["Bearer", "Token"].first(where: {
                $0.lowercased() == scheme.lowercased()
            })
        else { return nil }
        guard parts.count > 1 else {
            throw Refused(
                .unauthorized("Invalid token header. No credentials provided.", scheme: name))
        }
        guard parts.count == 2 else {
            throw Refused(
                .unauthorized(
                    "Invalid token header. Token string should not contain spaces.", scheme: name))
        }
        do {
            let token = String(parts[1])
            let user = try identity.user(bearing: token)
            RequestTrace.current?.identify(
                user, token: IdentityService.isAPIToken(token) ? token : nil)
            return user
        } catch let refusal as IdentityService.Refusal {
            let detail =
                refusal == .inactive ? "User inactive or deleted." : "Invalid token."
            throw Refused(.unauthorized(detail, scheme: name))
        }
    }

    /// The peer's address, or what a trusted proxy says it is.
    ///
    /// The list is read from its end: only what trusted hands have added can be believed.
    private func clientAddress(of request: Request) -> String {
        var address = request.remoteAddress
        guard !trustedProxies.isEmpty,
            let forwarded = request.fields.list(of: .xForwardedFor)
        else { return address }
        for hop in forwarded.split(separator: ",").reversed() {
            guard isTrusted(address) else { return address }
            let text = String(ASCII.trimmed(hop))
            guard NetworkRange(text) != nil, !text.contains("/") else { return address }
            address = text
        }
        return address
    }

    private func isTrusted(_ address: String) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }

    /// Scheme and host under which the client reached the daemon.
    func origin(of request: Request) -> String {
        if let publicURL { return publicURL }
        let isSecure =
            request.isSecure
            || isTrusted(request.remoteAddress)
                && request.fields[.xForwardedProto]?.lowercased() == "https"
        return (isSecure ? "https://" : "http://") + (request.fields[.host] ?? "localhost")
    }
}

/// The secret by which a client without an account is known.
enum Fingerprint {
    enum Fault: Error, Equatable {
        case blank, tooLong, hasNUL, notText

        var message: String {
            switch self {
            case .blank: "This field may not be blank."
            case .tooLong: "Ensure this field has no more than 255 characters."
            case .hasNUL: "Null characters are not allowed."
            case .notText: "Not a valid string."
            }
        }
    }

    static let maximumLength = 255

    static func result(_ text: String) -> Result<String, Fault> {
        Result { () throws(Fault) in try parse(text) }
    }

    static func parse(_ text: String) throws(Fault) -> String {
        let trimmed = text.trimmedWhitespace
        guard !trimmed.isEmpty else { throw .blank }
        guard trimmed.unicodeScalars.count <= maximumLength else { throw .tooLong }
        guard !trimmed.utf8.contains(0) else { throw .hasNUL }
        return trimmed
    }
}

extension String {
    /// The text without white space at its ends.
    var trimmedWhitespace: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}

extension Fields.Name {
    static let xFingerprint = Fields.Name("X-Fingerprint")
}
