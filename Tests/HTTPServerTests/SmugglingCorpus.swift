/// Requests made to be read in two ways, each followed by one that must not be taken for a request of its own.
///
/// `###` stands for the case's number, so that what ran tells which case it came from.
struct SmugglingCase: Sendable, CustomStringConvertible {
    let name: String
    let text: String
    /// What a strict reader of RFC 9112 runs: method, path and body.
    let runs: [String]

    var description: String { name }

    /// Three of them always, so that stated lengths hold.
    private func digits(_ number: Int) -> String { "\(1000 + number)".suffix(3).description }

    func bytes(number: Int) -> [UInt8] {
        Array(text.replacing("###", with: digits(number)).utf8)
    }

    func runs(number: Int) -> [String] {
        runs.map { $0.replacing("###", with: digits(number)) }
    }
}

enum SmugglingCorpus {
    static let all =
        framing + codings + chunks + trailers + requestLines + hosts + fieldLines + paths
        + wellFormed

    private static let poison = "GET /smuggled/### HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    private static func refused(_ name: String, _ text: String) -> SmugglingCase {
        SmugglingCase(name: name, text: text + poison, runs: [])
    }

    private static func post(_ lines: String, _ body: String) -> String {
        "POST /a/### HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n\(body)"
    }

    // MARK: Where the body ends

    private static let framing: [SmugglingCase] =
        [
            ("length and coding", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
            ("coding and length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
            ("coding and length 0", "Transfer-Encoding: chunked\r\nContent-Length: 0"),
            ("two lengths", "Content-Length: 5\r\nContent-Length: 6"),
            ("two equal lengths", "Content-Length: 5\r\nContent-Length: 5"),
            ("lengths in two cases", "Content-Length: 5\r\ncontent-length: 0"),
            ("list of lengths", "Content-Length: 5, 6"),
            ("list of equal lengths", "Content-Length: 5,5"),
            ("length with plus", "Content-Length: +5"),
            ("length below zero", "Content-Length: -1"),
            ("hexadecimal length", "Content-Length: 0x5"),
            ("length of two words", "Content-Length: 5 5"),
            ("length with parameter", "Content-Length: 5;"),
            ("empty length", "Content-Length:"),
            ("length with underscore", "Content-Length: 5_0"),
            ("length in other digits", "Content-Length: \u{665}"),
            ("length with point", "Content-Length: 5.0"),
            ("length with exponent", "Content-Length: 1e1"),
            ("quoted length", "Content-Length: \"5\""),
            ("length over 64 bits", "Content-Length: 18446744073709551621"),
            ("length over 63 bits", "Content-Length: 9223372036854775808"),
            ("space before the length's colon", "Content-Length : 5"),
            ("tab before the length's colon", "Content-Length\t: 5"),
            ("length behind a bare CR", "X: y\rContent-Length: 5"),
            ("length behind a bare LF", "X: y\nContent-Length: 5"),
            ("folded length", "Content-Length:\r\n 5"),
            ("length as a continuation", "X: y\r\n Content-Length: 5"),
            ("length with NUL", "Content-Length: 5\0"),
            ("NUL before the length's name", "\0Content-Length: 5"),
            ("vertical tab before the length", "Content-Length: \u{b}5"),
            ("length and broken coding", "Content-Length: 5\r\nTransfer-Encoding: xchunked"),
        ].map { refused($0.0, post($0.1, "0\r\n\r\n")) }

    private static let codings: [SmugglingCase] =
        [
            ("unknown coding", "Transfer-Encoding: cow"),
            ("coding with prefix", "Transfer-Encoding: xchunked"),
            ("coding with suffix", "Transfer-Encoding: chunkedx"),
            ("identity", "Transfer-Encoding: identity"),
            ("chunked not last", "Transfer-Encoding: chunked, identity"),
            ("identity, then chunked", "Transfer-Encoding: identity, chunked"),
            ("gzip, then chunked", "Transfer-Encoding: gzip, chunked"),
            ("chunked twice", "Transfer-Encoding: chunked, chunked"),
            ("chunked on two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
            ("cow on a second line", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow"),
            ("cow on the first line", "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked"),
            ("coding with parameter", "Transfer-Encoding: chunked;q=1"),
            ("quoted coding", "Transfer-Encoding: \"chunked\""),
            ("coding and comma", "Transfer-Encoding: chunked,"),
            ("comma and coding", "Transfer-Encoding: ,chunked"),
            ("empty coding", "Transfer-Encoding:"),
            ("coding of two words", "Transfer-Encoding: chun ked"),
            ("vertical tab before the coding", "Transfer-Encoding: \u{b}chunked"),
            ("form feed behind the coding", "Transfer-Encoding: chunked\u{c}"),
            ("no-break space before the coding", "Transfer-Encoding: \u{a0}chunked"),
            ("NUL behind the coding", "Transfer-Encoding: chunked\0"),
            ("space before the coding's colon", "Transfer-Encoding : chunked"),
            ("tab before the coding's colon", "Transfer-Encoding\t: chunked"),
            ("LF before the coding's colon", "Transfer-Encoding\n: chunked"),
            ("blank before the coding's name", "X: y\r\n Transfer-Encoding: chunked"),
            ("coding behind a bare LF", "X: y\nTransfer-Encoding: chunked"),
            ("coding behind a bare CR", "X: y\rTransfer-Encoding: chunked"),
            ("folded coding", "Transfer-Encoding:\r\n chunked"),
            ("coding behind LF and blank", "Transfer-Encoding:\n chunked"),
            ("CR behind the coding", "Transfer-Encoding: chunked\r"),
        ].map { refused($0.0, post($0.1, "0\r\n\r\n")) }
        + [
            refused(
                "coding in 1.0",
                "POST /a/### HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        ]

    // MARK: Chunks

    private static func chunked(_ body: String) -> String {
        post("Transfer-Encoding: chunked", body)
    }

    private static let chunks: [SmugglingCase] =
        [
            ("size with prefix", "0x0\r\n\r\n"), ("size with plus", "+0\r\n\r\n"),
            ("size below zero", "-1\r\n\r\n"), ("blank before the size", " 0\r\n\r\n"),
            ("blank behind the size", "0 \r\n\r\n"), ("no size", "\r\n\r\n"),
            ("no hexadecimal size", "g\r\n\r\n"), ("size with underscore", "1_0\r\n\r\n"),
            ("size over 64 bits", "10000000000000000\r\n"),
            ("size over 63 bits", "ffffffffffffffff\r\nx"),
            ("size that overflows to 5", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
            ("chunk longer than it says", "5\r\nhelloX\r\n0\r\n\r\n"),
            ("chunk shorter than it says", "6\r\nhello\r\n0\r\n\r\n"),
            ("LF behind the size", "5\nhello\r\n0\r\n\r\n"),
            ("CR behind the size", "5\rhello\r\n0\r\n\r\n"),
            ("LF behind the chunk", "5\r\nhello\n0\r\n\r\n"),
            ("nothing behind the chunk", "5\r\nhello0\r\n\r\n"),
            ("LF behind the last size", "0\n\n"), ("LF at the end", "0\r\n\n"),
            ("CR at the end", "0\r\n\r"), ("no end", "0\r\n"),
            ("LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
            ("CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
            ("break in a quoted extension", "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"),
            ("NUL in an extension", "5;\0\r\nhello\r\n0\r\n\r\n"),
            ("extension without a name", "5;=b\r\nhello\r\n0\r\n\r\n"),
            ("empty extension", "5;;\r\nhello\r\n0\r\n\r\n"),
            ("open quote", "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
            ("size and word", "5 a\r\nhello\r\n0\r\n\r\n"),
            (
                "extension over the limit",
                "5;a=\(String(repeating: "b", count: 5000))\r\nhello\r\n0\r\n\r\n"
            ),
        ].map { refused($0.0, chunked($0.1)) }

    private static let trailers: [SmugglingCase] =
        [
            ("trailing length", "Content-Length: 5"), ("trailing host", "Host: b"),
            ("trailing coding", "Transfer-Encoding: chunked"),
            ("trailer without colon", "X"), ("trailer with blank", "X : y"),
            ("folded trailer", "X: y\r\n z"), ("trailer with NUL", "X: \0"),
            ("trailer behind LF", "X: y\nY: z"), ("trailer behind CR", "X: y\rY: z"),
        ].map { refused($0.0, chunked("0\r\n\($0.1)\r\n\r\n")) }

    // MARK: Heads

    private static let requestLines: [SmugglingCase] =
        [
            ("two spaces", "GET  /a/### HTTP/1.1"), ("tab", "GET\t/a/### HTTP/1.1"),
            ("two spaces before the version", "GET /a/###  HTTP/1.1"),
            ("space behind the version", "GET /a/### HTTP/1.1 "),
            ("space in the target", "GET /a/### b HTTP/1.1"),
            ("leading space", " GET /a/### HTTP/1.1"),
            ("no version", "GET /a/###"), ("version in lower case", "GET /a/### http/1.1"),
            ("version 1.2", "GET /a/### HTTP/1.2"), ("version 2.0", "GET /a/### HTTP/2.0"),
            ("version 0.9", "GET /a/### HTTP/0.9"), ("version 1.10", "GET /a/### HTTP/1.10"),
            ("version 01.1", "GET /a/### HTTP/01.1"), ("version 1", "GET /a/### HTTP/1"),
            ("bad method", "G(T /a/### HTTP/1.1"), ("no method", "/a/### HTTP/1.1"),
            ("NUL in the target", "GET /a/###\0 HTTP/1.1"),
            ("byte over 127 in the target", "GET /a/###\u{e9} HTTP/1.1"),
            ("no slash", "GET a/### HTTP/1.1"), ("fragment", "GET /a/####b HTTP/1.1"),
            ("other scheme", "GET ftp://a/a/### HTTP/1.1"),
            ("other host", "GET http://b/a/### HTTP/1.1"),
            ("user", "GET http://u@a/a/### HTTP/1.1"), ("empty host", "GET http:///a/### HTTP/1.1"),
            ("asterisk", "GET * HTTP/1.1"), ("tunnel", "CONNECT a:80 HTTP/1.1"),
            ("CR in the line", "GET /a/### HTTP/1.1\rX: y"),
            ("bare LF", "GET /a/### HTTP/1.1\nX: y"),
        ].map { refused($0.0, "\($0.1)\r\nHost: a\r\n\r\n") }
        + [
            refused("two empty lines first", "\r\n\r\nGET /a/### HTTP/1.1\r\nHost: a\r\n\r\n"),
            refused("CR first", "\rGET /a/### HTTP/1.1\r\nHost: a\r\n\r\n"),
            refused("CR and a letter first", "\rXGET /a/### HTTP/1.1\r\nHost: a\r\n\r\n"),
            refused("two CR first", "\r\r\nGET /a/### HTTP/1.1\r\nHost: a\r\n\r\n"),
            refused("LF first", "\nGET /a/### HTTP/1.1\r\nHost: a\r\n\r\n"),
            refused("only LF", "GET /a/### HTTP/1.1\nHost: a\n\n"),
            refused("only CR", "GET /a/### HTTP/1.1\rHost: a\r\r"),
            refused("LF at the end", "GET /a/### HTTP/1.1\r\nHost: a\r\n\n"),
            refused("preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ]

    private static let hosts: [SmugglingCase] =
        [
            ("no host", "X: y"), ("two hosts", "Host: a\r\nHost: b"),
            ("two equal hosts", "Host: a\r\nhost: a"), ("empty host", "Host:"),
            ("host of two words", "Host: a b"), ("list of hosts", "Host: a, b"),
            ("host with path", "Host: a/b"), ("host with user", "Host: u@a"),
            ("host with bad port", "Host: a:b"), ("host with long port", "Host: a:123456"),
            ("open bracket", "Host: [::1"), ("blank before the host's colon", "Host : a"),
            ("folded host", "Host:\r\n a"),
        ].map { refused($0.0, "GET /a/### HTTP/1.1\r\n\($0.1)\r\n\r\n") }

    private static let fieldLines: [SmugglingCase] =
        [
            ("no colon", "X"), ("no name", ": y"), ("blank in the name", "X Y: z"),
            ("quote in the name", "\"X\": y"), ("bracket in the name", "X(: y"),
            ("byte over 127 in the name", "\u{e9}: y"), ("control in the name", "X\u{1}: y"),
            ("NUL in the value", "X: \0"), ("control in the value", "X: \u{1}"),
            ("DEL in the value", "X: \u{7f}"), ("CR in the value", "X: y\rz"),
            ("CR at the end", "X: y\r"), ("LF in the value", "X: y\nZ: z"),
            ("folded", "X: y\r\n z"), ("folded by tab", "X: y\r\n\tz"),
            ("line of blanks", "X: y\r\n "), ("wrong expectation", "Expect: 200-ok"),
        ].map { refused($0.0, "GET /a/### HTTP/1.1\r\nHost: a\r\n\($0.1)\r\n\r\n") }
        + [
            refused("folded first", "GET /a/### HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n")
        ]

    private static let paths: [SmugglingCase] = [
        "/..", "/x/../a", "/%2e%2e/a", "/.%2e/a", "/a%2fb", "/a%5cb", "/a%00", "/a%0d%0aX:%20y",
        "/a%c0%afb", "/a%e0%80%afb", "/a%zz", "/a%", "/a%u002f", "/a\\b", "/a%ff",
    ].map { refused("path \($0)", "GET \($0)/### HTTP/1.1\r\nHost: a\r\n\r\n") }

    // MARK: What must run

    private static func fine(_ name: String, _ text: String, _ runs: String...) -> SmugglingCase {
        SmugglingCase(name: name, text: text, runs: runs)
    }

    private static let end = "GET /end/### HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    private static let hidden = "GET /smuggled/### HTTP/1.1\r\nHost: a\r\n\r\n"

    private static let wellFormed: [SmugglingCase] = [
        fine(
            "two requests", "GET /a/### HTTP/1.1\r\nHost: a\r\n\r\n" + end, "GET /a/### ",
            "GET /end/### "
        ),
        fine(
            "a body like a request", post("Content-Length: \(hidden.utf8.count)", hidden) + end,
            "POST /a/### \(hidden)", "GET /end/### "),
        fine(
            "a chunk like a request",
            chunked("\(String(hidden.utf8.count, radix: 16))\r\n\(hidden)\r\n0\r\n\r\n") + end,
            "POST /a/### \(hidden)", "GET /end/### "),
        fine(
            "coding in capitals", post("TRANSFER-ENCODING: CHUNKED", "1\r\nx\r\n0\r\n\r\n") + end,
            "POST /a/### x", "GET /end/### "),
        fine(
            "extensions, zeros and trailers",
            chunked("0A;a=\"b;\\\"c\";d\r\n0123456789\r\n000\r\nX: y\r\n\r\n") + end,
            "POST /a/### 0123456789", "GET /end/### "),
        fine(
            "length with zeros", post("Content-Length: \t0005 ", "hello") + end,
            "POST /a/### hello",
            "GET /end/### "),
        fine(
            "a GET with a body",
            "GET /a/### HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + end,
            "GET /a/### hello", "GET /end/### "),
        fine("no length is no body", post("X: y", "") + end, "POST /a/### ", "GET /end/### "),
        fine(
            "names like those of the framing",
            post("Content_Length: 5\r\nX-Transfer-Encoding: chunked\r\nTE: trailers", "") + end,
            "POST /a/### ", "GET /end/### "),
        fine(
            "an empty line between requests", post("Content-Length: 1", "x\r\n") + end,
            "POST /a/### x", "GET /end/### "),
        fine(
            "nothing after close",
            "GET /a/### HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + hidden, "GET /a/### "),
        fine("nothing after 1.0", "GET /a/### HTTP/1.0\r\n\r\n" + hidden, "GET /a/### "),
        fine(
            "an upgrade that is not taken",
            "GET /a/### HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + end,
            "GET /a/### ", "GET /end/### "),
        fine(
            "absolute form", "GET http://A/a/### HTTP/1.1\r\nHost: a\r\n\r\n" + end, "GET /a/### ",
            "GET /end/### "),
        fine(
            "a body that was announced",
            post("Content-Length: 5\r\nExpect: 100-continue", "hello") + end, "POST /a/### hello",
            "GET /end/### "),
        fine("a body that ends too early", post("Content-Length: 5", "hell")),
        fine("chunks that end too early", chunked("5\r\nhello\r\n")),
    ]
}
