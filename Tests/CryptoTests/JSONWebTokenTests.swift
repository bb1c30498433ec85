import Crypto
import Testing

@Suite struct `A JSON web token` {
    private struct Claims: Codable, Equatable {
        var sub: String
        var role: String?
        var exp: Int64?
        var nbf: Int64?
    }

    private struct Loose: Decodable {
        var iss: String
    }

    private static let key = [UInt8](repeating: 7, count: 32)
    private let tokens = JSONWebToken(secret: key)
    private let now: Int64 = 1_700_000_000

    private func token(header: String, claims: String) -> String {
        let signed = [UInt8](header.utf8).base64URL + "." + [UInt8](claims.utf8).base64URL
        return signed + "." + hmacSHA256([UInt8](signed.utf8), key: Self.key).base64URL
    }

    private func refusal(_ token: String) -> JSONWebToken.Refusal? {
        do {
            _ = try tokens.verify(token, as: Claims.self, now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `of RFC 7515 is accepted until it expires`() throws {
        // Its appendix A.1, which is also the example of RFC 7519, section 3.1.
        let secret = try #require(
            [UInt8](
                base64URL: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0i"
                    + "PS4hcgUuTwjAzZr1Z9CAow"))
        let text =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
            + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ" + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let example = JSONWebToken(secret: secret)
        let claims = try example.verify(text, as: Loose.self, now: 1_300_819_380)
        #expect(claims.iss == "joe")
        #expect(throws: JSONWebToken.Refusal.expired) {
            try example.verify(text, as: Loose.self, now: 1_300_819_380 + 60)
        }
    }

    @Test func `gives its claims back`() throws {
        let claims = Claims(sub: "7/ü", role: "admin", exp: now + 900)
        let text = try tokens.sign(claims)
        #expect(text.hasPrefix("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."))
        #expect(try tokens.verify(text, now: now) == claims)
    }

    @Test(
        arguments: [
            (0, nil, nil), (-59, nil, nil), (-60, nil, .expired), (-1000, nil, .expired),
            (900, 60, nil), (900, 61, .notYetValid), (900, -5, nil),
        ] as [(Int64, Int64?, JSONWebToken.Refusal?)])
    func `is valid from nbf to exp, give or take a minute`(
        expiry: Int64, start: Int64?, expected: JSONWebToken.Refusal?
    ) throws {
        let claims = Claims(sub: "7", exp: now + expiry, nbf: start.map { now + $0 })
        #expect(refusal(try tokens.sign(claims)) == expected)
    }

    @Test func `is refused when anything in it was changed`() throws {
        let text = try tokens.sign(Claims(sub: "7", role: "user", exp: now + 900))
        let parts = text.split(separator: ".")
        let forged = [UInt8](#"{"exp":9999999999,"role":"admin","sub":"7"}"#.utf8).base64URL
        #expect(refusal("\(parts[0]).\(forged).\(parts[2])") == .wrongSignature)
        #expect(refusal("\(parts[0]).\(parts[1]).") == .wrongSignature)
        #expect(refusal("\(parts[0]).\(parts[1]).AAAA") == .wrongSignature)
        let other = JSONWebToken(secret: [UInt8](repeating: 8, count: 32))
        #expect(throws: JSONWebToken.Refusal.wrongSignature) {
            try other.verify(text, as: Claims.self, now: now)
        }
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"hs256"}"#, #"{"alg":"HS512"}"#,
        #"{"alg":"RS256"}"#, #"{"alg":"HS256","crit":["b64"]}"#,
    ])
    func `cannot choose its algorithm`(header: String) {
        let claims = #"{"sub":"7","exp":9999999999}"#
        #expect(refusal(token(header: header, claims: claims)) == .unsupported)
        let bare = [UInt8](header.utf8).base64URL + "." + [UInt8](claims.utf8).base64URL + "."
        #expect(refusal(bare) == .unsupported)
    }

    @Test func `is refused when it is malformed`() {
        let header = #"{"alg":"HS256"}"#
        #expect(refusal(token(header: header, claims: #"{"sub":"7","exp":9999999999}"#)) == nil)
        #expect(refusal(token(header: header, claims: #"{"sub":"7"}"#)) == .withoutExpiry)
        let malformed = [
            "", ".", "..", "...", "a.b", "garbage", String(repeating: "a", count: 9000),
            token(header: "{}", claims: "{}"), token(header: "[]", claims: "{}"),
            token(header: header, claims: "[]"), token(header: header, claims: "not JSON"),
            token(header: header, claims: #"{"exp":"soon"}"#),
            token(header: header, claims: #"{"exp":9999999999}"#),
            token(header: header, claims: #"{"sub":"7","exp":9999999999}"#) + "=",
            token(header: header, claims: #"{"sub":"7","exp":9999999999}"#) + ".x",
        ]
        for text in malformed { #expect(refusal(text) == .malformed, "\(text.prefix(80))") }
    }
}
