import Glibc
import Synchronization

/// Where log lines go, in the order of their times. A line is one write, unless its writer can wait until there are
/// more of them; a reader that stalls costs lines, which are counted, and never more than an instant of waiting.
package final class LogSink: Sendable {
    package enum Destination: Sendable {
        case none
        /// Lines for people on a descriptor.
        case text(descriptor: Int32, colour: Bool)
        /// JSON lines on a descriptor.
        case json(descriptor: Int32)
        /// The journal, under the name of the program.
        case journal(JournalSocket, identifier: String)
    }

    private struct State {
        var lastTime: Int64 = 0
        var dropped = 0
        /// Lines that wait for others.
        var pending: [UInt8] = []
    }

    private static let pendingBytes = 32 * 1024

    private let destination: Destination
    /// Files are always ready.
    private let isFile: Bool
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: nanoseconds since 1970.
    package init(
        _ destination: Destination, now: @escaping @Sendable () -> Int64 = Timestamp.now
    ) {
        self.destination = destination
        isFile =
            switch destination {
            case .text(let descriptor, _), .json(let descriptor): Self.isFile(descriptor)
            case .none, .journal: false
            }
        self.now = now
    }

    /// Lines that were lost because nobody took them, since the last one that was written.
    package var dropped: Int { state.withLock(\.dropped) }

    /// - Parameter canWait: the line may stay here until the next `flush`, or the next line that cannot wait.
    package func write(
        _ level: LogLevel, _ message: String, _ fields: LogFields, canWait: Bool = false
    ) {
        if case .none = destination { return }
        state.withLock { state in
            // A clock that is set back must not make lines appear out of order.
            state.lastTime = max(state.lastTime, now())
            var record = LogRecord(
                time: state.lastTime, level: level, message: message, fields: fields)
            if state.dropped > 0 && state.pending.isEmpty {
                record.fields.set("dropped_lines", .integer(state.dropped))
            }
            switch destination {
            case .none: break
            case .text(_, let colour):
                state.pending += LogFormat.text(record, colour: colour)
            case .json:
                state.pending += LogFormat.json(record)
            case .journal(let socket, let identifier):
                let isSent = socket.send(LogFormat.journal(record, identifier: identifier))
                state.dropped = isSent ? 0 : state.dropped + 1
            }
            if !canWait || state.pending.count > Self.pendingBytes { flush(&state) }
        }
    }

    /// Writes the lines that wait.
    package func flush() {
        state.withLock { flush(&$0) }
    }

    private func flush(_ state: inout State) {
        let lines = state.pending
        guard !lines.isEmpty else { return }
        state.pending = []
        var lost = 0
        switch destination {
        case .text(let descriptor, _), .json(let descriptor):
            lost = write(lines, to: descriptor)
        case .none, .journal: break
        }
        state.dropped = lost == 0 ? 0 : state.dropped + lost
    }

    /// Returns how many lines were lost.
    private func write(_ lines: [UInt8], to descriptor: Int32) -> Int {
        var rest = lines[...]
        while !rest.isEmpty {
            var piece = rest
            // A pipe that is ready takes this much at once and not surely more.
            if !isFile && rest.count > Int(PIPE_BUF) {
                let end = rest.prefix(Int(PIPE_BUF)).lastIndex(of: 0x0A)
                piece = rest[...(end ?? rest.firstIndex(of: 0x0A) ?? rest.endIndex - 1)]
            }
            guard Self.write(piece, to: descriptor) else { return rest.count { $0 == 0x0A } }
            rest = rest[piece.endIndex...]
        }
        return 0
    }

    /// The descriptor is shared with others, so it stays blocking; asking first keeps a full pipe from stopping the daemon.
    private static func write(_ line: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = line
        while !rest.isEmpty {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let isReady = unsafe poll(&ready, 1, 20) == 1 && ready.revents & Int16(POLLOUT) != 0
            // A line once begun is finished, or half of it would stand before the next one.
            if !isReady && rest.count == line.count { return false }
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension LogSink {
    private static func isFile(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }
}

extension LogSink.Destination {
    /// The journal if standard error leads there, text on a terminal, JSON lines elsewhere.
    package static func automatic(
        identifier: String, environment: [String: String]
    ) -> LogSink.Destination {
        if let stream = environment["JOURNAL_STREAM"], JournalSocket.isStream(stream, on: 2),
            let socket = JournalSocket()
        {
            return .journal(socket, identifier: identifier)
        }
        if isatty(2) == 1 {
            let isPlain = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
            return .text(descriptor: 2, colour: !isPlain)
        }
        return .json(descriptor: 2)
    }
}
