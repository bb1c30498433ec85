import Domain
import HTTP
import Services

/// `/admin/`: signing in and out, and who may see the pages below.
package struct AdminPages: Sendable {
    private let sessions: SessionService
    /// The daemon's address for others, if it is known.
    private let publicURL: String
    private let trustsProxies: Bool

    package init(sessions: SessionService, publicURL: String, trustsProxies: Bool) {
        self.sessions = sessions
        self.publicURL = publicURL
        self.trustsProxies = trustsProxies
    }

    package var routes: [Route] {
        [
            Route(.get, "/admin/", home),
            Route(.get, "/admin/login/", signInPage),
            Route(.post, "/admin/login/", signIn),
            Route(.post, "/admin/logout/", signOut),
        ]
    }

    private static let signInPath = "/admin/login/"
    private static let formCookie = "tintype_form"

    /// An admin who is signed in, and what forms of the session carry.
    struct Visitor {
        let user: User
        let formToken: String
    }

    /// Answers a page of the admin's, or sends the visitor to the sign-in page, or refuses one who is no admin.
    func page(
        _ request: Request, _ body: (Visitor) async throws -> Response
    ) async throws -> Response {
        guard let secret = Cookies.value(of: SessionService.cookieName, in: request.fields),
            let user = try sessions.user(session: secret)
        else {
            let next = PercentCoding.encode(request.target)
            return Response(
                .found,
                fields: [.location: "\(Self.signInPath)?next=\(next)", .cacheControl: "no-store"])
        }
        guard user.role == .admin else { return Self.forbidden }
        return try await body(Visitor(user: user, formToken: sessions.formToken(of: secret)))
    }

    static let forbidden = Page.response(
        title: "Not allowed", script: nil, status: .forbidden,
        """
        <h1>This page is not for your account</h1>
        <p>It needs the role admin. <a href="/admin/login/">Sign in with another account</a>.</p>
        """)

    static let missing = Page.response(
        title: "Not found", script: nil, status: .notFound,
        """
        <h1>There is nothing here</h1>
        <p><a href="/admin/">Back to the administration</a></p>
        """)

    /// A page with the administration's head: where one is and who one is.
    static func response(
        title: String, _ visitor: Visitor, path: [(title: String, link: String)] = [],
        _ content: HTML
    ) -> Response {
        let crumbs = HTML(
            ([(title: "Administration", link: "/admin/")] + path).map {
                "<a href=\"\($0.link)\">\($0.title)</a> › "
            })
        return Page.response(
            title: "\(title) · Tintype administration", script: nil,
            """
            <form method="post" action="/admin/logout/" class="who">
            <input type="hidden" name="form" value="\(visitor.formToken)">
            <span>\(visitor.user.email)</span> <button type="submit">Sign out</button>
            </form>
            <nav aria-label="Path" class="crumbs">\(crumbs)<span>\(title)</span></nav>
            <h1>\(title)</h1>
            \(content)
            """)
    }

    private func home(_ request: Request) async throws -> Response {
        try await page(request) { visitor in
            Page.response(
                title: "Tintype administration", script: nil,
                """
                <form method="post" action="/admin/logout/" class="who">
                <input type="hidden" name="form" value="\(visitor.formToken)">
                <span>\(visitor.user.email)</span> <button type="submit">Sign out</button>
                </form>
                <h1>Administration</h1>
                <ul class="cards">
                <li><a href="/admin/usage/requestimage/">Request images</a>
                <span>Pictures kept with the request log</span></li>
                <li><a href="/admin/usage/performance/">Image performance</a>
                <span>Durations, sizes and errors of logged requests</span></li>
                </ul>
                """)
        }
    }

    // MARK: - Signing in and out

    private func signInPage(_ request: Request) async throws -> Response {
        form(request, next: Self.localPath(request.query["next"]), complaint: nil)
    }

    private func form(_ request: Request, next: String, complaint: String?) -> Response {
        let token = sessions.freshFormToken()
        let notice: HTML = complaint.map { "<p role=\"alert\" class=\"notice\">\($0)</p>" } ?? ""
        var response = Page.response(
            title: "Sign in · Tintype", script: nil,
            status: complaint == nil ? .ok : .forbidden,
            """
            <h1>Sign in</h1>
            \(notice)
            <form method="post" action="/admin/login/" class="fields">
            <input type="hidden" name="form" value="\(token)">
            <input type="hidden" name="next" value="\(next)">
            <label for="email">E-mail</label>
            <input id="email" name="email" type="email" autocomplete="username" required autofocus>
            <label for="password">Password</label>
            <input id="password" name="password" type="password"
            autocomplete="current-password" required>
            <button type="submit">Sign in</button>
            </form>
            """)
        response.fields.append(
            .setCookie,
            Cookies.set(
                Self.formCookie, token, path: Self.signInPath, isSecure: isSecure(request),
                sameSite: .strict))
        return response
    }

    private func signIn(_ request: Request) async throws -> Response {
        guard let form = try? await request.form(upTo: 16 * 1024) else {
            return self.form(request, next: "/admin/", complaint: "The form cannot be read.")
        }
        let next = Self.localPath(form["next"])
        guard let token = form["form"], !token.isEmpty, isSameOrigin(request),
            Cookies.value(of: Self.formCookie, in: request.fields) == token
        else {
            return self.form(
                request, next: next, complaint: "The form is too old. Please try once more.")
        }
        do {
            let secret = try await sessions.signIn(
                email: form["email"] ?? "", password: form["password"] ?? "",
                from: request.remoteAddress)
            var response = Response(.seeOther, fields: [.location: next])
            response.fields[.cacheControl] = "no-store"
            response.fields.append(
                .setCookie,
                Cookies.set(
                    SessionService.cookieName, secret, maximumAge: SessionService.lifetime,
                    isSecure: isSecure(request)))
            return response
        } catch {
            guard let refusal = error as? SessionService.Refusal else { throw error }
            let complaint =
                refusal == .tooManyAttempts
                ? "Too many attempts. Please wait a few minutes."
                : "E-mail or password is wrong."
            return self.form(request, next: next, complaint: complaint)
        }
    }

    private func signOut(_ request: Request) async throws -> Response {
        guard let secret = Cookies.value(of: SessionService.cookieName, in: request.fields),
            let form = try? await request.form(upTo: 16 * 1024), isSameOrigin(request),
            form["form"] == sessions.formToken(of: secret)
        else { return Self.forbidden }
        try await sessions.signOut(session: secret)
        var response = Response(.seeOther, fields: [.location: Self.signInPath])
        response.fields.append(
            .setCookie,
            Cookies.set(
                SessionService.cookieName, "gone", maximumAge: 0, isSecure: isSecure(request)))
        return response
    }

    /// Whether a browser says that the form stood on a page of this site; older ones say nothing.
    private func isSameOrigin(_ request: Request) -> Bool {
        if let site = request.fields[.secFetchSite] {
            return site == "same-origin" || site == "none"
        }
        guard let origin = request.fields[.origin] else { return true }
        guard let host = request.fields[.host] else { return false }
        return origin == "http://" + host || origin == "https://" + host || origin == publicURL
    }

    /// Whether the visitor's own connection is encrypted, so that cookies need not travel in clear.
    private func isSecure(_ request: Request) -> Bool {
        request.isSecure || publicURL.hasPrefix("https://")
            || trustsProxies && request.fields[.xForwardedProto]?.lowercased() == "https"
    }

    /// A path of the administration itself: nobody is sent elsewhere after signing in.
    private static func localPath(_ text: String?) -> String {
        guard let text, text.hasPrefix("/admin/"), !text.contains("\\"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return "/admin/" }
        return text
    }
}

extension Fields.Name {
    static let secFetchSite = Fields.Name("Sec-Fetch-Site")
}
