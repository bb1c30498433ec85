import CCurl
import Glibc

// The functions that libcurl calls. Each of them finds its transfer behind the pointer it was given.

extension Transfer {
    func setCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        curl_set_transfer(easy, CURLOPT_READFUNCTION) { buffer, size, count, context in
            guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
            return Transfer.behind(context).supply(
                UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
        }
        curl_set_seek(easy) { context, offset, origin in
            guard let context, origin == SEEK_SET,
                Transfer.behind(context).rewind(to: Int(offset))
            else { return CURL_SEEKFUNC_FAIL }
            return CURL_SEEKFUNC_OK
        }
        curl_set_transfer(easy, CURLOPT_HEADERFUNCTION) { line, size, count, context in
            guard let line, let context else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: line, count: size * count)
            return Transfer.behind(context).takeHeaderLine(bytes) ? bytes.count : 0
        }
        curl_set_transfer(easy, CURLOPT_WRITEFUNCTION) { chunk, size, count, context in
            guard let chunk, let context else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: chunk, count: size * count)
            return Transfer.behind(context).take(bytes) ? bytes.count : 0
        }
        curl_set_opensocket(easy) { context, _, address in
            guard let context, let address else { return CURL_SOCKET_BAD }
            return Transfer.behind(context).openSocket(for: address.pointee, at: address)
        }
        for option in [
            CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA,
            CURLOPT_OPENSOCKETDATA,
        ] {
            curl_set_pointer(easy, option, context)
        }
    }

    private static func behind(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// The descriptor that libcurl is about to connect to `address`, unless the policy rules the address out.
    private func openSocket(
        for facts: curl_sockaddr, at address: UnsafePointer<curl_sockaddr>
    ) -> curl_socket_t {
        if policy != .any || request.connectTo != nil {
            var bytes = [UInt8](repeating: 0, count: 16)
            let count = Int(curl_sockaddr_ip(address, &bytes))
            guard let ip = IPAddress(bytes: Array(bytes.prefix(count))), policy.permits(ip),
                request.connectTo == nil || request.connectTo == ip
            else {
                hasRefusedAddress = true
                return CURL_SOCKET_BAD
            }
        }
        // Children of the daemon must not inherit the connection.
        return socket(facts.family, facts.socktype | Int32(SOCK_CLOEXEC.rawValue), facts.protocol)
    }
}
