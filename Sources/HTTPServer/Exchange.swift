import CUV
import HTTP

/// What the connection remembers of the request under way until its answer is out.
struct Exchange {
    let number: Int
    let requestID: String
    /// Nil when the server answers a request it could not read.
    let head: RequestHead?
    let target: String?
    let started = uv_hrtime()
    var status = Status.ok
    var route: String?
    var bytesSent = 0
    var isCut = false
    /// The answer is out; only what is left of the body keeps the exchange open.
    var isAnswered = false

    var isHEAD: Bool { head?.method == .head }
    var isHTTP10: Bool { head?.isHTTP10 ?? false }

    func record(remoteAddress: String, bytesReceived: Int) -> RequestRecord {
        RequestRecord(
            requestID: requestID, remoteAddress: remoteAddress, method: head?.method,
            target: target, userAgent: head?.fields[.userAgent], route: route, status: status,
            bytesReceived: bytesReceived, bytesSent: bytesSent,
            duration: .nanoseconds(Int64(uv_hrtime() - started)), isComplete: !isCut)
    }
}
