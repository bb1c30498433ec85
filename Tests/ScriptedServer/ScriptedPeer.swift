import Glibc
import HTTP

/// The client's end of a connection, as a script sees it.
package struct ScriptedPeer: Sendable {
    let descriptor: Int32

    /// Writes bytes as they are; false if the client is gone.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool {
        send(Array(text.utf8))
    }

    /// Writes a whole answer.
    package func answer(
        _ code: Int = 200, fields: [(String, String)] = [], body: [UInt8]
    ) {
        var head = "HTTP/1.1 \(Status(code))\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        send(Array((head + "\r\n").utf8) + body)
    }

    package func answer(
        _ code: Int = 200, fields: [(String, String)] = [], text: String = ""
    ) {
        answer(code, fields: fields, body: Array(text.utf8))
    }

    /// Ends the connection after what was written.
    package func hangUp() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Returns when the client has closed its end.
    package func waitForHangUp() {
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) > 0 {}
    }

    func nextRequest(connection: Int) -> ScriptedRequest? {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            var byte: UInt8 = 0
            guard head.count < 65_536, recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            head.append(byte)
        }
        let arrival = ContinuousClock.now
        let lines = String(decoding: head.dropLast(4), as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        var fields = Fields()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            fields.append(
                Fields.Name(String(line[..<colon])),
                String(ASCII.trimmed(line[line.index(after: colon)...])))
        }
        var body = [UInt8](repeating: 0, count: Int(fields[.contentLength] ?? "") ?? 0)
        var filled = 0
        while filled < body.count {
            let count = body.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + filled, $0.count - filled, 0)
            }
            guard count > 0 else { return nil }
            filled += count
        }
        return ScriptedRequest(
            method: String(words[0]), target: String(words[1]), fields: fields, body: body,
            connection: connection, arrival: arrival)
    }
}
