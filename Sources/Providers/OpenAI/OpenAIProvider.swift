import Domain
import HTTP
import HTTPClient

/// Any server that speaks OpenAI's chat completions and embeddings.
///
/// Every method throws `ProviderFailure`, or `CancellationError` when its task is cancelled. What a model wrote inside a
/// well-formed answer is passed up as it is.
package struct OpenAIProvider: VisionProvider, EmbeddingProvider {
    package static let publicURL = "https://api.openai.com/v1"

    private let calls: OpenAICalls

    /// - Parameters:
    ///   - baseURL: what `/chat/completions` and `/embeddings` are appended to.
    ///   - apiKey: nil for a server that asks for none.
    package init(
        client: HTTPClient, baseURL: String = OpenAIProvider.publicURL, apiKey: String?,
        patience: OpenAIPatience = OpenAIPatience()
    ) {
        calls = OpenAICalls(
            client: client, baseURL: baseURL, apiKey: apiKey, patience: patience)
    }

    package func suggestions(
        for photo: VisionInput, asking question: VisionQuestion
    ) async throws -> VisionReply {
        try await ask(question, about: photo)
    }

    package func caption(
        for photo: VisionInput, asking question: VisionQuestion
    ) async throws -> VisionReply {
        try await ask(question, about: photo)
    }

    package func embedding(
        of text: String, about photo: VisionInput, model: String
    ) async throws -> [Float] {
        let body = JSONWriter.object(capacity: text.utf8.count + 128) { json in
            json.field("model", model)
            json.field("input", text)
            json.field("encoding_format", "base64")
        }
        let answer = try await calls.post(body, to: "/embeddings")
        guard let components = OpenAIEmbedding.components(in: answer) else {
            throw calls.unreadable(answer)
        }
        return components
    }

    private func ask(
        _ question: VisionQuestion, about photo: VisionInput
    ) async throws -> VisionReply {
        let answer = try await calls.post(
            OpenAIChat.body(asking: question, about: photo), to: "/chat/completions")
        guard let reply = OpenAIChat.reply(in: answer) else { throw calls.unreadable(answer) }
        return reply
    }
}
