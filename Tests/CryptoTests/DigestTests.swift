import Crypto
import Testing

@Suite struct `Digests` {
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"
        ),
    ])
    func `of MD5 are those of RFC 1321`(text: String, expected: String) {
        var digest = Digest(.md5)
        digest.update([UInt8](text.utf8))
        #expect(digest.finish().hexadecimal == expected)
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `of SHA-256 are those of FIPS 180`(text: String, expected: String) {
        #expect(sha256(text).hexadecimal == expected)
        #expect(sha256([UInt8](text.utf8)).hexadecimal == expected)
    }

    @Test func `are the same in pieces of any size`() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var md5 = Digest(.md5)
        md5.update(bytes)
        let expected = (md5.finish(), sha256(bytes))
        for size in [1, 63, 64, 65, 16384, 16385, 100_000] {
            var both = DoubleDigest()
            for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = [UInt8](bytes[start..<min(start + size, bytes.count)])
                if start.isMultiple(of: 2) {
                    both.update(piece)
                } else {
                    both.update(piece.span)
                }
            }
            let found = both.finish()
            #expect(found.md5 == expected.0 && found.sha256 == expected.1, "pieces of \(size)")
        }
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            [UInt8]("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func `under a key are those of RFC 4231`(key: [UInt8], message: String, expected: String) {
        #expect(hmacSHA256([UInt8](message.utf8), key: key).hexadecimal == expected)
    }
}
