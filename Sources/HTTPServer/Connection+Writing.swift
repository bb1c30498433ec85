import CUV
import Glibc
import HTTP
import Synchronization

extension Connection {
    /// Sends an answer and returns when the system has all of it or the client is gone.
    func send(_ response: Response) async {
        exchange?.status = response.status
        exchange?.route = response.route
        guard phase == .serving, let current = exchange else {
            exchange?.isCut = true
            answered()
            return
        }
        decideConnection(response)
        var framing = ResponseHead.Framing.none
        if !response.status.isBodiless {
            if let length = response.length {
                framing = .length(length)
            } else if current.isHTTP10 {
                framing = .untilClose
                closesAfterExchange = true
            } else {
                framing = .chunked
            }
        }
        let head = ResponseHead(
            response: response, framing: framing, requestID: current.requestID,
            isHTTP10: current.isHTTP10, closes: closesAfterExchange)
        let hasBody = !current.isHEAD && !response.status.isBodiless
        await send(head, hasBody ? response.body : .empty)
        answered()
    }

    /// The connection can go on only if the client and we agree where the next request starts.
    private func decideConnection(_ response: Response) {
        if context.isStopping.load(ordering: .relaxed) { closesAfterExchange = true }
        if let option = response.fields[.connection], ASCII.equalIgnoringCase(option, "close") {
            closesAfterExchange = true
        }
        if intake.isComplete { return }
        let isShort = intake.left.map { $0 <= context.configuration.drainBytes } ?? false
        if intake.owesContinue || intake.failure != nil || !isShort { closesAfterExchange = true }
    }

    private func send(_ head: ResponseHead, _ body: Response.Body) async {
        switch body {
        case .empty:
            write(head, with: [])
        case .bytes(let bytes):
            exchange?.bytesSent = bytes.count
            write(head, with: bytes)
        case .file(let file, let offset, let length):
            exchange?.bytesSent = length
            stage(head)
            outbox.append(file, offset: offset, length: length)
            flush()
        case .stream(_, let produce):
            stage(head)
            flush()
            isSendingEvents =
                head.response.fields[.contentType]?.hasPrefix("text/event-stream") ?? false
            // What ends such a stream may have come before it began.
            if isSendingEvents && (sawEnd || context.isStopping.load(ordering: .relaxed)) {
                task?.cancel()
            }
            await stream(head.framing, produce)
        }
        if !outbox.isEmpty { await flushed() }
    }

    /// Head and body leave in one system call whenever the socket takes them.
    private func write(_ head: ResponseHead, with body: [UInt8]) {
        // What was staged before must go first.
        guard outbox.isEmpty, body.count <= 32768 else {
            stage(head)
            outbox.append(body)
            flush()
            return
        }
        loop.output.removeAll(keepingCapacity: true)
        head.append(to: &loop.output, date: loop.date())
        loop.output += body
        let count = loop.output.withUnsafeBytes { Socket.send(descriptor, $0) }
        if count == Socket.failed {
            abort()
        } else if count < loop.output.count {
            outbox.append(loop.output, from: max(count, 0))
            flush()
        }
    }

    private func stage(_ head: ResponseHead) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        head.append(to: &bytes, date: loop.date())
        outbox.append(bytes)
    }

    private func stream(
        _ framing: ResponseHead.Framing,
        _ produce: @Sendable (any ResponseWriter) async throws -> Void
    ) async {
        guard let number = exchange?.number else { return }
        let writer = SocketWriter(connection: self, exchange: number)
        if case .chunked = framing { isChunking = true }
        defer {
            isChunking = false
            isSendingEvents = false
        }
        do {
            try await produce(writer)
        } catch {
            // An end without the last chunk is how the client learns that this is not all.
            abort()
            return
        }
        guard phase == .serving else { return }
        switch framing {
        case .chunked:
            outbox.append(Array("0\r\n\r\n".utf8))
            flush()
        case .length(let length) where exchange?.bytesSent != length:
            abort()
        default: break
        }
    }

    /// Sends a piece of a streamed answer and waits until the client's side took it.
    func write(_ bytes: [UInt8], of number: Int) async throws(BodyError) {
        guard phase == .serving, exchange?.number == number, exchange?.isAnswered == false else {
            throw .disconnected
        }
        guard !bytes.isEmpty else { return }
        exchange?.bytesSent += bytes.count
        if isChunking {
            var chunk: [UInt8] = []
            chunk.reserveCapacity(bytes.count + 20)
            chunk += String(bytes.count, radix: 16).utf8
            chunk += [0x0D, 0x0A]
            chunk += bytes
            chunk += [0x0D, 0x0A]
            outbox.append(chunk)
        } else {
            outbox.append(bytes)
        }
        flush()
        if !outbox.isEmpty { await flushed() }
        guard phase == .serving else { throw .disconnected }
    }

    private func flushed() async {
        await withUnsafeContinuation { flushWaiters.append($0) }
    }

    func flush() {
        guard phase != .closed else { return }
        let before = outbox.written
        let progress = outbox.flush(into: descriptor)
        switch progress {
        case .broken:
            abort()
        case .drained:
            writeClock = nil
            wakeFlushWaiters()
            arm()
        case .blocked:
            if writeClock == nil { writeClock = RateClock(now: loop.now, context.deadlines) }
            writeClock?.count(outbox.written - before, now: loop.now)
            arm()
        }
    }
}

/// Hands the pieces of one streamed answer to its connection.
struct SocketWriter: ResponseWriter {
    let connection: Connection
    let exchange: Int

    func write(_ bytes: [UInt8]) async throws(BodyError) {
        try await connection.write(bytes, of: exchange)
    }
}
