import FoundationEssentials

/// Signs and checks JSON Web Tokens with HMAC-SHA-256 (RFC 7519), and with nothing else.
package struct JSONWebToken: Sendable {
    /// Why a token is not accepted.
    package enum Refusal: Error, Sendable, Equatable {
        /// Not three parts of base64url, or not the JSON that is expected in them.
        case malformed
        /// Its header asks for another algorithm, `none` among them, or for an extension.
        case unsupported
        case wrongSignature
        case expired
        case notYetValid
        /// It would be good for ever.
        case withoutExpiry
    }

    /// Longer tokens are refused unread.
    package static let maximumBytes = 8192
    /// The header of all tokens made here: `{"alg":"HS256","typ":"JWT"}`.
    private static let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

    private let secret: [UInt8]

    /// `secret` should have 32 bytes or more (RFC 7518, section 3.2).
    package init(secret: [UInt8]) {
        self.secret = secret
    }

    /// Makes a token; `exp`, `iat` and the like are members of the claims, in seconds since 1970.
    package func sign(_ claims: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let signed = Self.header + "." + [UInt8](try encoder.encode(claims)).base64URL
        return signed + "." + hmacSHA256([UInt8](signed.utf8), key: secret).base64URL
    }

    /// Returns the claims of a token that was signed with the secret and is valid now.
    ///
    /// `now` and `leeway`, which makes up for clocks that differ, are in seconds.
    package func verify<Claims: Decodable>(
        _ token: String, as type: Claims.Type = Claims.self, now: Int64, leeway: Int64 = 60
    ) throws(Refusal) -> Claims {
        guard token.utf8.count <= Self.maximumBytes else { throw .malformed }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = [UInt8](base64URL: Substring(parts[2])) else {
            throw .malformed
        }
        try checkHeader(Substring(parts[0]))
        let signed = [UInt8](token.utf8[..<parts[1].endIndex])
        guard constantTimeEquals(hmacSHA256(signed, key: secret), signature) else {
            throw .wrongSignature
        }
        guard let payload = [UInt8](base64URL: Substring(parts[1])) else { throw .malformed }
        try checkTimes(decode(Times.self, payload), now: now, leeway: leeway)
        return try decode(Claims.self, payload)
    }

    private func checkHeader(_ text: Substring) throws(Refusal) {
        if text == Self.header { return }
        guard let bytes = [UInt8](base64URL: text) else { throw .malformed }
        let header = try decode(Header.self, bytes)
        // The verifier decides the algorithm, never the token (RFC 8725, section 3.1).
        guard header.alg == "HS256", header.crit == nil else { throw .unsupported }
    }

    private func checkTimes(_ times: Times, now: Int64, leeway: Int64) throws(Refusal) {
        guard let expiry = times.exp else { throw .withoutExpiry }
        guard Double(now) < expiry + Double(leeway) else { throw .expired }
        if let start = times.nbf, Double(now) < start - Double(leeway) { throw .notYetValid }
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8]
    ) throws(Refusal) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .malformed
        }
    }

    private struct Header: Decodable {
        let alg: String
        let crit: [String]?
    }

    private struct Times: Decodable {
        let exp: Double?
        let nbf: Double?
    }
}
