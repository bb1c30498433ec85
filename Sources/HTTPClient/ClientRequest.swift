import HTTP

/// A request to another server, complete with its limits.
package struct ClientRequest: Sendable {
    package var method: Method
    /// An absolute `http` or `https` URL without user information.
    package var url: String
    package var fields: Fields
    package var body: [UInt8]
    /// How long name lookup, connecting and the TLS handshake may take together.
    package var connectTimeout: Duration = .seconds(10)
    /// How long everything may take, from sending to the last byte of the answer; nil for a stream without end.
    package var timeout: Duration? = .seconds(60)
    /// Bytes of an answer's body above which the transfer is broken off.
    package var maximumResponseBytes = 16 << 20
    /// Redirects that are followed; none unless asked.
    package var maximumRedirects = 0
    /// Talks to this local socket instead of the URL's host, which is still sent as `Host`.
    package var unixSocketPath: String?
    /// Signs the request as Amazon's services ask. `x-amz-content-sha256` must name the body's digest.
    package var signature: Signature?

    /// AWS Signature Version 4. The URL's query, if any, must be sorted: libcurl signs it as it stands.
    package struct Signature: Sendable {
        package var accessKeyID: String
        package var secretAccessKey: String
        package var region: String
        package var service: String

        package init(
            accessKeyID: String, secretAccessKey: String, region: String, service: String
        ) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.region = region
            self.service = service
        }
    }

    /// Connects to this address, and to no other, instead of looking the URL's host up.
    package var connectTo: IPAddress?

    package init(
        _ method: Method, _ url: String, fields: Fields = Fields(), body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
    }
}

/// The answer of another server.
package struct ClientResponse: Sendable, Equatable {
    package var status: Status
    package var fields: Fields
    /// Empty where the body was streamed.
    package var body: [UInt8]

    package init(_ status: Status, fields: Fields = Fields(), body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
