import CUV
import Glibc
import HTTP

/// One client: an actor that lives on its event loop, so that all its state has one thread and no lock.
///
/// Requests are read ahead only as far as the pipeline allows and are answered one after the other.
actor Connection {
    enum Phase {
        /// Between requests, nothing of the next one has come.
        case idle
        /// A part of a head has come.
        case head
        /// A request is being handled, its body received, its answer sent.
        case serving
        /// The answer is out and the sending side is shut; waits for the client to notice.
        case lingering
        case closed
    }

    nonisolated let loop: EventLoop
    nonisolated let remoteAddress: String
    nonisolated let isLocal: Bool
    /// False for one over a cap, which is only told so.
    nonisolated let isAdmitted: Bool
    let context: ServerContext
    let acceptor: Acceptor
    let descriptor: Int32

    var phase = Phase.idle
    var exchange: Exchange?
    var exchangeCount = 0
    /// Runs the handler and sends its answer.
    var task: Task<Void, Never>?
    var isSendingEvents = false
    var intake: BodyIntake
    /// What `intake` holds of the memory that all bodies share.
    var countedBodyBytes = 0
    var outbox = Outbox()
    /// The loop sends what the outbox holds at the end of its turn.
    var isStaged = false
    /// All of the answer is in the outbox, or was.
    var isAnswerStaged = false
    var scanner: HeadScanner
    /// Received bytes that nobody could use yet: a part of a head, or requests behind the current one.
    var inbox: [UInt8] = []
    var closesAfterExchange = false
    var sawEnd = false
    /// The streamed answer under way goes out in chunks.
    var isChunking = false
    /// When the current phase is over, on the loop's clock; zero for phases that have other clocks.
    var deadline: UInt64
    var lingered = 0
    /// Runs while the outbox waits for the client to take more.
    var writeClock: RateClock?
    var flushWaiters: [UnsafeContinuation<Void, Never>] = []

    private let poll: UnsafeMutablePointer<uv_poll_t>
    private var armed: UInt32 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    /// Takes over the socket. Called on the loop's thread.
    init(
        _ descriptor: Int32, remoteAddress: String, isLocal: Bool, isAdmitted: Bool,
        loop: EventLoop, context: ServerContext, acceptor: Acceptor
    ) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.isLocal = isLocal
        self.isAdmitted = isAdmitted
        self.loop = loop
        self.context = context
        self.acceptor = acceptor
        let limits = context.configuration.head
        scanner = HeadScanner(limits: limits)
        intake = BodyIntake(
            .none, limits: limits, clock: RateClock(now: loop.now, context.deadlines))
        // A client that connects and stays silent has as long as one that dawdles over its head.
        deadline = loop.now + context.deadlines.head
        poll = .allocate(capacity: 1)
    }

    func open() {
        let status = uv_poll_init(loop.uv, poll, descriptor)
        precondition(status == 0, "libuv refuses a socket")
        poll.pointee.data = Unmanaged.passRetained(self).toOpaque()
        arm()
    }

    /// Says that there is no room, and waits until the client has heard it.
    func openTurnedAway() {
        let id = RequestID.next()
        var response = context.configuration.errorResponse(
            ServerFailure(
                status: .serviceUnavailable, reason: "There are too many connections.",
                target: nil, requestID: id))
        response.fields.setDefault(.retryAfter, "5")
        var body: [UInt8] = []
        if case .bytes(let bytes) = response.body { body = bytes }
        var answer: [UInt8] = []
        ResponseHead(
            response: response, framing: .length(body.count), requestID: id, isHTTP10: false,
            closes: true
        ).append(to: &answer, date: loop.date())
        _ = (answer + body).withUnsafeBytes { Socket.send(descriptor, $0) }
        open()
        lingerThenClose()
    }

    // MARK: Events

    private static let onEvent: uv_poll_cb = { handle, status, events in
        guard let data = handle?.pointee.data else { return }
        let connection = Unmanaged<Connection>.fromOpaque(data).takeUnretainedValue()
        connection.assumeIsolated { $0.handle(UInt32(events), status) }
        connection.loop.drain()
    }

    private func handle(_ events: UInt32, _ status: Int32) {
        guard status == 0 else {
            abort()
            return
        }
        if events & UV_WRITABLE.rawValue != 0 { flush() }
        if events & UV_READABLE.rawValue != 0 { receive() }
        arm()
    }

    /// Asks the loop for the events that the present state can use.
    func arm() {
        guard phase != .closed else { return }
        var events: UInt32 = 0
        if wantsInput { events |= UV_READABLE.rawValue }
        if !outbox.isEmpty && !isStaged { events |= UV_WRITABLE.rawValue }
        guard events != armed else { return }
        armed = events
        if events == 0 {
            uv_poll_stop(poll)
        } else {
            uv_poll_start(poll, Int32(events), Connection.onEvent)
        }
    }

    private var wantsInput: Bool {
        guard !sawEnd else { return false }
        switch phase {
        case .idle, .head, .lingering: return true
        case .closed: return false
        case .serving:
            return intake.isComplete
                ? inbox.count < context.configuration.pipelineBytes
                : intake.failure == nil && intake.buffered < bodyAllowance
        }
    }

    /// A body whose reader lags may fill its buffer, or a little when memory is short; its reader can always go on.
    private var bodyAllowance: Int {
        context.bodies.isFull ? 1 : context.configuration.bodyBufferBytes
    }

    /// Looks at the clocks. Called by the acceptor's sweep.
    func checkDeadlines(now: UInt64) {
        if let writeClock, writeClock.isTooSlow(now: now) {
            abort()
            return
        }
        switch phase {
        case .idle where now >= deadline: close()
        case .lingering where now >= deadline: close()
        case .head where now >= deadline:
            refuse(Refusal(.requestTimeout, "The request took too long to arrive."), target: nil)
        case .serving where !intake.isComplete && intake.clock.isTooSlow(now: now):
            closesAfterExchange = true
            intake.fail(.timedOut)
            if exchange?.isAnswered == true { finishExchange() }
        default: break
        }
    }

    // MARK: The end

    /// Closes at once, and asks a handler that is still busy to give up.
    func abandon() {
        task?.cancel()
        abort()
    }

    /// Tells the client that nothing more comes and waits a little for it to read what came; closing a socket with
    /// unread input would make the system throw the answer away.
    func lingerThenClose() {
        guard !sawEnd else {
            close()
            return
        }
        phase = .lingering
        inbox = []
        deadline = loop.now + context.deadlines.linger
        shutdown(descriptor, Int32(SHUT_WR))
        arm()
    }

    /// Closes at once; whoever waits for this client hears that it is gone.
    func abort() {
        if exchange?.isAnswered == false { exchange?.isCut = true }
        close()
    }

    func close() {
        guard phase != .closed else { return }
        phase = .closed
        uv_poll_stop(poll)
        uv_close(poll.erased) { handle in
            guard let handle, let data = handle.pointee.data else { return }
            Unmanaged<Connection>.fromOpaque(data).release()
            UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_poll_t.self).deallocate()
        }
        Glibc.close(descriptor)
        inbox = []
        outbox.removeAll()
        writeClock = nil
        intake.discard()
        settleBodyMemory()
        intake.fail(.disconnected)
        wakeFlushWaiters()
        finishAnswer()
        acceptor.assumeIsolated { $0.forget(self) }
    }

    /// Milliseconds that an idle connection has for one more request while the server stops.
    private static let lastRequestGrace: UInt64 = 500

    /// Ends the connection as soon as no request is under way.
    func stopWhenIdle() {
        // What has arrived already was sent in good faith and is still answered.
        if phase == .idle { receive() }
        // A request may be on its way: closing now would fail what the next server could have answered. The answer to
        // it says that it is the last.
        if phase == .idle { deadline = min(deadline, loop.now + Self.lastRequestGrace) }
        // Event streams never end by themselves; their clients come back to the next server.
        if isSendingEvents { task?.cancel() }
    }

    func wakeFlushWaiters() {
        let waiters = flushWaiters
        flushWaiters = []
        for waiter in waiters { waiter.resume() }
    }
}
