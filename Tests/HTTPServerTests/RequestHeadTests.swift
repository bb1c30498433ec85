import HTTP
import HTTPServer
import Testing

/// Runs bytes through the scanner and the parser in pieces of a size.
func readHead(_ bytes: [UInt8], piece: Int = .max) throws(Refusal) -> RequestHead? {
    let limits = HeadLimits()
    var scanner = HeadScanner(limits: limits)
    var end = 0
    while end < bytes.count {
        end = min(bytes.count, piece == .max ? bytes.count : end + piece)
        if let length = try scanner.scan(bytes.span.extracting(..<end)) {
            return try HeadParser.parse(bytes.span.extracting(..<length), limits)
        }
    }
    return nil
}

/// Lines joined as on the wire, with the empty line behind them.
func head(_ lines: String...) -> [UInt8] {
    Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
}

@Suite struct RequestHeadTests {
    @Test func `a plain request is read`() throws {
        let parsed = try #require(
            try readHead(
                head("GET /a%20b/?x=1 HTTP/1.1", "Host: h:80", "X-Y:\t v  w \t", "Empty:")))
        #expect(parsed.method == .get)
        #expect(parsed.target == "/a%20b/?x=1")
        #expect(parsed.location.path == "/a b/")
        #expect(parsed.location.query["x"] == "1")
        #expect(parsed.fields["x-y"] == "v  w")
        #expect(parsed.fields["EMPTY"] == "")
        #expect(parsed.framing == .none)
        #expect(parsed.keepsAlive)
    }

    static let accepted: [(String, [UInt8])] = [
        ("one empty line first", Array("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
        ("1.0 without Host", head("GET / HTTP/1.0")),
        ("length", head("POST / HTTP/1.1", "Host: a", "Content-Length: 5")),
        ("length with zeros", head("POST / HTTP/1.1", "Host: a", "Content-Length: 0005")),
        ("chunked", head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: Chunked")),
        ("absolute form", head("GET http://A.b:80/x?y HTTP/1.1", "Host: a.B:80")),
        ("absolute form, no path", head("GET http://a HTTP/1.1", "Host: a")),
        ("asterisk", head("OPTIONS * HTTP/1.1", "Host: a")),
        ("own method", head("PURGE / HTTP/1.1", "Host: a")),
        ("IPv6 host", head("GET / HTTP/1.1", "Host: [::1]:8080")),
        ("UTF-8 value", head("GET / HTTP/1.1", "Host: a", "X: caf\u{e9}")),
        ("100 fields", many(99)),
        ("expect", head("POST / HTTP/1.1", "Host: a", "Content-Length: 1", "Expect: 100-Continue")),
    ]

    static func many(_ count: Int) -> [UInt8] {
        let fields = (0..<count).map { "X-\($0): y\r\n" }.joined()
        return Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
    }

    @Test(arguments: accepted)
    func `what the standard allows is read the same in any pieces`(
        name: String, bytes: [UInt8]
    ) throws {
        let whole = try #require(try readHead(bytes))
        for piece in [1, 2, 3, 7] {
            #expect(try readHead(bytes, piece: piece) == whole, "\(name) by \(piece)")
        }
    }

    static let refused: [(String, [UInt8], Int)] = [
        ("no version", head("GET /", "Host: a"), 400),
        ("two spaces", head("GET  / HTTP/1.1", "Host: a"), 400),
        ("space behind", head("GET / HTTP/1.1 ", "Host: a"), 400),
        ("tab", head("GET\t/ HTTP/1.1", "Host: a"), 400),
        ("space in target", head("GET /a b HTTP/1.1", "Host: a"), 400),
        ("control in target", head("GET /a\u{1} HTTP/1.1", "Host: a"), 400),
        ("fragment", head("GET /a#b HTTP/1.1", "Host: a"), 400),
        ("dot dot", head("GET /a/../b HTTP/1.1", "Host: a"), 400),
        ("encoded dots", head("GET /%2e%2e/b HTTP/1.1", "Host: a"), 400),
        ("encoded slash", head("GET /a%2Fb HTTP/1.1", "Host: a"), 400),
        ("encoded NUL", head("GET /a%00 HTTP/1.1", "Host: a"), 400),
        ("overlong slash", head("GET /a%c0%afb HTTP/1.1", "Host: a"), 400),
        ("lower-case version", head("GET / http/1.1", "Host: a"), 400),
        ("version 1.2", head("GET / HTTP/1.2", "Host: a"), 505),
        ("version 2", head("PRI * HTTP/2.0"), 505),
        ("version 0.9", head("GET / HTTP/0.9"), 505),
        ("version 1.10", head("GET / HTTP/1.10", "Host: a"), 400),
        ("bad method", head("G(T / HTTP/1.1", "Host: a"), 400),
        ("long method", head(String(repeating: "A", count: 33) + " / HTTP/1.1", "Host: a"), 400),
        ("asterisk with GET", head("GET * HTTP/1.1", "Host: a"), 400),
        ("authority form", head("CONNECT a:443 HTTP/1.1", "Host: a:443"), 501),
        ("other scheme", head("GET ftp://a/ HTTP/1.1", "Host: a"), 400),
        ("absolute with another host", head("GET http://b/ HTTP/1.1", "Host: a"), 400),
        ("absolute with another port", head("GET http://a:81/ HTTP/1.1", "Host: a:80"), 400),
        ("absolute with user", head("GET http://u@a/ HTTP/1.1", "Host: u@a"), 400),
        ("no host", head("GET / HTTP/1.1"), 400),
        ("empty host", head("GET / HTTP/1.1", "Host:"), 400),
        ("two hosts", head("GET / HTTP/1.1", "Host: a", "Host: a"), 400),
        ("host with path", head("GET / HTTP/1.1", "Host: a/b"), 400),
        ("host with space", head("GET / HTTP/1.1", "Host: a b"), 400),
        ("host list", head("GET / HTTP/1.1", "Host: a@b"), 400),
        ("host with bad port", head("GET / HTTP/1.1", "Host: a:x"), 400),
        ("folded", head("GET / HTTP/1.1", "Host: a", "X: a", " b"), 400),
        ("folded by tab", head("GET / HTTP/1.1", "Host: a", "X: a", "\tb"), 400),
        ("folded first", head("GET / HTTP/1.1", " Host: a"), 400),
        ("space before colon", head("GET / HTTP/1.1", "Host: a", "X : a"), 400),
        ("no colon", head("GET / HTTP/1.1", "Host: a", "X"), 400),
        ("no name", head("GET / HTTP/1.1", "Host: a", ": x"), 400),
        ("name with byte 128", head("GET / HTTP/1.1", "Host: a", "\u{80}: x"), 400),
        ("NUL in value", head("GET / HTTP/1.1", "Host: a", "X: a\u{0}b"), 400),
        ("control in value", head("GET / HTTP/1.1", "Host: a", "X: a\u{1b}b"), 400),
        ("bare CR in value", head("GET / HTTP/1.1", "Host: a", "X: a\rb"), 400),
        ("CR before CR LF", head("GET / HTTP/1.1", "Host: a", "X: a\r"), 400),
        (
            "value not UTF-8",
            head("GET / HTTP/1.1", "Host: a", "X: y").replacing([0x79], with: [0xFF]), 400
        ),
        ("bare LF", Array("GET / HTTP/1.1\nHost: a\n\n".utf8), 400),
        ("bare LF at the end", Array("GET / HTTP/1.1\r\nHost: a\r\n\n".utf8), 400),
        ("two empty lines first", Array("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), 400),
        (
            "two lengths",
            head("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "Content-Length: 6"), 400
        ),
        (
            "equal lengths",
            head("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "content-length: 5"), 400
        ),
        ("length list", head("POST / HTTP/1.1", "Host: a", "Content-Length: 5, 5"), 400),
        ("signed length", head("POST / HTTP/1.1", "Host: a", "Content-Length: +5"), 400),
        ("negative length", head("POST / HTTP/1.1", "Host: a", "Content-Length: -5"), 400),
        ("hex length", head("POST / HTTP/1.1", "Host: a", "Content-Length: 0x5"), 400),
        ("empty length", head("POST / HTTP/1.1", "Host: a", "Content-Length: "), 400),
        ("spaced length", head("POST / HTTP/1.1", "Host: a", "Content-Length: 5 5"), 400),
        (
            "huge length",
            head("POST / HTTP/1.1", "Host: a", "Content-Length: 99999999999999999999"), 400
        ),
        (
            "length and chunked",
            head("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "Transfer-Encoding: chunked"),
            400
        ),
        ("chunked on 1.0", head("POST / HTTP/1.0", "Transfer-Encoding: chunked"), 400),
        ("gzip coding", head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: gzip"), 501),
        (
            "gzip, chunked", head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: gzip, chunked"),
            501
        ),
        ("identity", head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: identity"), 501),
        ("xchunked", head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: xchunked"), 501),
        (
            "chunked twice",
            head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked, chunked"), 400
        ),
        (
            "chunked not last",
            head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked, gzip"), 400
        ),
        (
            "chunked in two fields",
            head(
                "POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked"), 400
        ),
        ("empty coding", head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding:"), 400),
        (
            "coding with empty element",
            head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: ,chunked"), 400
        ),
        (
            "coding with vertical tab",
            head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: \u{b}chunked"), 400
        ),
        (
            "coding with parameter",
            head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked;q=1"), 501
        ),
        ("other expectation", head("POST / HTTP/1.1", "Host: a", "Expect: tea"), 417),
        (
            "long target", head("GET /\(String(repeating: "a", count: 8192)) HTTP/1.1", "Host: a"),
            414
        ),
        ("endless target", Array("GET /\(String(repeating: "a", count: 100_000))".utf8), 414),
        (
            "large field",
            head("GET / HTTP/1.1", "Host: a", "X: \(String(repeating: "a", count: 17_000))"), 431
        ),
        ("101 fields", many(100), 431),
        (
            "endless fields",
            Array("GET / HTTP/1.1\r\n\(String(repeating: "a:b\r\n", count: 5000))".utf8), 431
        ),
    ]

    @Test(arguments: refused)
    func `what two readers could understand differently is refused, in any pieces`(
        name: String, bytes: [UInt8], status: Int
    ) {
        for piece in [Int.max, 1, 2, 5] {
            do {
                _ = try readHead(bytes, piece: piece)
                Issue.record("\(name) by \(piece) was accepted")
            } catch {
                #expect(error.status.code == status, "\(name) by \(piece)")
            }
        }
    }

    @Test func `the longest target and the largest head just pass`() throws {
        let target = "/" + String(repeating: "a", count: 8191)
        #expect(try readHead(head("GET \(target) HTTP/1.1", "Host: a"))?.target == target)
        let base = head("GET / HTTP/1.1", "Host: a", "X: ").count
        let filler = String(repeating: "a", count: 16384 - base)
        #expect(try readHead(head("GET / HTTP/1.1", "Host: a", "X: \(filler)")) != nil)
        #expect(throws: Refusal.self) {
            try readHead(head("GET / HTTP/1.1", "Host: a", "X: \(filler)a"))
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1", nil, true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "x, Close", false),
            ("HTTP/1.0", nil, false), ("HTTP/1.0", "Keep-Alive", true),
            ("HTTP/1.0", "keep-alive, close", false),
        ] as [(String, String?, Bool)])
    func `the connection stays open as the client wants it`(
        version: String, option: String?, expected: Bool
    ) throws {
        let bytes = head("GET / \(version)", "Host: a", "Connection: \(option ?? "x")")
        #expect(try readHead(bytes)?.keepsAlive == expected)
    }
}
