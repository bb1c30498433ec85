import HTTP

/// What the fields say about the message itself: framing, connection, host (RFC 9110 and 9112).
struct MessageFacts {
    private(set) var framing = RequestHead.Framing.none
    private(set) var keepsAlive: Bool
    private(set) var expectsContinue = false
    private(set) var host: String?

    init(_ fields: Fields, isHTTP10: Bool) throws(Refusal) {
        keepsAlive = !isHTTP10
        var contentLength: String?
        var codings: [Substring]?
        for field in fields {
            switch field.name.lowercased {
            case "host":
                guard host == nil else { throw .malformed("Host is given twice.") }
                host = field.value
            case "content-length":
                guard contentLength == nil else {
                    throw .malformed("Content-Length is given twice.")
                }
                contentLength = field.value
            case "transfer-encoding":
                codings =
                    (codings ?? [])
                    + field.value.split(separator: ",", omittingEmptySubsequences: false)
            case "connection":
                readConnection(field.value)
            case "expect":
                // RFC 9110 section 10.1.1: a 1.0 client can't mean it.
                guard ASCII.equalIgnoringCase(field.value, "100-continue") else {
                    throw Refusal(.expectationFailed, "Only 100-continue can be expected.")
                }
                expectsContinue = !isHTTP10
            default: break
            }
        }
        if isHTTP10 && !asksToKeepAlive || asksToClose { keepsAlive = false }
        if isHTTP10 && asksToKeepAlive && !asksToClose { keepsAlive = true }
        try checkHost(isHTTP10: isHTTP10)
        try frame(contentLength, codings, isHTTP10: isHTTP10)
    }

    private var asksToClose = false
    private var asksToKeepAlive = false

    private mutating func readConnection(_ value: String) {
        for option in value.split(separator: ",") {
            let option = ASCII.trimmed(option)
            if ASCII.equalIgnoringCase(option, "close") { asksToClose = true }
            if ASCII.equalIgnoringCase(option, "keep-alive") { asksToKeepAlive = true }
        }
    }

    private func checkHost(isHTTP10: Bool) throws(Refusal) {
        guard let host else {
            if isHTTP10 { return }
            throw .malformed("Host is missing.")
        }
        guard TargetForm.isAuthority(host) else { throw .malformed("Host is malformed.") }
    }

    private mutating func frame(
        _ contentLength: String?, _ codings: [Substring]?, isHTTP10: Bool
    ) throws(Refusal) {
        if let codings {
            guard contentLength == nil else {
                throw .malformed("Content-Length and Transfer-Encoding exclude each other.")
            }
            guard !isHTTP10 else {
                throw .malformed("HTTP/1.0 knows no Transfer-Encoding.")
            }
            let names = codings.map { ASCII.trimmed($0).lowercased() }
            guard !names.contains(""), names.last == "chunked" || !names.contains("chunked"),
                names.count(where: { $0 == "chunked" }) <= 1
            else { throw .malformed("Transfer-Encoding is malformed.") }
            guard names == ["chunked"] else {
                throw Refusal(.notImplemented, "The only transfer coding known here is chunked.")
            }
            framing = .chunked
        } else if let contentLength {
            guard let length = ASCII.decimal(contentLength.utf8) else {
                throw .malformed("Content-Length is malformed.")
            }
            framing = .length(length)
        }
    }
}
