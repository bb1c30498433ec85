import Glibc
import Synchronization

/// Where log lines go. One line is one write, in the order of their times; a reader that stalls
/// costs lines, which are counted, and never more than an instant of waiting.
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
    }

    private let destination: Destination
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: nanoseconds since 1970.
    package init(
        _ destination: Destination, now: @escaping @Sendable () -> Int64 = Timestamp.now
    ) {
        self.destination = destination
        self.now = now
    }

    /// Lines that were lost because nobody took them, since the last one that was written.
    package var dropped: Int { state.withLock(\.dropped) }

    package func write(_ level: LogLevel, _ message: String, _ fields: LogFields) {
        if case .none = destination { return }
        state.withLock { state in
            // A clock that is set back must not make lines appear out of order.
            state.lastTime = max(state.lastTime, now())
            var record = LogRecord(
                time: state.lastTime, level: level, message: message, fields: fields)
            if state.dropped > 0 {
                record.fields.set("dropped_lines", .integer(state.dropped))
            }
            state.dropped = deliver(record) ? 0 : state.dropped + 1
        }
    }

    private func deliver(_ record: LogRecord) -> Bool {
        switch destination {
        case .none:
            true
        case .text(let descriptor, let colour):
            Self.write(LogFormat.text(record, colour: colour), to: descriptor)
        case .json(let descriptor):
            Self.write(LogFormat.json(record), to: descriptor)
        case .journal(let socket, let identifier):
            socket.send(LogFormat.journal(record, identifier: identifier))
        }
    }

    /// The descriptor is shared with others, so it stays blocking; asking first keeps a full pipe from stopping the daemon.
    private static func write(_ line: [UInt8], to descriptor: Int32) -> Bool {
        var rest = line[...]
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
