extension Fields {
    /// The name of a header field; two names are equal when they differ only in case.
    package struct Name: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        /// As it was spelled, and as it is sent.
        package let spelling: String
        package let lowercased: String

        package init(_ spelling: String) {
            self.spelling = spelling
            lowercased = spelling.lowercased()
        }

        /// A name known to be in lower case already, as the server's parser makes them.
        package init(lowercased: String) {
            spelling = lowercased
            self.lowercased = lowercased
        }

        package init(stringLiteral value: String) {
            self.init(value)
        }

        package var description: String { spelling }
    }
}

extension Fields.Name: Hashable {
    package static func == (left: Fields.Name, right: Fields.Name) -> Bool {
        left.lowercased == right.lowercased
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(lowercased)
    }
}

extension Fields.Name {
    package static let accept = Fields.Name("Accept")
    package static let acceptEncoding = Fields.Name("Accept-Encoding")
    package static let acceptLanguage = Fields.Name("Accept-Language")
    package static let acceptRanges = Fields.Name("Accept-Ranges")
    package static let accessControlAllowOrigin = Fields.Name("Access-Control-Allow-Origin")
    package static let age = Fields.Name("Age")
    package static let allow = Fields.Name("Allow")
    package static let authorization = Fields.Name("Authorization")
    package static let cacheControl = Fields.Name("Cache-Control")
    package static let connection = Fields.Name("Connection")
    package static let contentDisposition = Fields.Name("Content-Disposition")
    package static let contentEncoding = Fields.Name("Content-Encoding")
    package static let contentLength = Fields.Name("Content-Length")
    package static let contentRange = Fields.Name("Content-Range")
    package static let contentSecurityPolicy = Fields.Name("Content-Security-Policy")
    package static let contentType = Fields.Name("Content-Type")
    package static let cookie = Fields.Name("Cookie")
    package static let date = Fields.Name("Date")
    package static let etag = Fields.Name("ETag")
    package static let expect = Fields.Name("Expect")
    package static let forwarded = Fields.Name("Forwarded")
    package static let host = Fields.Name("Host")
    package static let idempotencyKey = Fields.Name("Idempotency-Key")
    package static let ifMatch = Fields.Name("If-Match")
    package static let ifModifiedSince = Fields.Name("If-Modified-Since")
    package static let ifNoneMatch = Fields.Name("If-None-Match")
    package static let ifRange = Fields.Name("If-Range")
    package static let ifUnmodifiedSince = Fields.Name("If-Unmodified-Since")
    package static let keepAlive = Fields.Name("Keep-Alive")
    package static let lastEventID = Fields.Name("Last-Event-ID")
    package static let lastModified = Fields.Name("Last-Modified")
    package static let link = Fields.Name("Link")
    package static let location = Fields.Name("Location")
    package static let origin = Fields.Name("Origin")
    package static let range = Fields.Name("Range")
    package static let rateLimit = Fields.Name("RateLimit")
    package static let rateLimitPolicy = Fields.Name("RateLimit-Policy")
    package static let referer = Fields.Name("Referer")
    package static let referrerPolicy = Fields.Name("Referrer-Policy")
    package static let retryAfter = Fields.Name("Retry-After")
    package static let secFetchSite = Fields.Name("Sec-Fetch-Site")
    package static let server = Fields.Name("Server")
    package static let setCookie = Fields.Name("Set-Cookie")
    package static let strictTransportSecurity = Fields.Name("Strict-Transport-Security")
    package static let trailer = Fields.Name("Trailer")
    package static let transferEncoding = Fields.Name("Transfer-Encoding")
    package static let upgrade = Fields.Name("Upgrade")
    package static let userAgent = Fields.Name("User-Agent")
    package static let vary = Fields.Name("Vary")
    package static let wwwAuthenticate = Fields.Name("WWW-Authenticate")
    package static let xContentTypeOptions = Fields.Name("X-Content-Type-Options")
    package static let xForwardedFor = Fields.Name("X-Forwarded-For")
    package static let xForwardedProto = Fields.Name("X-Forwarded-Proto")
    package static let xFrameOptions = Fields.Name("X-Frame-Options")
    package static let xRateLimitLimit = Fields.Name("X-RateLimit-Limit")
    package static let xRateLimitRemaining = Fields.Name("X-RateLimit-Remaining")
    package static let xRequestID = Fields.Name("X-Request-ID")
}
