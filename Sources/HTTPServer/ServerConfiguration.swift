import HTTP

extension Server {
    /// Everything that can be set about a server; the defaults are made for the open network.
    package struct Configuration: Sendable {
        /// Where to listen, unless systemd passes sockets and `usesSocketActivation` is set.
        package var addresses: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 8080)]
        package var usesSocketActivation = true
        package var backlog: Int32 = 1024
        /// Event-loop threads. One answers about a hundred thousand small requests a second.
        package var loops = 1

        package var head = HeadLimits()
        package var deadlines = Deadlines()

        package var maximumConnections = 12_000
        /// Zero sets no such cap.
        package var maximumConnectionsPerAddress = 256
        /// Addresses that many clients share, which the cap for one address spares: proxies, and the machine itself.
        package var isExemptFromAddressCap: @Sendable (_ address: String) -> Bool =
            SocketAddress.isLoopback
        /// Connections over a cap that are told 503 and given time to read it; more are closed without a word.
        package var maximumTurnedAway = 256
        /// Bytes of all bodies that wait for their reader or that `Body.collect` put together. Over it new bodies are
        /// refused with 503, and one being put together ends with `BodyError.overloaded`.
        package var maximumBodyMemory = 64 * 1024 * 1024
        /// Received bytes of one body that wait for their reader; beyond them the socket is not read.
        package var bodyBufferBytes = 256 * 1024
        /// Received bytes of later requests that wait for the current one.
        package var pipelineBytes = 64 * 1024
        /// What is left of a body nobody read is skipped up to this size; beyond it the connection is closed.
        package var drainBytes = 64 * 1024
        /// What a lingering connection may still send before it is cut.
        package var lingerBytes = 64 * 1024 * 1024

        /// Makes the answers that the server gives by itself, in the shape of the path's family.
        package var errorResponse: @Sendable (ServerFailure) -> Response = { failure in
            .text(failure.reason + "\n", status: failure.status)
        }
        package var observer: (any ServerObserver)?

        package init() {}
    }

    /// How long each part of an exchange may take.
    package struct Deadlines: Sendable {
        /// From the first byte (or the connection's start) to the end of the header block.
        package var head = Duration.seconds(10)
        /// Between two requests of one connection.
        package var idle = Duration.seconds(75)
        /// How long a body or an answer may run before its rate is looked at.
        package var grace = Duration.seconds(10)
        /// Bytes a second that a client must send or take after the grace.
        package var minimumRate = 1024
        /// How long a client may take to notice that the connection is being closed.
        package var linger = Duration.seconds(5)

        package init() {}
    }
}

/// Why the server answers without the handler, or for it.
package struct ServerFailure: Sendable {
    package let status: Status
    /// A sentence for the client, without details of the inside.
    package let reason: String
    /// The raw request target, if the request got that far.
    package let target: String?
    package let requestID: String
}
