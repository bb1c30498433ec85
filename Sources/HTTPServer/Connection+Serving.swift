import CUV
import Glibc
import HTTP
import Synchronization

extension Connection {
    /// Gives a request to the handler. `rest` is the input behind the head.
    func begin(_ head: RequestHead, behind rest: Span<UInt8>) {
        let id: String
        if let own = head.fields[.xRequestID], RequestID.isAcceptable(own) {
            id = own
        } else {
            id = RequestID.next()
        }
        startExchange(id: id, head: head, target: head.target)
        let limits = context.configuration.head
        intake = BodyIntake(
            head.framing, limits: limits,
            clock: RateClock(
                now: loop.now, context.deadlines, isPaused: head.expectsContinue))
        closesAfterExchange = !head.keepsAlive
        intake.owesContinue = head.expectsContinue && !intake.isComplete && rest.isEmpty
        let request = Request(
            method: head.method, target: head.target, path: head.location.path,
            query: head.location.query, fields: head.fields, body: body(head.framing),
            remoteAddress: remoteAddress, id: id)
        loop.taskStarted()
        task = Task {
            await self.serve(request)
            self.loop.taskEnded()
        }
    }

    private func body(_ framing: RequestHead.Framing) -> Body {
        if intake.isComplete { return .empty }
        let length: Int? = if case .length(let length) = framing { length } else { nil }
        return Body(
            source: SocketBody(connection: self, exchange: exchangeCount), length: length)
    }

    private func startExchange(id: String, head: RequestHead?, target: String?) {
        phase = .serving
        exchangeCount += 1
        exchange = Exchange(number: exchangeCount, requestID: id, head: head, target: target)
    }

    private func serve(_ request: Request) async {
        do {
            await send(try await context.handler(request))
        } catch let error as BodyError {
            await send(failure(for: error))
        } catch {
            context.configuration.observer?.handlerFailed(error, requestID: request.id)
            await send(failure(.internalServerError, "Internal error"))
        }
    }

    /// Answers what never became a request, then closes.
    func refuse(_ refusal: Refusal, target: String?) {
        startExchange(id: RequestID.next(), head: nil, target: target)
        intake = BodyIntake(
            .none, limits: context.configuration.head,
            clock: RateClock(now: loop.now, context.deadlines))
        closesAfterExchange = true
        let response =
            refusal.status == .serviceUnavailable
            ? overloaded : failure(refusal.status, refusal.reason)
        loop.taskStarted()
        Task {
            await self.send(response)
            self.loop.taskEnded()
        }
    }

    private func failure(_ status: Status, _ reason: String) -> Response {
        context.configuration.errorResponse(
            ServerFailure(
                status: status, reason: reason, target: exchange?.target,
                requestID: exchange?.requestID ?? ""))
    }

    /// A handler that lets a body's error through means the obvious.
    private func failure(for error: BodyError) -> Response {
        switch error {
        case .tooLarge(let limit):
            failure(.contentTooLarge, "The body is larger than \(limit) bytes.")
        case .timedOut: failure(.requestTimeout, "The body arrived too slowly.")
        case .overloaded: overloaded
        case .malformed, .disconnected: failure(.badRequest, "The body is malformed.")
        }
    }

    private var overloaded: Response {
        var response = failure(.serviceUnavailable, "There is no memory for another body now.")
        response.fields.setDefault(.retryAfter, "5")
        return response
    }

    /// The answer is out: say so, and go on with the next request as soon as the body is out of the way.
    func answered() {
        guard var exchange, !exchange.isAnswered else { return }
        exchange.isAnswered = true
        self.exchange = exchange
        if let observer = context.configuration.observer {
            observer.requestFinished(
                exchange.record(remoteAddress: remoteAddress, bytesReceived: intake.received))
        }
        guard phase == .serving else { return }
        intake.discard()
        settleBodyMemory()
        if intake.isComplete || closesAfterExchange { finishExchange() }
    }

    func finishExchange() {
        exchange = nil
        task = nil
        if closesAfterExchange {
            lingerThenClose()
            return
        }
        phase = .idle
        deadline = loop.now + context.deadlines.idle
        if !inbox.isEmpty {
            consumeInbox()
        } else if sawEnd {
            close()
        } else if context.isStopping.load(ordering: .relaxed) {
            stopWhenIdle()
        }
        arm()
    }
}
