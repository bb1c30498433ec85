import HTTP

/// Told about everything that a log or a metric wants to know. Called on event-loop threads: must not block.
package protocol ServerObserver: Sendable {
    func connectionOpened()
    func connectionClosed()
    func connectionRefused()
    func requestFinished(_ record: RequestRecord)
    /// A turn of an event loop is over: a good time to write down together what was told one by one.
    func turnEnded()
    /// A handler threw something that is no `BodyError`; the client was told 500.
    func handlerFailed(_ error: any Error, requestID: String)
}

extension ServerObserver {
    package func connectionOpened() {}
    package func connectionClosed() {}
    package func connectionRefused() {}
    package func requestFinished(_ record: RequestRecord) {}
    package func turnEnded() {}
    package func handlerFailed(_ error: any Error, requestID: String) {}
}

/// One request and its answer, for the access log and the metrics.
package struct RequestRecord: Sendable {
    package let requestID: String
    package let remoteAddress: String
    /// Nil when the request was too broken to tell.
    package let method: Method?
    package let target: String?
    package let userAgent: String?
    /// The route's pattern; nil when no route answered.
    package let route: String?
    package let status: Status
    package let bytesReceived: Int
    /// Body bytes handed to the system.
    package let bytesSent: Int
    package let duration: Duration
    /// False when the client was gone before the answer's end.
    package let isComplete: Bool
}
