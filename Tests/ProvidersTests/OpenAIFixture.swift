import Domain
import HTTP
import HTTPClient
import Providers
import ScriptedServer
import Synchronization

/// A provider that talks to a scripted server and does not really wait.
struct OpenAIFixture {
    let server: ScriptedServer
    let provider: OpenAIProvider
    let pauses: Pauses

    /// The pauses that the provider would have made.
    final class Pauses: Sendable {
        private let made = Mutex<[Duration]>([])
        var all: [Duration] { made.withLock { $0 } }
        func add(_ pause: Duration) { made.withLock { $0.append(pause) } }
    }

    init(
        apiKey: String? = "secret-key-1", random: Double = 0,
        attemptTimeout: Duration = .seconds(20),
        _ script: @escaping ScriptedServer.Script
    ) throws {
        server = try ScriptedServer(script)
        let pauses = Pauses()
        var patience = OpenAIPatience()
        patience.attemptTimeout = attemptTimeout
        patience.sleep = { pauses.add($0) }
        patience.random = { random }
        self.pauses = pauses
        provider = OpenAIProvider(
            client: HTTPClient(), baseURL: server.url + "/v1/", apiKey: apiKey, patience: patience)
    }

    /// A server whose n-th answer is the n-th of `answers`, the last one again and again.
    init(answers: [(Int, [(String, String)], String)]) throws {
        let next = Mutex(0)
        try self.init { _, peer in
            let (code, fields, text) = next.withLock { index in
                defer { index += 1 }
                return answers[min(index, answers.count - 1)]
            }
            code == 0 ? peer.hangUp() : peer.answer(code, fields: fields, text: text)
        }
    }

    static func photo(_ bytes: [UInt8] = [0xFF, 0xD8, 0xFF], type: String = "image/jpeg")
        -> VisionInput
    {
        VisionInput(
            bytes: bytes, mediaType: type,
            raster: Raster(width: 1, height: 1, rgb: [0, 0, 0]),
            width: 1, height: 1, capture: CaptureFacts())
    }

    static let question = VisionQuestion(
        model: "gpt-4o", prompt: "What is \"this\"?\n", temperature: 0.7, maximumTokens: 500,
        detail: "low")

    static let completion = """
        {"choices":[{"message":{"role":"assistant","content":"{\\"suggestions\\":[]}"}}],
        "usage":{"prompt_tokens":11,"completion_tokens":5,"total_tokens":16}}
        """

    func ask() async throws -> VisionReply {
        try await provider.suggestions(for: Self.photo(), asking: Self.question)
    }

    func embed(_ text: String = "A mug") async throws -> [Float] {
        try await provider.embedding(of: text, about: Self.photo(), model: "small")
    }

    /// The reason and log of the failure of a question; nil if there is an answer.
    func failure() async throws -> ProviderFailure? {
        do {
            _ = try await ask()
            return nil
        } catch let failure as ProviderFailure {
            return failure
        }
    }
}
