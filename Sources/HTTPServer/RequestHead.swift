import HTTP

/// A request's start line and fields, all checked.
package struct RequestHead: Equatable {
    /// How the end of the body is known (RFC 9112 section 6.3).
    package enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    package var method: Method
    package var target: String
    package var location: RequestTarget
    package var isHTTP10: Bool
    package var fields: Fields
    package var framing: Framing
    package var keepsAlive: Bool
    package var expectsContinue: Bool
}

/// Why the server itself answers, and with what.
package struct Refusal: Error, Equatable {
    package let status: Status
    /// A sentence for the client.
    package let reason: String

    package init(_ status: Status, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> Refusal {
        Refusal(.badRequest, reason)
    }
}
