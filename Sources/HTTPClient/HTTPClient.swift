import HTTP

/// Sends requests to other servers: libcurl's multi interface on one thread of its own.
///
/// Connections are pooled and HTTP/2 is used where a server offers it over TLS. The environment's proxies, `.netrc` and
/// cookies are never looked at. The thread starts with the first request and ends with the client.
package final class HTTPClient: Sendable {
    /// What holds for every request of one client.
    package struct Configuration: Sendable {
        /// One policy for a whole client, because a pooled connection serves every request to its host.
        package var addressPolicy = AddressPolicy.any
        /// Sent as `User-Agent` unless a request names its own.
        package var userAgent = "tintype"
        /// Idle connections that are kept for the next request.
        package var maximumIdleConnections = 16
        /// Transfers above this number wait for a connection.
        package var maximumConnections = 256
        /// A PEM file of certificate authorities instead of the system's.
        package var certificateAuthorities: String?

        package init(addressPolicy: AddressPolicy = .any) {
            self.addressPolicy = addressPolicy
        }
    }

    /// Takes a body as it arrives: the head of the answer and the next bytes. False ends the transfer.
    ///
    /// It is called on the client's thread and holds up every other transfer, so it must return at once.
    package typealias Receiver = @Sendable (ClientResponse, [UInt8]) -> Bool

    private let loop: TransferLoop

    package init(configuration: Configuration = Configuration()) {
        loop = TransferLoop(configuration: configuration)
    }

    deinit {
        loop.stop()
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// The body is collected in memory, or given to `receiver` piece by piece where there is one. Cancelling the task
    /// breaks the transfer off.
    package func send(
        _ request: ClientRequest, receiver: Receiver? = nil
    ) async throws(HTTPClientError) -> ClientResponse {
        let id = loop.reserve()
        let result: Result<ClientResponse, HTTPClientError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.submit(
                    Submission(
                        id: id, request: request, receiver: receiver, continuation: continuation))
            }
        } onCancel: {
            loop.cancel(id)
        }
        return try result.get()
    }
}

/// A request on its way to the client's thread.
struct Submission: Sendable {
    typealias ID = UInt64

    let id: ID
    let request: ClientRequest
    let receiver: HTTPClient.Receiver?
    let continuation: CheckedContinuation<Result<ClientResponse, HTTPClientError>, Never>
}
