import CUV
import Glibc
import HTTP

extension Connection {
    /// Reads what the socket holds and does what it says.
    func receive() {
        let buffer = loop.scratch
        let count = Socket.receive(descriptor, buffer)
        switch count {
        case Socket.wouldBlock: return
        case Socket.failed: abort()
        case 0: receivedEnd()
        default:
            let bytes = UnsafeBufferPointer(
                start: buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), count: count)
            if inbox.isEmpty {
                let used = consume(bytes.span)
                if used < count { inbox.append(contentsOf: bytes[used...]) }
            } else {
                inbox.append(contentsOf: bytes)
                consumeInbox()
            }
        }
    }

    func consumeInbox() {
        let bytes = inbox
        inbox = []
        let used = consume(bytes.span)
        if used < bytes.count && phase != .lingering && phase != .closed {
            inbox = Array(bytes[used...])
        }
        if sawEnd && (inbox.isEmpty || phase == .head) { endInput() }
    }

    /// Uses input as far as the state allows; what stays unused comes again, with more behind it.
    private func consume(_ input: Span<UInt8>) -> Int {
        var used = 0
        while used < input.count {
            switch phase {
            case .idle:
                phase = .head
                scanner = HeadScanner(limits: context.configuration.head)
                deadline = loop.now + context.deadlines.head
            case .head:
                guard let length = readHead(input.extracting(used...)) else { return used }
                used += length
            case .serving:
                if intake.isComplete { return used }
                used += readBody(input.extracting(used...))
            case .lingering:
                lingered += input.count - used
                if lingered > context.configuration.lingerBytes { close() }
                return input.count
            case .closed:
                return input.count
            }
        }
        return used
    }

    /// Starts the exchange if the head is complete, and says how long the head was.
    private func readHead(_ input: Span<UInt8>) -> Int? {
        let limits = context.configuration.head
        do throws(Refusal) {
            guard ASCII.isToken(input[0]) || input[0] == 0x0D else {
                throw Refusal.malformed("This is not HTTP.")
            }
            guard let length = try scanner.scan(input) else { return nil }
            let headBytes = input.extracting(..<length)
            let head = try HeadParser.parse(headBytes, limits)
            if context.bodies.isFull && head.framing != .none {
                throw Refusal(.serviceUnavailable, "There is no memory for another body now.")
            }
            begin(head, behind: input.extracting(length...))
            return length
        } catch {
            refuse(error, target: HeadParser.target(in: input))
            return input.count
        }
    }

    /// Feeds the body's reader; a broken body ends the connection after the answer.
    private func readBody(_ input: Span<UInt8>) -> Int {
        do {
            let used = try intake.consume(input)
            intake.clock.count(used, now: loop.now)
            settleBodyMemory()
            intake.wake()
            if intake.buffered >= context.configuration.bodyBufferBytes {
                intake.clock.pause(now: loop.now)
            }
            if intake.isComplete && exchange?.isAnswered == true { finishExchange() }
            return used
        } catch {
            closesAfterExchange = true
            intake.fail(.malformed)
            if exchange?.isAnswered == true { finishExchange() }
            // The rest can't be understood any more, and what fails is not read any further.
            return input.count
        }
    }

    /// The client sends no more. It may still read: half-closed clients get the answers to all they sent.
    private func receivedEnd() {
        sawEnd = true
        if inbox.isEmpty || phase != .serving { endInput() }
    }

    /// Everything that ever came has been used.
    private func endInput() {
        switch phase {
        case .idle, .head, .lingering: close()
        case .closed: break
        case .serving:
            guard !intake.isComplete else {
                // Who listens to events has nothing to wait for but more of them: the end means that it is gone.
                if isSendingEvents { task?.cancel() }
                return
            }
            closesAfterExchange = true
            intake.fail(.disconnected)
            if exchange?.isAnswered == true { finishExchange() }
        }
    }

    /// Tells the count of all bodies what this one holds now.
    func settleBodyMemory() {
        context.bodies.add(intake.held - countedBodyBytes)
        countedBodyBytes = intake.held
    }

    /// The next chunk for the handler that reads the body of an exchange.
    func nextChunk(of number: Int, isKept: Bool) async throws(BodyError) -> [UInt8]? {
        intake.isKept = isKept
        while true {
            guard phase == .serving, exchange?.number == number, !intake.isDiscarding else {
                throw .disconnected
            }
            if isKept && context.bodies.isFull && !intake.isComplete {
                closesAfterExchange = true
                intake.fail(.overloaded)
                throw .overloaded
            }
            if let chunk = intake.take() {
                settleBodyMemory()
                intake.clock.resume(now: loop.now)
                arm()
                return chunk
            }
            if let failure = intake.failure { throw failure }
            if intake.isComplete { return nil }
            if intake.owesContinue {
                intake.owesContinue = false
                intake.clock = RateClock(now: loop.now, context.deadlines)
                outbox.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
                flush()
                continue
            }
            precondition(intake.waiter == nil, "a body has one reader at a time")
            await withUnsafeContinuation { intake.waiter = $0 }
        }
    }
}
