import Crypto
import Testing

@Suite struct `Encodings` {
    @Test func `to base 16 and back give the same bytes`() {
        let bytes = [UInt8](0...255)
        #expect(bytes.hexadecimal.hasPrefix("000102") && bytes.hexadecimal.hasSuffix("fdfeff"))
        #expect([UInt8](hexadecimal: bytes.hexadecimal) == bytes)
        #expect([UInt8](hexadecimal: "0aFF") == [10, 255])
        #expect([UInt8](hexadecimal: "") == [])
    }

    @Test(arguments: ["0", "0g", "0x", " 0", "00\n", "é0", "+1"])
    func `of base 16 that are malformed are refused`(text: String) {
        #expect([UInt8](hexadecimal: text) == nil)
    }

    // RFC 4648, section 10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func `to base64url are those of RFC 4648`(text: String, encoded: String) {
        #expect([UInt8](text.utf8).base64URL == encoded)
        #expect([UInt8](base64URL: encoded) == [UInt8](text.utf8))
    }

    @Test func `to base64url use its own two digits and survive any length`() {
        #expect([0xfb, 0xff].base64URL == "-_8")
        for count in 0..<70 {
            let bytes = randomBytes(count)
            #expect([UInt8](base64URL: bytes.base64URL) == bytes)
        }
    }

    // The last two spell the same byte as `Zg` does.
    @Test(arguments: ["Z", "Zg==", "Zg=", "Z+", "Z/", "Zm 9", "Zm9v\n", "Zé", "Zh", "Zv"])
    func `of base64url that are malformed or spelled otherwise are refused`(text: String) {
        #expect([UInt8](base64URL: text) == nil)
    }

    @Test func `that differ anywhere are not equal`() {
        #expect(constantTimeEquals("", ""))
        #expect(constantTimeEquals("token", "token"))
        for other in ["", "toke", "tokem", "Token", "token "] {
            #expect(!constantTimeEquals("token", other))
        }
    }

    @Test func `of random bytes do not repeat`() {
        #expect(randomBytes(0) == [])
        #expect(Set((0..<1000).map { _ in randomBytes(16) }).count == 1000)
    }
}
