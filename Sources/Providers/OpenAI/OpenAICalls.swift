import Domain
import HTTP
import HTTPClient

/// Sends a call, again where that may help, and names the reason when there is no answer in the end.
struct OpenAICalls: Sendable {
    /// More than any completion or embedding takes.
    private static let maximumResponseBytes = 8 << 20

    private let client: HTTPClient
    private let baseURL: String
    private let apiKey: String?
    private let patience: OpenAIPatience

    init(client: HTTPClient, baseURL: String, apiKey: String?, patience: OpenAIPatience) {
        self.client = client
        self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
        let key = (apiKey ?? "").filter { !$0.isWhitespace }
        self.apiKey = key.isEmpty ? nil : key
        self.patience = patience
    }

    /// The body of a successful answer.
    func post(_ body: [UInt8], to path: String) async throws -> [UInt8] {
        var request = ClientRequest(.post, baseURL + path, body: body)
        request.fields[.contentType] = "application/json"
        request.fields[.accept] = "application/json"
        if let apiKey { request.fields[.authorization] = "Bearer \(apiKey)" }
        request.timeout = patience.attemptTimeout
        request.maximumResponseBytes = OpenAICalls.maximumResponseBytes
        var retry = 0
        while true {
            let attempt = await attempt(request)
            if case .success(let answer) = attempt.result { return answer }
            try Task.checkCancellation()
            guard attempt.mayBeRepeated, retry < patience.retries,
                attempt.requestedPause ?? .zero <= patience.longestRequestedPause
            else { return try attempt.result.get() }
            let requested = attempt.requestedPause.flatMap { $0 > .zero ? $0 : nil }
            try await patience.sleep(requested ?? patience.pause(beforeRetry: retry))
            retry += 1
        }
    }

    /// The failure of an answer that is not of the expected format.
    func unreadable(_ answer: [UInt8]) -> ProviderFailure {
        ProviderFailure(.invalidResponse, log: log("unreadable answer", answer))
    }

    private struct Attempt {
        var result: Result<[UInt8], ProviderFailure>
        var mayBeRepeated = false
        var requestedPause: Duration?
    }

    private func attempt(_ request: ClientRequest) async -> Attempt {
        do throws(HTTPClientError) {
            let response = try await client.send(request)
            guard let reason = OpenAICalls.reason(for: response.status) else {
                return Attempt(result: .success(response.body))
            }
            let log = log("status \(response.status.code)", response.body)
            return Attempt(
                result: .failure(ProviderFailure(reason, log: log)),
                mayBeRepeated: OpenAICalls.isTransient(response.status),
                requestedPause: response.fields[.retryAfter].flatMap { RetryAfter.pause($0) })
        } catch {
            return Attempt(
                result: .failure(ProviderFailure(OpenAICalls.reason(for: error), log: "\(error)")),
                mayBeRepeated: error.isTransient)
        }
    }

    private static func reason(for status: Status) -> ProviderFailure.Reason? {
        switch status.code {
        case 200..<300: nil
        case 401, 403: .authentication
        case 429: .rateLimited
        case 400..<500: .rejected
        case 500...: .server
        default: .invalidResponse
        }
    }

    private static func reason(for error: HTTPClientError) -> ProviderFailure.Reason {
        switch error {
        case .timedOut: .timedOut
        case .malformedResponse, .tooLarge: .invalidResponse
        default: .connection
        }
    }

    private static func isTransient(_ status: Status) -> Bool {
        [408, 409, 429].contains(status.code) || status.code >= 500
    }

    private func log(_ what: String, _ body: [UInt8]) -> String {
        "\(what): \(SecretMask.masked(body, key: apiKey))"
    }
}
