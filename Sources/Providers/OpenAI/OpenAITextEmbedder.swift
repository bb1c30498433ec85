import Domain
import HTTP
import HTTPClient

/// Embeds texts through any server that speaks OpenAI's embeddings, asking it once.
package struct OpenAITextEmbedder: TextEmbedder {
    private let calls: OpenAICalls

    /// - Parameter apiKey: nil for a server that asks for none.
    package init(client: HTTPClient, baseURL: String, apiKey: String?) {
        // Whoever asks has a queue for what fails, and a limit that counts every call.
        var patience = OpenAIPatience()
        patience.retries = 0
        patience.attemptTimeout = .seconds(30)
        calls = OpenAICalls(client: client, baseURL: baseURL, apiKey: apiKey, patience: patience)
    }

    package func embedding(of text: String, model: String) async throws -> TextEmbeddingReply {
        let body = JSONWriter.object(capacity: text.utf8.count + 128) { json in
            json.field("model", model)
            json.field("input", text)
        }
        let answer = try await calls.post(body, to: "/embeddings")
        guard let vector = OpenAIEmbedding.components(in: answer) else {
            throw calls.unreadable(answer)
        }
        return TextEmbeddingReply(vector: vector, tokens: OpenAIEmbedding.tokens(in: answer))
    }
}

extension OpenAIEmbedding {
    /// The tokens that the text came to, where the answer says so.
    static func tokens(in answer: [UInt8]) -> Int? {
        guard let usage = (try? JSONValue(parsing: answer))?["usage"],
            let tokens = (usage["prompt_tokens"] ?? usage["total_tokens"])?.int
        else { return nil }
        // Bounded, since costs are added up.
        return (0...1_000_000_000).contains(tokens) ? tokens : nil
    }
}

extension TextEmbedding {
    /// The built-in embedding as a provider.
    package struct Embedder: TextEmbedder {
        package init() {}

        package func embedding(of text: String, model: String) async throws -> TextEmbeddingReply {
            TextEmbeddingReply(vector: TextEmbedding.vector(of: text), tokens: nil)
        }
    }
}
