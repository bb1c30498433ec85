import Dispatch
import Glibc
import Synchronization

/// The signals that a daemon heeds: the first SIGTERM or SIGINT asks it to stop, a second one ends it at once, SIGHUP is
/// passed on, SIGPIPE is ignored.
///
/// Handlers, unlike blocked or ignored signals, are not inherited over exec: workers start with the defaults.
package final class ProcessSignals {
    package enum Event: UInt8, Sendable {
        case stop = 1
        case hangUp = 2
    }

    /// What was asked for, as it happens. To be read by one task.
    package let events: AsyncStream<Event>
    private let source: any DispatchSourceRead

    /// Installs the handlers for the whole process.
    package init() throws(CommandFailure) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else {
            throw CommandFailure(.osError, "Cannot make a pipe for signals.")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let reading = ends[0]
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        events = stream
        source = DispatchSource.makeReadSource(fileDescriptor: reading)
        source.setEventHandler {
            for byte in Terminal.readAll(reading, upTo: 64) {
                if let event = Event(rawValue: byte) { continuation.yield(event) }
            }
        }
        source.setCancelHandler { close(reading) }
        source.resume()

        signalPipe.store(ends[1], ordering: .releasing)
        stopsReceived.store(0, ordering: .releasing)
        Self.ignoreBrokenPipes()
        for number in [SIGTERM, SIGINT, SIGHUP] { _ = signal(number, handleSignal) }
    }

    deinit { source.cancel() }

    /// Writing to somebody who has gone is an error to be returned, not a reason to die.
    package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}

private let signalPipe = Atomic<Int32>(-1)
private let stopsReceived = Atomic<Int>(0)

/// Only what signal-safety(7) allows: atomics, write and _exit.
private func handleSignal(_ number: Int32) {
    var event = ProcessSignals.Event.hangUp.rawValue
    if number != SIGHUP {
        event = ProcessSignals.Event.stop.rawValue
        if stopsReceived.wrappingAdd(1, ordering: .relaxed).newValue > 1 { _exit(128 + number) }
    }
    let saved = errno
    _ = unsafe write(signalPipe.load(ordering: .acquiring), &event, 1)
    errno = saved
}
