import Domain
import Testing

@Suite struct GalleryURLTests {
    @Test(arguments: [
        "https://example.com/a.jpg", "HTTP://EXAMPLE.COM", "http://a", "http://a.b-c_d.:8080/x?y#z",
        "http://127.0.0.1/", "http://[::1]:80/a", "http://[::ffff:10.0.0.1]/", "http://bücher.de/ü",
        "http://user:pw@host/", "https://host:/", "http://a?b", "http://a#b",
    ])
    func `an absolute web address is taken`(text: String) {
        #expect(GalleryURL.isValid(text))
    }

    @Test(arguments: [
        "", "a", "/a.jpg", "ftp://a/b", "http://", "http:///a", "http:/a", "http://a b",
        "http://a/b c",
        "http://a\n", "http://-a", "http://a-", "http://a..b", "http://.a", "http://[::1",
        "http://[a]",
        "http://[1.2.3.4]/", "http://a:99999/", "http://a:b/", "http://@", "javascript:alert(1)",
        "http://a\u{0}", "http://a/<b>", "https//a", "://a", "data:image/png;base64,x", "http://?a",
    ])
    func `anything else is not`(text: String) {
        #expect(!GalleryURL.isValid(text))
    }
}
