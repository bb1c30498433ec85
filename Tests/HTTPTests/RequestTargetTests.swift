import HTTP
import Testing

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("/a/b/", "/a/b/"), ("//a///b//", "/a/b/"),
        ("/a/./b/.", "/a/b/"), ("/%41%7e", "/A~"), ("/caf%C3%A9", "/café"), ("/a?x=/../y", "/a"),
        ("/a%20b", "/a b"), ("/...", "/..."), ("/a..b", "/a..b"), ("/%2e", "/"),
    ])
    func `a path is decoded and normalised`(target: String, path: String) throws {
        #expect(try RequestTarget(parsing: target).path == path)
    }

    @Test(arguments: [
        "", "a", "/a b", "/%", "/%4", "/%zz", "/%ff", "/%c0%af", "/%c0%ae", "/%ed%a0%80",
        "/a#b", "/a\u{7f}", "/é", "/a<b", "/a\"b", "/a\\b", "/a^b", "/a{b}", "/a|b", "/a`b",
        "/?a=%", "/?a=%ff", "/?a=%c0%80", "/a[0]", "/?<",
    ])
    func `what breaks the grammar is refused`(target: String) {
        #expect(throws: RequestTarget.ParseError.malformed) {
            try RequestTarget(parsing: target)
        }
    }

    @Test(arguments: [
        "/..", "/../etc/passwd", "/a/../b", "/a/%2e%2e/b", "/a/.%2E", "/a%2fb", "/a%5Cb", "/a%00",
        "/a%0d%0ab", "/a%7f", "/a%c2%85",
    ])
    func `what could mean another path is refused`(target: String) {
        #expect(throws: RequestTarget.ParseError.forbiddenPath) {
            try RequestTarget(parsing: target)
        }
    }

    @Test func `queries are decoded, the last of equal names wins`() throws {
        let query = try RequestTarget(parsing: "/?a=1&b=x+y%2B%C3%A9&a=2&flag&=v&ids[]=3").query
        #expect(query["a"] == "2")
        #expect(query.values(of: "a") == ["1", "2"])
        #expect(query["b"] == "x y+é")
        #expect(query["flag"] == "")
        #expect(query[""] == "v")
        #expect(query["ids[]"] == "3")
        #expect(query["none"] == nil)
    }

    @Test func `a flood of parameters is refused`() {
        let many = String(repeating: "a&", count: 257)
        #expect(throws: RequestTarget.ParseError.tooManyParameters) {
            try RequestTarget(parsing: "/?" + many)
        }
    }

    @Test func `encoding is undone by decoding`() {
        let text = "a b/ü?&=%+~"
        let encoded = PercentCoding.encode(text)
        #expect(encoded == "a%20b%2F%C3%BC%3F%26%3D%25%2B~")
        #expect(PercentCoding.decode(encoded) == text)
    }
}
