import Crypto
import Domain
import HTTP
import Services

/// Writes a row of the request log for each request of a route that carried or named an image.
///
/// A route opts in with one word around its handler: `logging("gallery.create", create)`.
package struct RequestLogging: Sendable {
    private let recorder: RequestRecorder
    private let clock: TimeSource

    package init(recorder: RequestRecorder, clock: TimeSource) {
        self.recorder = recorder
        self.clock = clock
    }

    /// Answers that leave no row: they say nothing about an image.
    private static let silent: Set<Int> = [401, 403, 404, 405, 409, 415, 422, 429]

    /// What the log calls the routes of families that know nothing of it.
    private static let services = [
        "/v1/gallery/": "gallery.create", "/functions/v1/images/": "processing.create",
        "/functions/v1/process_image/": "processing.process_image",
        "/api/photos/": "photos.upload",
    ]

    /// These routes, with a log around those that take an image.
    package func around(_ routes: [Route]) -> [Route] {
        routes.map { route in
            guard route.method == .post, let service = Self.services[route.pattern] else {
                return route
            }
            return Route(route.method, route.pattern, self(service, route.handler))
        }
    }

    /// The handler that answers as `handler` does and logs it under `service`.
    package func callAsFunction(_ service: String, _ handler: @escaping Handler) -> Handler {
        { request in
            let trace = RequestTrace()
            let arrival = (time: clock.now(), instant: ContinuousClock.now)
            do {
                let response = try await RequestTrace.$current.withValue(trace) {
                    try await handler(request)
                }
                await log(service, request, response.status, response.length, trace, arrival)
                return response
            } catch {
                if let refused = error as? Refused {
                    let response = refused.response
                    await log(service, request, response.status, response.length, trace, arrival)
                } else if !(error is BodyError) {
                    await log(service, request, .internalServerError, nil, trace, arrival)
                }
                throw error
            }
        }
    }

    /// Logs one image of several that a request carries; without an upload it was refused while it came in.
    func part<T>(
        of request: Request, _ service: String, _ upload: SpooledUpload?,
        _ body: () async throws -> T
    ) async throws -> T {
        let trace = RequestTrace()
        if let notes = RequestTrace.current?.notes { trace.identify(like: notes) }
        if let upload { trace.carry(upload) } else { trace.refuseImage() }
        let arrival = (time: clock.now(), instant: ContinuousClock.now)
        do {
            let value = try await RequestTrace.$current.withValue(trace) { try await body() }
            let status: Status = trace.notes.errorCode == nil ? .accepted : .badRequest
            await log(service, request, status, nil, trace, arrival)
            return value
        } catch {
            await log(service, request, .internalServerError, nil, trace, arrival)
            throw error
        }
    }

    private func log(
        _ service: String, _ request: Request, _ status: Status, _ length: Int?,
        _ trace: RequestTrace, _ arrival: (time: Time, instant: ContinuousClock.Instant)
    ) async {
        let notes = trace.notes
        guard notes.hasNamedImage, !notes.isLeftOut, !Self.silent.contains(status.code) else {
            return
        }
        let isSuccess = (200..<400).contains(status.code)
        let duration = ContinuousClock.now - (notes.received ?? arrival.instant)
        let row = LoggedRequest(
            id: UUIDValue.timeOrdered(milliseconds: arrival.time.milliseconds).description,
            time: arrival.time, service: service,
            errorCode: isSuccess ? nil : notes.errorCode ?? Self.code(of: status),
            isSuccess: isSuccess, milliseconds: Int(duration / .milliseconds(1)),
            requestBytes: request.body.length ?? notes.upload?.size ?? 0,
            responseBytes: length ?? 0, requestID: request.id, tokenPrefix: notes.tokenPrefix,
            user: notes.user, model: notes.model, hasImage: false, costNanoUSD: notes.costNanoUSD,
            result: isSuccess ? notes.result : nil)
        await recorder.record(
            .init(request: row, upload: notes.upload, isUndecodable: notes.isUndecodable))
    }

    private static func code(of status: Status) -> String {
        switch status {
        case .badRequest: "invalid"
        case .contentTooLarge: "invalid_image"
        case .serviceUnavailable: "unavailable"
        case .insufficientStorage: "storage_full"
        default: "internal_error"
        }
    }
}
