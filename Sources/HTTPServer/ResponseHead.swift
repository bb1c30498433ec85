import HTTP

/// Writes the head of an answer.
struct ResponseHead {
    enum Framing {
        case none
        case length(Int)
        case chunked
        /// The connection's end is the body's end.
        case untilClose
    }

    let response: Response
    let framing: Framing
    let requestID: String
    let isHTTP10: Bool
    let closes: Bool

    func append(to output: inout [UInt8], date: [UInt8]) {
        StatusLine.append(response.status, to: &output)
        output += Literal.date
        output += date
        output += Literal.lineBreak
        var hasRequestID = false
        for field in response.fields {
            switch field.name.lowercased {
            // These belong to the connection and are the server's own.
            case "content-length", "transfer-encoding", "connection", "date", "keep-alive": continue
            case "x-request-id": hasRequestID = true
            default: break
            }
            ResponseHead.append(field.name.spelling, to: &output)
            output += Literal.colon
            ResponseHead.append(field.value, to: &output)
            output += Literal.lineBreak
        }
        if !hasRequestID {
            output += Literal.requestID
            output += requestID.utf8
            output += Literal.lineBreak
        }
        appendFraming(to: &output)
        if closes {
            output += Literal.close
        } else if isHTTP10 {
            output += Literal.keepAlive
        }
        output += Literal.lineBreak
    }

    private func appendFraming(to output: inout [UInt8]) {
        switch framing {
        case .length(let length):
            output += Literal.contentLength
            ResponseHead.append(length, to: &output)
            output += Literal.lineBreak
        case .chunked:
            output += Literal.chunked
        case .none, .untilClose:
            break
        }
    }

    static func append(_ number: Int, to output: inout [UInt8]) {
        let start = output.count
        var rest = number
        repeat {
            output.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        output[start...].reverse()
    }

    /// A line break inside a value would let whoever supplied it write fields of their own.
    private static func append(_ text: String, to output: inout [UInt8]) {
        let start = output.count
        output += text.utf8
        for index in start..<output.count where output[index] < 0x20 || output[index] == 0x7F {
            output[index] = 0x20
        }
    }

    private enum Literal {
        static let lineBreak = Array("\r\n".utf8)
        static let colon = Array(": ".utf8)
        static let date = Array("Date: ".utf8)
        static let requestID = Array("X-Request-ID: ".utf8)
        static let contentLength = Array("Content-Length: ".utf8)
        static let chunked = Array("Transfer-Encoding: chunked\r\n".utf8)
        static let close = Array("Connection: close\r\n".utf8)
        static let keepAlive = Array("Connection: keep-alive\r\n".utf8)
    }
}

private enum StatusLine {
    private static let known: [[UInt8]] = (0..<600).map { code in
        Array("HTTP/1.1 \(code) \(Status(code).reasonPhrase)\r\n".utf8)
    }

    static func append(_ status: Status, to output: inout [UInt8]) {
        precondition((100...599).contains(status.code), "a status code has three digits")
        output += known[status.code]
    }
}
