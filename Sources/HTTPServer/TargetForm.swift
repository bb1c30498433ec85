import HTTP

/// The four forms of a request target (RFC 9112 section 3.2), brought to the origin form.
enum TargetForm {
    static func resolve(
        _ target: String, _ method: Method, host: String?
    ) throws(Refusal) -> RequestTarget {
        if target == "*" {
            guard method == .options else { throw .malformed("Only OPTIONS may ask about *.") }
            return RequestTarget(path: "*")
        }
        guard method != Method("CONNECT") else {
            throw Refusal(.notImplemented, "This server is no proxy.")
        }
        if target.utf8.first == 0x2F { return try parse(target) }
        guard let scheme = scheme(of: target) else {
            throw .malformed("The request target is malformed.")
        }
        let rest = target.dropFirst(scheme)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard isAuthority(authority) else { throw .malformed("The request target is malformed.") }
        guard host.map({ ASCII.equalIgnoringCase($0, authority) }) ?? true else {
            throw .malformed("Host disagrees with the request target.")
        }
        let path = String(rest[end...])
        return try parse(path.utf8.first == 0x2F ? path : "/" + path)
    }

    private static func parse(_ target: String) throws(Refusal) -> RequestTarget {
        do {
            return try RequestTarget(parsing: target)
        } catch .malformed {
            throw .malformed("The request target is malformed.")
        } catch .forbiddenPath {
            throw .malformed("The path leaves its root or hides a separator.")
        } catch {
            throw .malformed("There are too many query parameters.")
        }
    }

    private static func scheme(of target: String) -> Int? {
        for scheme in ["http://", "https://"]
        where ASCII.equalIgnoringCase(target.prefix(scheme.count), scheme) {
            return scheme.count
        }
        return nil
    }

    /// `host`, `host:port`, `[v6]` or `[v6]:port`; user names are refused, and so is an empty host.
    static func isAuthority(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        var end = bytes.count
        if let colon = bytes.lastIndex(of: 0x3A), bytes[(colon + 1)...].allSatisfy(ASCII.isDigit) {
            // In `[::1]` the last colon is the address's own, and a bracket follows it.
            guard bytes.count - colon <= 6 else { return false }
            end = colon
        }
        let host = bytes[..<end]
        guard !host.isEmpty else { return false }
        if host.first == 0x5B {
            return host.count > 2 && host.last == 0x5D
                && host.dropFirst().dropLast().allSatisfy {
                    ASCII.hexValue($0) != nil || $0 == 0x3A || $0 == 0x2E
                }
        }
        return host.allSatisfy {
            ASCII.isUnreserved($0) || $0 == 0x25 || (0x24...0x2C).contains($0) || $0 == 0x21
                || $0 == 0x3B || $0 == 0x3D
        }
    }
}
