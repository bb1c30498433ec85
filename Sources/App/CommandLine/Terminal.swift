import Glibc

/// Facts about the terminal this process may have.
package enum Terminal {
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal on `descriptor`; 80 where there is none.
    package static func columns(_ descriptor: Int32) -> Int {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else {
            return 80
        }
        return Int(size.ws_col)
    }

    /// Asks for a secret without showing it; nil if there is no terminal or the line is empty.
    package static func readSecret(_ question: String) -> [UInt8]? {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        if terminal < 0 { return nil }
        defer { close(terminal) }
        var shown = termios()
        guard unsafe tcgetattr(terminal, &shown) == 0 else { return nil }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        _ = unsafe tcsetattr(terminal, TCSAFLUSH, &hidden)
        defer {
            _ = unsafe tcsetattr(terminal, TCSAFLUSH, &shown)
            writeAll(Array("\n".utf8), to: terminal)
        }
        writeAll(Array(question.utf8), to: terminal)
        return firstLine(of: readAll(terminal, upTo: 4096, untilNewline: true))
    }

    /// The first line of standard input.
    package static func readLineOfInput() -> [UInt8]? {
        firstLine(of: readAll(0, upTo: 65_536, untilNewline: true))
    }

    private static func firstLine(of bytes: [UInt8]) -> [UInt8]? {
        var line = Array(bytes.prefix { $0 != 10 })
        if line.last == 13 { line.removeLast() }
        return line.isEmpty ? nil : line
    }

    /// Everything on a descriptor, at most `limit` bytes.
    static func readAll(_ descriptor: Int32, upTo limit: Int, untilNewline: Bool = false) -> [UInt8]
    {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            bytes += buffer.prefix(count)
            if untilNewline && bytes.contains(10) { break }
        }
        return bytes
    }

    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            // Nobody reads any more: there is no one left to tell.
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}
