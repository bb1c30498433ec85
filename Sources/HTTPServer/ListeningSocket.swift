import CUV
import Glibc

/// A socket that accepts connections: bound here or handed over by systemd.
struct ListeningSocket: Sendable {
    let descriptor: Int32
    /// As bound, with the port the system chose.
    let address: ListenAddress
    /// The socket file to remove at the end, if this process made one.
    let ownedPath: String?

    static func open(_ address: ListenAddress, backlog: Int32) throws(ListenError)
        -> ListeningSocket
    {
        switch address {
        case .tcp(let host, let port): try openTCP(host, port, backlog)
        case .unix(let path): try openUnix(path, backlog)
        }
    }

    /// The sockets systemd passes by LISTEN_FDS, if they are meant for this process (sd_listen_fds(3)).
    static func inherited(_ environment: (String) -> String?) -> [ListeningSocket] {
        guard environment("LISTEN_PID").flatMap({ Int32($0) }) == getpid(),
            let count = environment("LISTEN_FDS").flatMap({ Int32($0) }), (1...64).contains(count)
        else { return [] }
        return (3..<3 + count).compactMap { descriptor in
            guard let address = boundAddress(of: descriptor) else { return nil }
            makeNonBlocking(descriptor)
            return ListeningSocket(descriptor: descriptor, address: address, ownedPath: nil)
        }
    }

    private static func openTCP(
        _ host: String, _ port: Int, _ backlog: Int32
    ) throws(ListenError) -> ListeningSocket {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let name = ListenAddress.tcp(host: host, port: port).description
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else {
            throw ListenError(code: EADDRNOTAVAIL, what: name)
        }
        defer { freeaddrinfo(list) }
        let descriptor = try socket(first.pointee.ai_family, name)
        _ = cuv_set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0,
            listen(descriptor, backlog) == 0, let address = boundAddress(of: descriptor)
        else { throw closing(descriptor, name) }
        return ListeningSocket(descriptor: descriptor, address: address, ownedPath: nil)
    }

    private static func openUnix(
        _ path: String, _ backlog: Int32
    ) throws(ListenError) -> ListeningSocket {
        let name = "unix:\(path)"
        guard var address = SocketAddress.unix(path) else {
            throw ListenError(code: ENAMETOOLONG, what: name)
        }
        let descriptor = try socket(AF_UNIX, name)
        // The file takes its mode from the socket, so nobody else can connect in the moment before a chmod.
        fchmod(descriptor, 0o600)
        if !bindUnix(descriptor, &address) {
            guard errno == EADDRINUSE, isStale(path, &address), unlink(path) == 0,
                bindUnix(descriptor, &address)
            else { throw closing(descriptor, name) }
        }
        chmod(path, 0o600)
        guard listen(descriptor, backlog) == 0 else { throw closing(descriptor, name) }
        return ListeningSocket(
            descriptor: descriptor, address: .unix(path: path), ownedPath: path)
    }

    private static func bindUnix(_ descriptor: Int32, _ address: inout sockaddr_un) -> Bool {
        SocketAddress.with(&address) { bind(descriptor, $0, $1) } == 0
    }

    /// A socket file nobody listens on any more refuses connections; anything else there is not ours to delete.
    private static func isStale(_ path: String, _ address: inout sockaddr_un) -> Bool {
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFSOCK,
            let probe = try? socket(AF_UNIX, path)
        else {
            errno = EADDRINUSE
            return false
        }
        let status = SocketAddress.with(&address) { connect(probe, $0, $1) }
        let isRefused = status != 0 && errno == ECONNREFUSED
        close(probe)
        errno = EADDRINUSE
        return isRefused
    }

    private static func socket(_ family: Int32, _ name: String) throws(ListenError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        guard descriptor >= 0 else { throw ListenError(code: errno, what: name) }
        return descriptor
    }

    private static func closing(_ descriptor: Int32, _ name: String) -> ListenError {
        let error = ListenError(code: errno, what: name)
        close(descriptor)
        return error
    }

    private static func makeNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private static func boundAddress(of descriptor: Int32) -> ListenAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutableBytes(of: &storage) { buffer in
            getsockname(
                descriptor, buffer.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
        }
        guard status == 0 else { return nil }
        if storage.ss_family == sa_family_t(AF_UNIX) {
            return .unix(path: SocketAddress.unixPath(storage, length))
        }
        return SocketAddress.host(storage).map { .tcp(host: $0.host, port: $0.port) }
    }
}
