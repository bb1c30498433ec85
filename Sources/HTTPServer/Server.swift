import Glibc
import HTTP
import Synchronization

/// An HTTP/1.1 server for one handler.
///
/// ```swift
/// let server = Server(configuration) { request in try await router.handle(request) }
/// let addresses = try await server.start()
/// try await server.run()   // until the task is cancelled, then stops gracefully
/// ```
/// Handlers run on the event loop's thread until they go elsewhere: one that computes for more than a millisecond or
/// blocks must do that on another executor (`@concurrent`, or an actor of its own).
package final class Server: Sendable {
    private enum State {
        case new
        case running([Acceptor], [ListeningSocket])
        case stopped([Acceptor])
    }

    private let context: ServerContext
    private let state = Mutex(State.new)
    private let (stopping, stopSource) = AsyncStream.makeStream(of: Never.self)

    package init(_ configuration: Configuration, handler: @escaping Handler) {
        context = ServerContext(configuration, handler)
    }

    deinit {
        if case .stopped(let acceptors) = state.withLock({ $0 }) {
            for acceptor in acceptors { acceptor.loop.end() }
        }
    }

    /// Connections open now.
    package var connectionCount: Int { context.census.count }

    /// False once a stop has begun.
    package var isAccepting: Bool { !context.isStopping.load(ordering: .relaxed) }

    /// Binds and starts to answer; returns the addresses with the ports that the system chose.
    package func start() async throws(ListenError) -> [ListenAddress] {
        // A client that hangs up must not end the process; sendfile has no flag for that.
        signal(SIGPIPE, SIG_IGN)
        raiseDescriptorLimit()
        let sockets = try listen()
        var acceptors: [Acceptor] = []
        for _ in 0..<max(1, context.configuration.loops) {
            let loop = try EventLoop(observer: context.configuration.observer)
            loop.start()
            let acceptor = Acceptor(loop: loop, context: context)
            await acceptor.open(sockets)
            acceptors.append(acceptor)
        }
        state.withLock { $0 = .running(acceptors, sockets) }
        return sockets.map(\.address)
    }

    /// Waits until the surrounding task is cancelled or someone calls `stop`, then stops with `grace`.
    package func run(grace: Duration = .seconds(25)) async {
        for await _ in stopping {}
        await stop(grace: grace)
    }

    /// Stops accepting, lets requests under way finish for `grace`, then closes. Another call may shorten the wait.
    package func stop(grace: Duration = .seconds(25)) async {
        let (acceptors, sockets) = state.withLock { state in
            if case .running(let acceptors, let sockets) = state { return (acceptors, sockets) }
            return ([Acceptor](), [ListeningSocket]())
        }
        context.isStopping.store(true, ordering: .relaxed)
        stopSource.finish()
        await withTaskGroup { group in
            for acceptor in acceptors {
                group.addTask {
                    await withCheckedContinuation { done in
                        Task { await acceptor.stop(grace: grace.milliseconds, done) }
                    }
                }
            }
        }
        let isFirst = state.withLock { state in
            if case .running = state {
                state = .stopped(acceptors)
                return true
            }
            return false
        }
        if isFirst { close(sockets) }
    }

    /// Each connection needs a descriptor, and the usual soft limit is 1024.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        let wanted = rlim_t(context.configuration.maximumConnections + 1024)
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
            limit.rlim_cur < wanted
        else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private func listen() throws(ListenError) -> [ListeningSocket] {
        let configuration = context.configuration
        if configuration.usesSocketActivation {
            let inherited = ListeningSocket.inherited { name in
                getenv(name).map { String(cString: $0) }
            }
            if !inherited.isEmpty { return inherited }
        }
        var sockets: [ListeningSocket] = []
        do {
            for address in configuration.addresses {
                sockets.append(try ListeningSocket.open(address, backlog: configuration.backlog))
            }
        } catch {
            close(sockets)
            throw error
        }
        return sockets
    }

    private func close(_ sockets: [ListeningSocket]) {
        for socket in sockets {
            Glibc.close(socket.descriptor)
            if let path = socket.ownedPath { unlink(path) }
        }
    }
}
