/// Cookies on their way in (`Cookie`) and out (`Set-Cookie`), after RFC 6265.
package enum Cookies {
    /// The value of a cookie a client sent; of several with one name the first, which has the most specific path.
    package static func value(of name: String, in fields: Fields) -> String? {
        for field in fields.values(of: .cookie) {
            for pair in field.split(separator: ";") {
                let pair = ASCII.trimmed(pair)
                guard let equals = pair.firstIndex(of: "="), pair[..<equals] == name else {
                    continue
                }
                var value = pair[pair.index(after: equals)...]
                if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                    value = value.dropFirst().dropLast()
                }
                return String(value)
            }
        }
        return nil
    }

    package enum SameSite: String, Sendable {
        case strict = "Strict"
        case lax = "Lax"
    }

    /// The value of a `Set-Cookie` field. A maximum age of zero deletes the cookie.
    ///
    /// Name and value must be made of the characters RFC 6265 allows; a cookie that isn't is a programmer's error.
    package static func set(
        _ name: String, _ value: String, path: String = "/", maximumAge: Int? = nil,
        isSecure: Bool, isHTTPOnly: Bool = true, sameSite: SameSite = .lax
    ) -> String {
        precondition(name.utf8.allSatisfy(ASCII.isToken) && value.utf8.allSatisfy(isCookieOctet))
        var text = "\(name)=\(value); Path=\(path); SameSite=\(sameSite.rawValue)"
        if let maximumAge { text += "; Max-Age=\(maximumAge)" }
        if isSecure { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        return text
    }

    private static func isCookieOctet(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x2C && byte != 0x3B && byte != 0x5C
    }
}
