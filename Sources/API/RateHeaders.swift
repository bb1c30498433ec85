import HTTP
import Services

extension Response {
    /// Tells how the caller's buckets stand; nothing where limiting is off.
    ///
    /// - Parameter window: the seconds that the limits hold for.
    mutating func add(_ standings: [RateLimiter.Standing], window: Int = 3600) {
        guard let identity = standings.first else { return }
        fields[.xRateLimitLimit] = String(identity.rule.limit)
        fields[.xRateLimitRemaining] = String(identity.remaining)
        fields[.rateLimitPolicy] =
            standings.map { "\"\($0.rule.name)\";q=\($0.rule.limit);w=\(window)" }
            .joined(separator: ", ")
        fields[.rateLimit] =
            standings.map { "\"\($0.rule.name)\";r=\($0.remaining);t=\($0.nextToken)" }
            .joined(separator: ", ")
    }

    /// 429 as the family words it.
    static func limited(_ refusal: RateLimiter.Refusal) -> Response {
        limited(
            "You have made \(refusal.requests) requests in the last hour. "
                + "Limit: \(refusal.limit)/hour.", retryAfter: refusal.retryAfter)
    }

    /// 429 with the whole seconds to wait.
    static func limited(_ detail: String, retryAfter: Int) -> Response {
        let body = JSONWriter.object { json in
            json.field("error", "Rate limit exceeded")
            json.field("detail", detail)
            json.field("retry_after", retryAfter)
        }
        var response = Response.json(body, status: .tooManyRequests)
        response.fields[.retryAfter] = String(retryAfter)
        return response
    }
}
