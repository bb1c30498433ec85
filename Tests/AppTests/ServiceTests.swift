import App
import Dispatch
import Foundation
import Glibc
import Testing

struct ServiceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `the data directory is made for its owner alone, parents included`() throws {
        let path = folder.path + "/a/b"
        let directory = try DataDirectory(path + "/")
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(directory.path.hasSuffix("/a/b") && directory.path.hasPrefix("/"))
        #expect(DataDirectory.socketPath(in: path) == directory.path + "/tintype.sock")
    }

    @Test func `a second holder is told who the first is, until it lets go`() throws {
        let path = folder.path + "/data"
        var first: DataDirectory? = try DataDirectory(path)
        let failure = try #require(throws: CommandFailure.self) { try DataDirectory(path) }
        #expect(failure.exitCode == .temporaryFailure)
        #expect(failure.message.hasSuffix("is already in use by process \(getpid())."))
        #expect(first != nil)
        first = nil
        _ = try DataDirectory(path)
    }

    @Test func `what is no folder or cannot be one is named`() throws {
        let file = try folder.write("", to: "file")
        for (path, words) in [
            (file, "is not a folder; choose another --data-dir."),
            (file + "/below", "Not a directory"),
            ("/proc/tintype", "Cannot make the data directory /proc/tintype"),
        ] {
            let failure = try #require(throws: CommandFailure.self) { try DataDirectory(path) }
            #expect(failure.exitCode == .cannotCreate)
            #expect(failure.message.contains(words))
        }
    }

    @Test func `a command works alone until a daemon holds the directory and listens`() throws {
        let path = folder.path + "/data"
        guard case .alone(let holder) = try CommandSite.choose(dataDirectory: path) else {
            Issue.record("nobody else holds the directory")
            return
        }
        #expect(throws: CommandFailure.self) { try CommandSite.choose(dataDirectory: path) }
        try folder.write("", to: "data/tintype.sock")
        guard case .daemon(let socket) = try CommandSite.choose(dataDirectory: path) else {
            Issue.record("the directory is held")
            return
        }
        #expect(socket == holder.path + "/tintype.sock")
    }

    @Test(arguments: [false, true])
    func `the service manager is told of start and stop`(isAbstract: Bool) async throws {
        let path = isAbstract ? "@" + folder.path : folder.path + "/notify"
        let manager = try NotifySocket(path)
        let service = ServiceManager(environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "2000"])
        #expect(service.ready("Listening\non 8080"))
        #expect(await manager.receive() == "READY=1\nSTATUS=Listening on 8080")
        #expect(service.stopping())
        #expect(await manager.receive().hasPrefix("STOPPING=1\n"))
        #expect(service.extendTimeout(by: .seconds(30)))
        #expect(await manager.receive() == "EXTEND_TIMEOUT_USEC=30000000")

        let watchdog = Task { try await service.runWatchdog { true } }
        #expect(await manager.receive() == "WATCHDOG=1")
        #expect(await manager.receive() == "WATCHDOG=1")
        watchdog.cancel()
        _ = await watchdog.result
    }

    @Test func `without a service manager nothing is told and nothing inherited`() async throws {
        let service = ServiceManager(environment: [
            "NOTIFY_SOCKET": folder.path + "/none", "WATCHDOG_USEC": "0", "LISTEN_FDS": "2",
            "LISTEN_PID": "1",
        ])
        #expect(!service.ready("x") && service.watchdogInterval == nil)
        #expect(service.listeningSockets().isEmpty)
        try await service.runWatchdog { true }
    }

    @Test(
        arguments: [
            (
                "2", "a:b",
                [
                    InheritedSocket(descriptor: 3, name: "a"),
                    InheritedSocket(descriptor: 4, name: "b"),
                ]
            ),
            ("1", nil, [InheritedSocket(descriptor: 3, name: "unknown")]),
            ("0", nil, []), ("-1", nil, []), ("99999999999", nil, []), ("x", nil, []),
        ] as [(String, String?, [InheritedSocket])])
    func `inherited sockets are counted from three`(
        count: String, names: String?, sockets: [InheritedSocket]
    ) {
        var environment = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": count]
        environment["LISTEN_FDNAMES"] = names
        // Their flags are restored, for here the descriptors belong to somebody else.
        let flags = (3...4).map { fcntl(Int32($0), F_GETFD) }
        defer {
            for (index, flag) in flags.enumerated() { _ = fcntl(Int32(index + 3), F_SETFD, flag) }
        }
        #expect(ServiceManager(environment: environment).listeningSockets() == sockets)
    }

    @Test func `open files may be as many as the kernel allows`() {
        let first = ProcessLimits.raiseOpenFiles()
        #expect(first >= 1024 && ProcessLimits.raiseOpenFiles() == first)
    }

    @Test func `a second request to stop ends the process at once`() async {
        await #expect(processExitsWith: .exitCode(128 + SIGTERM)) {
            let signals = try ProcessSignals()
            kill(getpid(), SIGINT)
            for await _ in signals.events { kill(getpid(), SIGTERM) }
        }
    }

    @Test func `signals become events`() async throws {
        let signals = try ProcessSignals()
        kill(getpid(), SIGHUP)
        kill(getpid(), SIGPIPE)
        kill(getpid(), SIGTERM)
        var events: [ProcessSignals.Event] = []
        for await event in signals.events {
            events.append(event)
            if events.count == 2 { break }
        }
        for number in [SIGHUP, SIGTERM, SIGINT] { signal(number, SIG_DFL) }
        #expect(Set(events) == [.hangUp, .stop])
    }
}

/// Stands where systemd stands.
private final class NotifySocket {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count + (bytes[0] == 0 ? 0 : 1))
        let status = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(status == 0)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Waits on a thread of its own: those of the tests are few, and the watchdog needs one.
    func receive() async -> String {
        let descriptor = descriptor
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var buffer = [UInt8](repeating: 0, count: 1000)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                continuation.resume(
                    returning: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
            }
        }
    }

    deinit { close(descriptor) }
}
