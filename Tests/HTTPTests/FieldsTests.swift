import HTTP
import Testing

@Suite struct FieldsTests {
    @Test func `names are compared without case and keep their order`() {
        var fields: Fields = ["Content-Type": "a", "X-B": "1", "x-b": "2"]
        #expect(fields["CONTENT-TYPE"] == "a")
        #expect(fields.values(of: "X-b") == ["1", "2"])
        #expect(fields.list(of: "x-B") == "1, 2")
        fields[.contentType] = "c"
        fields["x-b"] = "3"
        #expect(fields.map(\.value) == ["c", "3"])
        fields["X-B"] = nil
        #expect(fields.count == 1)
    }

    @Test(
        arguments: [
            ("a=1; b=2", "b", "2"), ("b=\"q\"", "b", "q"), ("x=1;b=first; b=second", "b", "first"),
            ("a=1", "b", nil), ("bb=1", "b", nil), ("b=a=c", "b", "a=c"),
        ] as [(String, String, String?)])
    func `cookies are found by their exact name`(field: String, name: String, value: String?) {
        #expect(Cookies.value(of: name, in: [.cookie: field]) == value)
    }

    @Test func `a cookie is set with its guards`() {
        let text = Cookies.set("sid", "abc", maximumAge: 60, isSecure: true)
        #expect(text == "sid=abc; Path=/; SameSite=Lax; Max-Age=60; Secure; HttpOnly")
    }

    @Test(
        arguments: [
            (nil, "a/json"), ("*/*", "a/json"), ("text/html", "text/html"),
            ("text/*;q=0.5, a/json;q=0.4", "text/html"), ("a/json;q=0, */*", "text/html"),
            ("image/png", nil), ("", "a/json"), ("text/html;level=1", "text/html"),
        ] as [(String?, String?)])
    func `the client's preference chooses the offer`(accept: String?, expected: String?) {
        #expect(Negotiation.choose(["a/json", "text/html"], accept: accept) == expected)
    }

    @Test(
        arguments: [
            ("gzip", true), ("gzip;q=0", false), ("br, *;q=0.1", true), (nil, false), ("br", false),
        ] as [(String?, Bool)])
    func `codings are accepted only when named`(field: String?, expected: Bool) {
        #expect(Negotiation.accepts(coding: "gzip", field) == expected)
    }

    @Test func `events are sent line by line`() {
        let event = ServerSentEvent(id: "1\r\nx", name: "n", data: "a\nb\r\n\rc")
        let text = "id: 1x\nevent: n\ndata: a\ndata: b\ndata: \ndata: c\n\n"
        #expect(String(decoding: event.encoded, as: UTF8.self) == text)
    }

    @Test func `an urlencoded form is read`() async throws {
        let fields: Fields = [.contentType: "application/x-www-form-urlencoded; charset=utf-8"]
        let request = try Request(.post, "/", fields: fields, body: Body("a=1+2&b=%C3%A9"))
        let form = try await request.form()
        #expect(form["a"] == "1 2")
        #expect(form["b"] == "é")
        let broken = try Request(.post, "/", fields: fields, body: Body("a=%f"))
        await #expect(throws: Request.FormError.malformed(.malformed)) { try await broken.form() }
    }

    @Test func `request ids are short, new and safe`() {
        let ids = (0..<100).map { _ in RequestID.next() }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.utf8.count == 15 && RequestID.isAcceptable($0) })
        #expect(!RequestID.isAcceptable(""))
        #expect(!RequestID.isAcceptable("a b"))
        #expect(!RequestID.isAcceptable(String(repeating: "a", count: 65)))
    }
}
