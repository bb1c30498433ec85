import Glibc

/// What the service manager is told and what it hands over: sd_notify(3) and sd_listen_fds(3) without their library.
///
/// Does nothing when no service manager runs us.
package struct ServiceManager: Sendable {
    private let environment: [String: String]

    package init(environment: [String: String]) { self.environment = environment }

    /// Requests are served from now on.
    @discardableResult
    package func ready(_ status: String) -> Bool {
        notify("READY=1\nSTATUS=\(Self.oneLine(status))")
    }

    /// The stop has begun.
    @discardableResult
    package func stopping() -> Bool { notify("STOPPING=1\nSTATUS=Finishing requests under way") }

    /// A line that `systemctl status` shows.
    @discardableResult
    package func status(_ text: String) -> Bool { notify("STATUS=\(Self.oneLine(text))") }

    /// More time for a long start, such as a migration.
    @discardableResult
    package func extendTimeout(by duration: Duration) -> Bool {
        notify("EXTEND_TIMEOUT_USEC=\(duration.components.seconds * 1_000_000)")
    }

    /// Tells the watchdog at half its time that we live, as long as `isAlive` says so; ends with its task.
    package func runWatchdog(isAlive: @Sendable () async -> Bool) async throws {
        guard let interval = watchdogInterval else { return }
        while true {
            if await isAlive() { notify("WATCHDOG=1") }
            try await Task.sleep(for: interval / 2)
        }
    }

    /// After what time without a sign of life we are killed; nil if there is no watchdog for this process.
    package var watchdogInterval: Duration? {
        if let process = environment["WATCHDOG_PID"], process != String(getpid()) { return nil }
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text),
            microseconds > 0
        else { return nil }
        return .microseconds(microseconds)
    }

    /// The listening sockets that were handed over, in the order of the unit file.
    package func listeningSockets() -> [InheritedSocket] {
        // The variables outlive an exec; only the process they name may take the descriptors.
        guard environment["LISTEN_PID"] == String(getpid()),
            let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...1024).contains(count)
        else { return [] }
        let names = environment["LISTEN_FDNAMES"]?.split(
            separator: ":", omittingEmptySubsequences: false)
        return (0..<count).map { index in
            let descriptor = 3 + index
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let name = names.flatMap { Int(index) < $0.count ? String($0[Int(index)]) : nil }
            return InheritedSocket(descriptor: descriptor, name: name ?? "unknown")
        }
    }

    @discardableResult
    private func notify(_ message: String) -> Bool {
        guard let path = environment["NOTIFY_SOCKET"], let address = UnixAddress(path) else {
            return false
        }
        return address.send(message)
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}

/// A socket that the service manager opened and listens on.
package struct InheritedSocket: Sendable, Equatable {
    package let descriptor: Int32
    /// FileDescriptorName= of the socket unit.
    package let name: String

    package init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }
}
