/// Where the daemon accepts connections.
package enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A host name or address (IPv6 without brackets) and a port; port 0 lets the system choose.
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// Reads `HOST:PORT`, `[IPV6]:PORT`, `:PORT` (all addresses), a lone port, or `unix:PATH`.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            // The address structure of Linux holds 108 bytes with the closing zero (unix(7)).
            guard (1...107).contains(path.utf8.count), !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
            return
        }
        let text = text.utf8.allSatisfy { (48...57).contains($0) } ? "127.0.0.1:" + text : text
        guard let colon = text.lastIndex(of: ":"),
            let port = SettingText.integer(String(text[text.index(after: colon)...])),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard NetworkRange(host)?.isIPv6 == true else { return nil }
        } else if host.isEmpty || host == "*" {
            host = "::"
        } else if !Self.isName(host) {
            return nil
        }
        self = .tcp(host: host, port: port)
    }

    package var description: String {
        switch self {
        case .unix(let path): "unix:" + path
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// Whether only this machine can reach it.
    package var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _):
            host == "localhost" || host == "::1"
                || (NetworkRange("127.0.0.0/8")?.contains(host) ?? false)
        }
    }

    /// Whether `text` can stand between `//` and the path of a URL.
    static func isHostWithOptionalPort(_ text: String) -> Bool {
        if isName(text) { return true }
        if text.hasPrefix("["), text.hasSuffix("]") { return ListenAddress(text + ":0") != nil }
        guard !text.hasPrefix(":"), !text.hasPrefix("*"), case .tcp = ListenAddress(text) else {
            return false
        }
        return true
    }

    /// `text` in lower case if it is a host with or without a port.
    static func host(_ text: String) -> String? {
        let isAddress = NetworkRange(text)?.isIPv6 == true && !text.contains("/")
        return isAddress || isHostWithOptionalPort(text) ? text.lowercased() : nil
    }

    private static func isName(_ host: String) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                    || byte == UInt8(ascii: "_")
            }
    }
}
