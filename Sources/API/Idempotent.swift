import Domain
import HTTP
import Services
import Store

/// Carries out requests that create something once for each `Idempotency-Key`.
struct Idempotent: Sendable {
    let service: IdempotencyService
    /// How refusals look.
    var shape = ErrorShape.detail

    /// Answers from the first request's answer, or runs `body` and keeps a success for repeating.
    ///
    /// - Parameter content: what the request says; compared, not kept.
    func run(
        _ request: Request, by caller: Caller, content: [UInt8],
        _ body: () async throws -> Response
    ) async throws -> Response {
        guard let key = request.fields[.idempotencyKey] else { return try await body() }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw Refused(
                shape.failure(
                    .badRequest, "Idempotency-Key must be 1 to 255 visible ASCII characters.",
                    request.id))
        }
        let who = caller.identity?.key ?? "a:" + caller.address
        let path = request.path.hasSuffix("/") ? request.path : request.path + "/"
        let started = try await service.begin(
            scope: "\(who) \(request.method.rawValue) \(path)", key: key,
            digest: service.digest(of: content))
        switch started {
        case .replay(let kept):
            RequestTrace.current?.leaveOut()
            return Self.response(kept)
        case .mismatch:
            return shape.failure(
                .unprocessableContent, "This Idempotency-Key was used with another body.",
                request.id)
        case .running:
            var response = shape.failure(
                .conflict, "The first request with this Idempotency-Key is still running.",
                request.id)
            response.fields[.retryAfter] = "1"
            return response
        case .fresh(let ticket):
            do {
                let response = try await body()
                try await service.finish(ticket, kept(response, content))
                return response
            } catch {
                try await service.finish(ticket, nil)
                throw error
            }
        }
    }

    private func kept(_ response: Response, _ content: [UInt8]) -> KeptAnswer? {
        guard (200..<300).contains(response.status.code) else { return nil }
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        return KeptAnswer(
            digest: service.digest(of: content), status: response.status.code,
            location: response.fields[.location], body: body)
    }

    private static func response(_ kept: KeptAnswer) -> Response {
        var response = Response.json(kept.body, status: Status(kept.status))
        if let location = kept.location { response.fields[.location] = location }
        return response
    }
}
