import CUV
import Glibc
import HTTP
import Synchronization

extension Connection {
    /// Makes an answer ready to be sent; `finishAnswer` follows when the system has all of it or the client is gone.
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
            stage(head)
        case .bytes(let bytes):
            exchange?.bytesSent = bytes.count
            // Small bodies leave in one system call with their head.
            let isJoined = bytes.count <= Self.joinedBytes
            stage(head, with: isJoined ? bytes : [])
            if !isJoined { outbox.append(bytes) }
        case .file(let file, let offset, let length):
            exchange?.bytesSent = length
            stage(head)
            if length > Self.joinedBytes || !outbox.join(file, offset: offset, length: length) {
                outbox.append(file, offset: offset, length: length)
            }
        case .stream(_, let produce):
            stage(head)
            isSendingEvents =
                head.response.fields[.contentType]?.hasPrefix("text/event-stream") ?? false
            // What ends such a stream may have come before it began.
            if isSendingEvents && (sawEnd || context.isStopping.load(ordering: .relaxed)) {
                task?.cancel()
            }
            flushSoon()
            await stream(head.framing, produce)
        }
        // Nobody has to wait for the end: to wake a task costs more than to send a small answer.
        isAnswerStaged = true
        if outbox.isEmpty { finishAnswer() } else { flushSoon() }
    }

    /// Bodies up to this size are copied behind their heads.
    private static let joinedBytes = 32768

    private func stage(_ head: ResponseHead, with body: [UInt8] = []) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + body.count)
        head.append(to: &bytes, date: loop.date())
        bytes += body
        outbox.append(bytes)
    }

    /// The system has all of the answer, or the client is gone.
    func finishAnswer() {
        guard isAnswerStaged else { return }
        isAnswerStaged = false
        answered()
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
        flushSoon()
        if !outbox.isEmpty { await flushed() }
        guard phase == .serving else { throw .disconnected }
    }

    private func flushed() async {
        await withUnsafeContinuation { flushWaiters.append($0) }
    }

    /// Sends what waits at the end of the loop's turn.
    func flushSoon() {
        guard !isStaged, !outbox.isEmpty else { return }
        isStaged = true
        loop.stage(self)
    }

    func flush() {
        isStaged = false
        guard phase != .closed else { return }
        let before = outbox.written
        let progress = outbox.flush(into: descriptor)
        switch progress {
        case .broken:
            abort()
        case .drained:
            writeClock = nil
            wakeFlushWaiters()
            finishAnswer()
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
