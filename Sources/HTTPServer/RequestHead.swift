import HTTP

/// A request's start line and fields, all checked.
struct RequestHead: Equatable {
    /// How the end of the body is known (RFC 9112 section 6.3).
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    var method: Method
    var target: String
    var location: RequestTarget
    var isHTTP10: Bool
    var fields: Fields
    var framing: Framing
    var keepsAlive: Bool
    var expectsContinue: Bool
}

/// Why the server itself answers, and with what.
struct Refusal: Error, Equatable {
    let status: Status
    /// A sentence for the client.
    let reason: String

    init(_ status: Status, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> Refusal {
        Refusal(.badRequest, reason)
    }
}
