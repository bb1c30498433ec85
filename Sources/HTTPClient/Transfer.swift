import CCurl
import HTTP

/// One request under way: libcurl's easy handle and what came back so far.
///
/// libcurl's callbacks get a pointer to it. They run on the client's thread alone, inside calls of its driver, which
/// holds on to the transfer until it has taken the handle away from libcurl.
final class Transfer {
    let id: Submission.ID
    let continuation: CheckedContinuation<Result<ClientResponse, HTTPClientError>, Never>
    let easy: UnsafeMutableRawPointer

    let request: ClientRequest
    let policy: AddressPolicy
    private let receiver: HTTPClient.Receiver?
    private var lines: UnsafeMutablePointer<curl_slist>?
    private var connectTo: UnsafeMutablePointer<curl_slist>?
    private var url: OpaquePointer?

    /// Bytes of the body that were handed to libcurl.
    private var sent = 0
    private var response = ClientResponse(Status(0))
    private var received = 0
    private var headerBytes = 0
    private var isHeadComplete = false
    /// Why a callback broke the transfer off.
    private var failure: HTTPClientError?
    /// True once the policy has ruled out an address.
    var hasRefusedAddress = false

    /// Field lines of one answer may take this many bytes together.
    private static let maximumHeaderBytes = 256 * 1024
    /// What a declared length may reserve before a byte of it has come.
    private static let maximumReservation = 1 << 20

    init(
        _ submission: Submission, configuration: HTTPClient.Configuration
    ) throws(HTTPClientError) {
        guard let easy = curl_easy_init() else { throw .outOfResources }
        self.easy = easy
        id = submission.id
        continuation = submission.continuation
        request = submission.request
        receiver = submission.receiver
        policy = configuration.addressPolicy
        try setTarget()
        try setMessage(userAgent: configuration.userAgent)
        setLimits()
        try setSignature()
        if let file = configuration.certificateAuthorities {
            curl_set_text(easy, CURLOPT_CAINFO, file)
        }
        setCallbacks()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(lines)
        curl_slist_free_all(connectTo)
        if let url { curl_url_cleanup(url) }
    }

    private func setTarget() throws(HTTPClientError) {
        url = curl_url()
        guard let url else { throw .outOfResources }
        // A zero byte would end the text early for libcurl: what was checked is then not what is fetched.
        guard !request.url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }),
            curl_url_set(url, CURLUPART_URL, request.url, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK
        else { throw .invalidURL }
        var scheme: UnsafeMutablePointer<CChar>?
        defer { curl_free(scheme) }
        guard curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK, let scheme,
            ["http", "https"].contains(String(cString: scheme))
        else { throw .invalidURL }
        curl_set_url(easy, url)
        curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        curl_set_text(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        curl_set_text(easy, CURLOPT_PROXY, "")
        if let path = request.unixSocketPath {
            guard !path.utf8.contains(0),
                curl_set_text(easy, CURLOPT_UNIX_SOCKET_PATH, path) == CURLE_OK
            else { throw .invalidRequest }
        }
        try setAddress()
        curl_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
    }

    private func setAddress() throws(HTTPClientError) {
        guard let address = request.connectTo else { return }
        // Empty parts stand for any host and port, and for the port as it is.
        connectTo = curl_slist_append(nil, "::\(address.urlHost):")
        guard connectTo != nil else { throw .outOfResources }
        curl_set_list(easy, CURLOPT_CONNECT_TO, connectTo)
        // A pooled connection may lead to another address of the same host.
        curl_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
        curl_set_long(easy, CURLOPT_FORBID_REUSE, 1)
    }

    private func setMessage(userAgent: String) throws(HTTPClientError) {
        let method = request.method
        guard !method.rawValue.isEmpty, method.rawValue.utf8.allSatisfy(ASCII.isToken) else {
            throw .invalidRequest
        }
        if method == .head {
            curl_set_long(easy, CURLOPT_NOBODY, 1)
        } else if !request.body.isEmpty || [.post, .put, .patch].contains(method) {
            curl_set_long(easy, CURLOPT_POST, 1)
            curl_set_offset(
                easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            if method != .post { curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method.rawValue) }
        } else if method != .get {
            curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method.rawValue)
        }
        // libcurl would wait for a `100 Continue` and name a form as the type of the body.
        var lines = ["Expect:"]
        if !request.fields.contains(.contentType) { lines.append("Content-Type:") }
        for field in request.fields { lines.append(try line(of: field)) }
        curl_set_text(easy, CURLOPT_USERAGENT, userAgent)
        try setFields(lines)
    }

    private func line(of field: Fields.Field) throws(HTTPClientError) -> String {
        let name = field.name.spelling
        // The framing is libcurl's business; a second opinion in the message would be request smuggling.
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken),
            field.name != .contentLength, field.name != .transferEncoding,
            !field.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
        else { throw .invalidRequest }
        // A semicolon is how libcurl is told to send a field without a value.
        return field.value.utf8.allSatisfy(ASCII.isBlank) ? "\(name);" : "\(name): \(field.value)"
    }

    private func setFields(_ texts: [String]) throws(HTTPClientError) {
        for text in texts {
            guard let longer = curl_slist_append(lines, text) else { throw .outOfResources }
            lines = longer
        }
        curl_set_list(easy, CURLOPT_HTTPHEADER, lines)
    }

    private func setSignature() throws(HTTPClientError) {
        guard let signature = request.signature else { return }
        let scope = "aws:amz:\(signature.region):\(signature.service)"
        for (option, text) in [
            (CURLOPT_AWS_SIGV4, scope), (CURLOPT_USERNAME, signature.accessKeyID),
            (CURLOPT_PASSWORD, signature.secretAccessKey),
        ] {
            guard !text.utf8.contains(0), curl_set_text(easy, option, text) == CURLE_OK else {
                throw .invalidRequest
            }
        }
    }

    private func setLimits() {
        curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // A name lookup that hangs must not hold up the thread when its transfer is given up.
        curl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        curl_set_long(
            easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
        if let timeout = request.timeout {
            curl_set_long(easy, CURLOPT_TIMEOUT_MS, timeout.wholeMilliseconds)
        }
        if request.method != .head {
            curl_set_offset(
                easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(max(request.maximumResponseBytes, 1)))
        }
        if request.maximumRedirects > 0 {
            curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 1)
            curl_set_long(easy, CURLOPT_MAXREDIRS, request.maximumRedirects)
        }
        curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        curl_set_long(easy, CURLOPT_BUFFERSIZE, 64 * 1024)
        if request.body.count > 64 * 1024 {
            curl_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, 512 * 1024)
        }
    }
}

// What the callbacks do.
extension Transfer {
    /// Copies the next bytes of the request's body.
    func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, request.body.count - sent)
        request.body.withUnsafeBytes { body in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: body[sent..<sent + count]))
        }
        sent += count
        return count
    }

    /// Starts the body again, for a second try on another connection.
    func rewind(to offset: Int) -> Bool {
        guard (0...request.body.count).contains(offset) else { return false }
        sent = offset
        return true
    }

    /// Takes one line of a header block. Each status line begins a new one, so that in the end the last answer is left,
    /// not a `100 Continue` or a redirect.
    func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Transfer.maximumHeaderBytes else {
            failure = .malformedResponse
            return false
        }
        if line.starts(with: "HTTP/".utf8) {
            var code = 0
            curl_get_long(easy, CURLINFO_RESPONSE_CODE, &code)
            response = ClientResponse(Status(code))
            received = 0
            headerBytes = line.count
            isHeadComplete = false
        } else if line.first == 0x0D || line.first == 0x0A {
            isHeadComplete = true
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let value = line[(colon + 1)...].prefix { $0 != 0x0D && $0 != 0x0A }
            response.fields.append(
                Fields.Name(String(decoding: line[..<colon], as: UTF8.self)),
                String(ASCII.trimmed(String(decoding: value, as: UTF8.self)[...])))
        }
        return true
    }

    /// Takes the next bytes of the answer's body.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= request.maximumResponseBytes - received else {
            failure = .tooLarge(limit: request.maximumResponseBytes)
            return false
        }
        received += bytes.count
        if let receiver {
            guard receiver(response, Array(bytes)) else {
                failure = .cancelled
                return false
            }
            return true
        }
        if response.body.isEmpty {
            var length: curl_off_t = 0
            curl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
            response.body.reserveCapacity(
                min(max(Int(length), bytes.count), Transfer.maximumReservation))
        }
        response.body.append(contentsOf: bytes)
        return true
    }

    /// What the caller gets, given what libcurl says of the finished transfer.
    func result(of code: CURLcode) -> Result<ClientResponse, HTTPClientError> {
        if code == CURLE_OK {
            // libcurl takes a connection that ends among the field lines for an answer without a body.
            return isHeadComplete ? .success(response) : .failure(.connection(.interrupted))
        }
        if let failure { return .failure(failure) }
        if hasRefusedAddress, code == CURLE_COULDNT_CONNECT { return .failure(.refusedAddress) }
        return .failure(HTTPClientError(code, limit: request.maximumResponseBytes))
    }
}

extension HTTPClientError {
    fileprivate init(_ code: CURLcode, limit: Int) {
        self =
            switch code {
            case CURLE_URL_MALFORMAT: .invalidURL
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .connection(.unresolved)
            case CURLE_COULDNT_CONNECT: .connection(.refused)
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER,
                CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
                .connection(.tls)
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_FILESIZE_EXCEEDED: .tooLarge(limit: limit)
            case CURLE_TOO_MANY_REDIRECTS: .tooManyRedirects
            // The URL was checked before: the scheme that is not supported is that of an HTTP/0.9 answer.
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
                .malformedResponse
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .outOfResources
            default: .connection(.interrupted)
            }
    }
}

extension Duration {
    /// At least one, since zero means no limit to libcurl.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let bounded = Int(min(max(seconds, 0), 1_000_000_000))
        return max(bounded * 1000 + Int(attoseconds / 1_000_000_000_000_000), 1)
    }
}
