import HTTP
import HTTPServer
import Testing

/// The decoded body and what follows it, nil if the input ended first.
func decodeChunks(_ bytes: [UInt8], piece: Int) throws(Refusal) -> (body: [UInt8], rest: [UInt8])? {
    var decoder = ChunkedDecoder(limits: HeadLimits())
    var body: [UInt8] = []
    var start = 0
    while start < bytes.count {
        let input = Array(bytes[start..<min(bytes.count, start + piece)])
        var position = 0
        feeding: while true {
            switch try decoder.next(input.span, &position) {
            case .data(let range): body += input[range]
            case .needsMore: break feeding
            case .end: return (body, Array(bytes[(start + position)...]))
            }
        }
        start += input.count
    }
    return nil
}

@Suite struct ChunkedDecoderTests {
    @Test(arguments: [
        ("5\r\nhello\r\n0\r\n\r\nNEXT", "hello"),
        ("0\r\n\r\nNEXT", ""),
        ("A\r\n0123456789\r\n00\r\n\r\nNEXT", "0123456789"),
        ("1;a=b;c=\"d;\\\"e\";f\r\nx\r\n1 ; a = b\r\ny\r\n0\r\n\r\nNEXT", "xy"),
        ("2\r\n\r\n\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\nNEXT", "\r\n"),
    ])
    func `chunks are joined in whatever pieces they come`(text: String, body: String) throws {
        let bytes = Array(text.utf8)
        for piece in 1...bytes.count {
            let result = try #require(try decodeChunks(bytes, piece: piece))
            #expect(String(decoding: result.body, as: UTF8.self) == body)
            #expect(String(decoding: result.rest, as: UTF8.self) == "NEXT")
        }
    }

    @Test(arguments: [
        "\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\nx\r\n", "1\nx\r\n",
        "1\r\nxy\r\n",
        "1\r\nx\n", "1\r\nx0\r\n", "1\rx", "fffffffffffffffff\r\n", "1000000000000000\r\n",
        "1;\r\nx", "1;=a\r\nx", "1;a=\r\nx", "1;a=\"b\r\nx", "1;a b\r\nx", "1,a\r\nx",
        "1;a=\u{1}\r\nx", "0\r\nX : y\r\n\r\n", "0\r\n folded\r\n\r\n", "0\r\nX\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: x\r\n\r\n",
        "0\r\nHost: x\r\n\r\n",
        "0\r\nX: a\rb\r\n\r\n", "0\r\nX: a\n\r\n", "1;\(String(repeating: "a", count: 300))\r\nx",
        String(repeating: "1;a\r\nx\r\n", count: 9000),
        "0\r\n" + String(repeating: "a:b\r\n", count: 200),
        String(repeating: "0", count: 5000),
    ])
    func `broken chunks are refused in whatever pieces they come`(text: String) {
        for piece in [1, 2, 3, 1 << 20] {
            #expect(throws: Refusal.self) { try decodeChunks(Array(text.utf8), piece: piece) }
        }
    }
}
