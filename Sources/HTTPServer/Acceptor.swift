import CUV
import Glibc
import HTTP

/// Accepts connections for one event loop and watches over them.
actor Acceptor {
    nonisolated let loop: EventLoop
    private let context: ServerContext
    private var listeners: [UnsafeMutablePointer<uv_poll_t>] = []
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var turnedAway = 0
    private let timer: UnsafeMutablePointer<uv_timer_t>
    /// Given up when the process is out of descriptors, so that a waiting client can be turned away instead of
    /// waking the loop forever.
    private var spare: Int32 = -1
    private var isSweeping = false
    private var lastSweep: UInt64 = 0
    private var stopDeadline: UInt64?
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []
    private var isShutDown = false

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    init(loop: EventLoop, context: ServerContext) {
        self.loop = loop
        self.context = context
        timer = .allocate(capacity: 1)
    }

    /// Starts accepting. Each loop polls a descriptor of its own for the same socket.
    func open(_ sockets: [ListeningSocket]) {
        uv_timer_init(loop.uv, timer)
        timer.pointee.data = Unmanaged.passRetained(self).toOpaque()
        spare = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        for socket in sockets {
            let descriptor = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
            let poll = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
            guard descriptor >= 0, uv_poll_init(loop.uv, poll, descriptor) == 0 else {
                preconditionFailure("libuv refuses a listening socket")
            }
            poll.pointee.data = Unmanaged.passUnretained(self).toOpaque()
            uv_poll_start(poll, Int32(UV_READABLE.rawValue), Acceptor.onConnection)
            listeners.append(poll)
        }
    }

    // MARK: Accepting

    private static let onConnection: uv_poll_cb = { handle, _, _ in
        guard let handle, let data = handle.pointee.data else { return }
        let acceptor = Unmanaged<Acceptor>.fromOpaque(data).takeUnretainedValue()
        var descriptor: uv_os_fd_t = -1
        guard uv_fileno(handle.erased, &descriptor) == 0 else { return }
        acceptor.assumeIsolated { $0.accept(from: descriptor) }
        acceptor.loop.drain()
    }

    private func accept(from listener: Int32) {
        for _ in 0..<64 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutableBytes(of: &storage) { buffer in
                cuv_accept(
                    listener, buffer.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
            }
            if descriptor >= 0 {
                admit(descriptor, storage)
            } else if errno == EMFILE || errno == ENFILE {
                turnAwayOne(from: listener)
                return
            } else if errno != EINTR && errno != ECONNABORTED {
                return
            }
        }
    }

    private func admit(_ descriptor: Int32, _ storage: sockaddr_storage) {
        let host = SocketAddress.host(storage)?.host
        let address = host ?? "unix"
        guard context.census.admit(address, isLocal: host == nil) else {
            context.configuration.observer?.connectionRefused()
            turnAway(descriptor, address, isLocal: host == nil)
            return
        }
        if host != nil { _ = cuv_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
        context.configuration.observer?.connectionOpened()
        let connection = Connection(
            descriptor, remoteAddress: address, isLocal: host == nil, isAdmitted: true,
            loop: loop, context: context, acceptor: self)
        connections[ObjectIdentifier(connection)] = connection
        connection.assumeIsolated { $0.open() }
        sweepAsNeeded()
    }

    /// Over a cap: an answer that costs nothing, and the end.
    ///
    /// The socket stays open until the client has read it: closing one with an unread request in it would make the
    /// system throw the answer away. As many may linger so as there are places, the rest are closed at once.
    private func turnAway(_ descriptor: Int32, _ address: String, isLocal: Bool) {
        guard turnedAway < context.configuration.maximumTurnedAway else {
            close(descriptor)
            return
        }
        turnedAway += 1
        let connection = Connection(
            descriptor, remoteAddress: address, isLocal: isLocal, isAdmitted: false, loop: loop,
            context: context, acceptor: self)
        connections[ObjectIdentifier(connection)] = connection
        connection.assumeIsolated { $0.openTurnedAway() }
        sweepAsNeeded()
    }

    private func turnAwayOne(from listener: Int32) {
        close(spare)
        let descriptor = Glibc.accept(listener, nil, nil)
        if descriptor >= 0 { close(descriptor) }
        spare = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        context.configuration.observer?.connectionRefused()
    }

    func forget(_ connection: Connection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        if connection.isAdmitted {
            context.census.leave(connection.remoteAddress, isLocal: connection.isLocal)
            context.configuration.observer?.connectionClosed()
        } else {
            turnedAway -= 1
        }
        sweepAsNeeded()
        endIfDone()
    }

    // MARK: Deadlines

    private func sweepAsNeeded() {
        let isNeeded = !connections.isEmpty
        guard isNeeded != isSweeping, !isShutDown else { return }
        isSweeping = isNeeded
        if isNeeded {
            let interval = context.deadlines.sweep
            lastSweep = loop.now
            uv_timer_start(
                timer,
                { handle in
                    guard let data = handle?.pointee.data else { return }
                    let acceptor = Unmanaged<Acceptor>.fromOpaque(data).takeUnretainedValue()
                    acceptor.assumeIsolated { $0.sweep() }
                    acceptor.loop.drain()
                }, interval, interval)
        } else {
            uv_timer_stop(timer)
        }
    }

    private func sweep() {
        let now = loop.now
        let isOver = stopDeadline.map { now >= $0 } ?? false
        // When this thread itself was held up, what its clients sent meanwhile must be read before they are judged.
        let isLate = now - lastSweep > 3 * context.deadlines.sweep
        lastSweep = now
        guard isOver || !isLate else { return }
        for connection in Array(connections.values) {
            connection.assumeIsolated {
                if isOver { $0.abandon() } else { $0.checkDeadlines(now: now) }
            }
        }
    }

    // MARK: Stopping

    /// Stops accepting, lets what is under way finish for `grace` milliseconds, then closes everything.
    func stop(grace: UInt64, _ whenDone: CheckedContinuation<Void, Never>) {
        stopWaiters.append(whenDone)
        stopDeadline = min(stopDeadline ?? .max, loop.now + grace)
        for listener in listeners {
            var descriptor: uv_os_fd_t = -1
            uv_fileno(listener.erased, &descriptor)
            uv_close(listener.erased) { handle in
                UnsafeMutableRawPointer(handle)?.assumingMemoryBound(to: uv_poll_t.self)
                    .deallocate()
            }
            close(descriptor)
        }
        listeners = []
        for connection in Array(connections.values) {
            connection.assumeIsolated { grace == 0 ? $0.abandon() : $0.stopWhenIdle() }
        }
        endIfDone()
    }

    private func endIfDone() {
        guard stopDeadline != nil, connections.isEmpty else { return }
        for waiter in stopWaiters { waiter.resume() }
        stopWaiters = []
        guard !isShutDown else { return }
        isShutDown = true
        close(spare)
        uv_close(timer.erased) { handle in
            guard let handle, let data = handle.pointee.data else { return }
            Unmanaged<Acceptor>.fromOpaque(data).release()
            UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_timer_t.self).deallocate()
        }
    }
}
