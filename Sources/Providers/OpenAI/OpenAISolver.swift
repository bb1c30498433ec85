import Domain
import HTTP
import HTTPClient

/// Has any server that speaks OpenAI's chat completions solve what a picture shows.
package struct OpenAISolver: RemoteSolver {
    private static let attempts = 3
    /// A server that asks for a longer pause than this is given up at once.
    private static let longestPause = Duration.seconds(20)
    /// What all attempts and pauses may take together.
    private static let patience = Duration.seconds(90)
    private static let maximumResponseBytes = 8 << 20

    private let client: HTTPClient
    private let url: String
    private let apiKey: String?
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - baseURL: what `/chat/completions` is appended to.
    ///   - apiKey: nil for a server that asks for none.
    ///   - sleep: waits, and throws when the task is cancelled.
    package init(
        client: HTTPClient, baseURL: String = OpenAIProvider.publicURL, apiKey: String?,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.client = client
        url = String(baseURL.reversed().drop { $0 == "/" }.reversed()) + "/chat/completions"
        let key = (apiKey ?? "").filter { !$0.isWhitespace }
        self.apiKey = key.isEmpty ? nil : key
        self.sleep = sleep
    }

    package func solve(
        _ picture: SolverInput, asking question: SolverQuestion
    ) async throws(SolverFailure) -> SolverReply {
        var request = ClientRequest(
            .post, url,
            body: OpenAIChat.body(
                model: question.model, prompt: question.prompt, temperature: 0, detail: "high",
                picture: picture.bytes, mediaType: picture.mediaType))
        request.fields[.contentType] = "application/json"
        request.fields[.accept] = "application/json"
        if let apiKey { request.fields[.authorization] = "Bearer \(apiKey)" }
        request.maximumResponseBytes = Self.maximumResponseBytes
        let end = ContinuousClock.now + Self.patience
        var pause = question.retryBase
        var attempt = 1
        while true {
            request.timeout = min(question.timeout, end - .now)
            request.connectTimeout = min(question.timeout, end - .now)
            switch await ask(request, question.model) {
            case .answered(let reply): return reply
            case .failed(let failure, let mayBeRepeated):
                let next = failure.retryAfter.map { Duration.seconds($0) } ?? pause
                guard mayBeRepeated, attempt < Self.attempts, next <= Self.longestPause,
                    .now + next < end
                else { throw failure }
                do {
                    try await sleep(next)
                } catch {
                    throw SolverFailure(.unknown, log: "cancelled")
                }
                pause *= 2
                attempt += 1
            }
        }
    }

    private enum Outcome {
        case answered(SolverReply)
        case failed(SolverFailure, mayBeRepeated: Bool)
    }

    private func ask(_ request: ClientRequest, _ model: String) async -> Outcome {
        do throws(HTTPClientError) {
            let response = try await client.send(request)
            guard (200..<300).contains(response.status.code) else {
                return refusal(response, model)
            }
            guard let reply = OpenAIChat.reply(in: response.body) else {
                return .failed(unusable(response.body), mayBeRepeated: false)
            }
            let text = reply.content.trimmingBlanks()
            guard !text.isEmpty else {
                return .failed(unusable(response.body), mayBeRepeated: false)
            }
            return .answered(SolverReply(result: text, model: model, usage: reply.usage))
        } catch {
            let code: SolverFailure.Code =
                switch error {
                case .timedOut: .timeout
                case .connection, .refusedAddress: .network
                case .malformedResponse, .tooLarge: .invalidResponse
                default: .unknown
                }
            return .failed(SolverFailure(code, log: "\(error)"), mayBeRepeated: false)
        }
    }

    private func unusable(_ body: [UInt8]) -> SolverFailure {
        SolverFailure(.invalidResponse, log: SecretMask.masked(body, key: apiKey))
    }

    /// What an answer other than a success means.
    private func refusal(_ response: ClientResponse, _ model: String) -> Outcome {
        let text = String(decoding: response.body.prefix(64 * 1024), as: UTF8.self)
        let status = response.status.code
        let code: SolverFailure.Code =
            switch status {
            case 401, 403: .authentication
            case 402: .insufficientQuota
            case 404 where text.contains(model) || text.contains("model"): .modelNotFound
            case 429
            where text.contains("insufficient_quota") || text.contains("insufficient quota"):
                .insufficientQuota
            case 429: .rateLimit
            default: .api
            }
        let pause = response.fields[.retryAfter].flatMap { RetryAfter.pause($0) }
        let failure = SolverFailure(
            code, retryAfter: pause.map { Int($0.components.seconds) },
            log: "status \(status): \(SecretMask.masked(response.body, key: apiKey))")
        return .failed(failure, mayBeRepeated: code == .rateLimit || status >= 500)
    }
}
