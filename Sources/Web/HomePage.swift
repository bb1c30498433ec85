import HTTP

/// `/`: a photo in, its meaning and its rooms out, in a browser.
package struct HomePage: Sendable {
    package init() {}

    package var routes: [Route] {
        [
            Route(.get, "/", home),
            Route(.get, "/assets/tintype.css") { _ in
                Self.asset(Assets.style + Assets.roomStyle, "text/css; charset=utf-8")
            },
            Route(.get, "/assets/visitor.js") { _ in
                Self.asset(Assets.visitor, "text/javascript; charset=utf-8")
            },
            Route(.get, "/assets/home.js") { _ in
                Self.asset(Assets.home, "text/javascript; charset=utf-8")
            },
            Route(.get, "/assets/room.js") { _ in
                Self.asset(Assets.room, "text/javascript; charset=utf-8")
            },
        ]
    }

    private func home(_ request: Request) async throws -> Response {
        Page.response(
            title: "Tintype", script: "/assets/home.js",
            """
            <h1>What is in your photo, and who talks about it?</h1>
            <form id="upload" class="drop">
            <label for="photo">Choose a photo or drop it here
            <span class="hint">JPEG, PNG, WebP, GIF or HEIC</span></label>
            <input id="photo" name="image" type="file" accept="image/*,.heic" required>
            </form>
            <p id="state" role="status" aria-live="polite"></p>
            <noscript><p>This page needs JavaScript; without it, upload with
            <code>curl -F image=@photo.jpg -F fingerprint=me …/api/photo-analysis/upload/</code>.</p>
            </noscript>
            <section id="result" hidden>
            <figure><img id="picture" alt=""><figcaption id="caption"></figcaption></figure>
            <div>
            <section id="similar" hidden><h2>Rooms of similar photos</h2><ul></ul></section>
            <h2>Suggested rooms</h2><ul id="suggestions"></ul>
            </div>
            </section>
            <section id="recent" hidden><h2>Your photos</h2><ul></ul></section>
            """)
    }

    private static func asset(_ text: String, _ type: String) -> Response {
        var response = Response.bytes(Array(text.utf8), type: type)
        response.fields[.cacheControl] = "no-cache"
        response.fields[.xContentTypeOptions] = "nosniff"
        return response
    }
}
