import CUV
import Glibc
import Synchronization

/// One thread that waits for sockets with libuv and runs the jobs of the actors that live on it.
///
/// Connections are actors whose executor is their loop: between a socket becoming readable and the answer being
/// written no thread changes hands, unless the handler itself goes elsewhere.
// Proof of Sendable: `ready`, `uv` and `wakeup` are touched on the loop's own thread only (wakeup by
// uv_async_send too, which libuv allows from any thread); everything else is atomic or under a mutex.
final class EventLoop: SerialExecutor, @unchecked Sendable {
    private struct Incoming {
        var jobs: [UnownedJob] = []
        var isSignalled = false
        var isEnding = false
        var hasEnded = false
    }

    /// Read from here into bodies and inboxes; one buffer serves all connections of the loop.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 16)
    let uv: UnsafeMutablePointer<uv_loop_t>
    private let wakeup: UnsafeMutablePointer<uv_async_t>
    /// Runs before the loop waits for events.
    private let turnEnd: UnsafeMutablePointer<uv_prepare_t>
    private let thread = Atomic<UInt>(0)
    private let incoming = Mutex(Incoming())
    private var ready: [UnownedJob] = []
    /// Connections with something to send in this turn.
    private var staged: [Connection] = []
    private let observer: (any ServerObserver)?
    private var clock = DateCache()
    private var activeTasks = 0

    init(observer: (any ServerObserver)? = nil) throws(ListenError) {
        self.observer = observer
        uv = .allocate(capacity: 1)
        wakeup = .allocate(capacity: 1)
        turnEnd = .allocate(capacity: 1)
        let status = uv_loop_init(uv)
        guard status == 0 else {
            throw ListenError(code: -status, what: "an event loop")
        }
        let prepare = uv_prepare_init(uv, turnEnd)
        let async = uv_async_init(uv, wakeup) { handle in
            guard let data = handle?.pointee.data else { return }
            Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue().takeIncoming()
        }
        precondition(prepare == 0 && async == 0)
    }

    deinit {
        scratch.deallocate()
        wakeup.deallocate()
        turnEnd.deallocate()
        uv.deallocate()
    }

    /// Milliseconds of a clock that never goes back; read once per turn of the loop.
    var now: UInt64 { uv_now(uv) }

    /// The `Date` field's value for this second.
    func date() -> [UInt8] { clock.date(at: now) }

    /// Starts the thread, which keeps the loop alive until `shutDown`.
    func start() {
        let context = Unmanaged.passRetained(self)
        wakeup.pointee.data = context.toOpaque()
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                let loop = Unmanaged<EventLoop>.fromOpaque(context!).takeRetainedValue()
                loop.run()
                return nil
            }, context.toOpaque())
        precondition(status == 0, "the system refuses a thread for the event loop")
        pthread_detach(thread)
    }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .releasing)
        turnEnd.pointee.data = wakeup.pointee.data
        uv_prepare_start(turnEnd) { handle in
            guard let data = handle?.pointee.data else { return }
            Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue().endTurn()
        }
        takeIncoming()
        uv_run(uv, UV_RUN_DEFAULT)
        uv_loop_close(uv)
    }

    /// Ends the thread when nothing is left to do on it. Nobody may need the loop any more.
    func end() {
        incoming.withLock { $0.isEnding = true }
        uv_async_send(wakeup)
    }

    /// Handlers that still run elsewhere come back to this thread, so it waits for them.
    private func endIfDone() {
        let ends = incoming.withLock { incoming in
            guard incoming.isEnding, !incoming.hasEnded, activeTasks == 0 else { return false }
            incoming.hasEnded = true
            return true
        }
        guard ends else { return }
        uv_close(wakeup.erased, nil)
        uv_close(turnEnd.erased, nil)
    }

    func taskStarted() {
        activeTasks += 1
    }

    func taskEnded() {
        activeTasks -= 1
        if activeTasks == 0 { endIfDone() }
    }

    var isCurrent: Bool {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    // MARK: Jobs

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            ready.append(job)
            return
        }
        let needsSignal = incoming.withLock { incoming in
            incoming.jobs.append(job)
            defer { incoming.isSignalled = true }
            return !incoming.isSignalled && !incoming.hasEnded
        }
        if needsSignal { uv_async_send(wakeup) }
    }

    /// Runs what became ready, up to a bound so that jobs that make jobs can't keep sockets waiting.
    func drain() {
        var turns = 0
        while !ready.isEmpty {
            if turns == 64 {
                uv_async_send(wakeup)
                return
            }
            turns += 1
            let jobs = ready
            ready.removeAll(keepingCapacity: true)
            for job in jobs {
                job.runSynchronously(on: asUnownedSerialExecutor())
            }
        }
    }

    private func takeIncoming() {
        incoming.withLock { incoming in
            ready += incoming.jobs
            incoming.jobs.removeAll(keepingCapacity: true)
            incoming.isSignalled = false
        }
        drain()
        endIfDone()
    }

    // MARK: Sending

    /// Few enough that no answer waits for long, enough that their readers are woken once and not for each.
    private static let stagedAtMost = 4

    /// Has a connection send what it has, together with others, before the loop waits again.
    ///
    /// To wake a sleeping reader takes the system longer than to send it some kilobytes; one that is still at work on
    /// the last answer finds the next without being woken.
    func stage(_ connection: Connection) {
        staged.append(connection)
        if staged.count >= Self.stagedAtMost { flushStaged() }
    }

    private func flushStaged() {
        let connections = staged
        staged.removeAll(keepingCapacity: true)
        for connection in connections { connection.assumeIsolated { $0.flush() } }
    }

    /// Whoever waits for its answer to be out may go on, and send more.
    private func endTurn() {
        for _ in 0..<16 {
            if staged.isEmpty { break }
            flushStaged()
            drain()
        }
        observer?.turnEnded()
        // Others get their turn, but nothing that is left may wait for an event.
        if !staged.isEmpty { uv_async_send(wakeup) }
    }

    func isIsolatingCurrentContext() -> Bool? { isCurrent }

    func checkIsolated() {
        precondition(isCurrent, "state of an event loop touched from another thread")
    }
}

extension UnsafeMutablePointer where Pointee == uv_async_t {
    var erased: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: uv_handle_t.self)
    }
}

extension UnsafeMutablePointer where Pointee == uv_prepare_t {
    var erased: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: uv_handle_t.self)
    }
}

extension UnsafeMutablePointer where Pointee == uv_poll_t {
    var erased: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: uv_handle_t.self)
    }
}

extension UnsafeMutablePointer where Pointee == uv_timer_t {
    var erased: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: uv_handle_t.self)
    }
}
