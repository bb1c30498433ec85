import CCurl

/// An `http` or `https` URL as libcurl, which also sends it, takes it apart.
///
/// There is one parser on purpose: where the one that checks and the one that connects disagree about the host, a
/// hostile URL slips through between them.
struct WebTarget: Sendable, Equatable {
    /// The URL as it is sent, spaces and other than ASCII escaped.
    let url: String
    /// A name in its ASCII form or an address without brackets, in lower case, without the dot at its end.
    let host: String
    let port: Int

    init(_ text: String) throws(FetchError) {
        try self.init(text, from: nil)
    }

    /// Where a redirect with that `Location` leads.
    func following(_ location: String) throws(FetchError) -> WebTarget {
        try WebTarget(location, from: url)
    }

    private init(_ text: String, from base: String?) throws(FetchError) {
        guard let handle = curl_url() else { throw .connect }
        defer { curl_url_cleanup(handle) }
        // A zero byte would end the text early for libcurl; control characters are never meant.
        let isPrintable = !text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
        guard isPrintable, text.utf8.count <= 8192 else { throw .badURL }
        for part in [base, text].compactMap({ $0 }) {
            let flags = UInt32(CURLU_DISALLOW_USER | CURLU_URLENCODE)
            guard curl_url_set(handle, CURLUPART_URL, part, flags) == CURLUE_OK else {
                throw .badURL
            }
        }
        guard ["http", "https"].contains(Self.part(CURLUPART_SCHEME, of: handle)),
            let url = Self.part(CURLUPART_URL, of: handle),
            var host = Self.part(CURLUPART_HOST, of: handle, UInt32(CURLU_PUNYCODE)),
            let port = Self.part(CURLUPART_PORT, of: handle, UInt32(CURLU_DEFAULT_PORT))
                .flatMap({ Int($0) })
        else { throw .badURL }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        guard !host.isEmpty else { throw .badURL }
        // A zone names one of this machine's networks.
        guard Self.part(CURLUPART_ZONEID, of: handle) == nil else { throw .blockedAddress }
        self.url = url
        self.host = host.lowercased()
        self.port = port
    }

    private static func part(
        _ part: CURLUPart, of handle: OpaquePointer, _ flags: UInt32 = 0
    ) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        defer { curl_free(text) }
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        return String(cString: text)
    }
}
