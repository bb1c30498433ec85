import Domain
import Foundation
import HTTP
import Providers
import ScriptedServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct OpenAIProviderTests {
    @Test(arguments: ["suggestions", "caption"])
    func `a question goes out as the wire format says`(kind: String) async throws {
        let fixture = try OpenAIFixture { _, peer in
            peer.answer(text: OpenAIFixture.completion)
        }
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let photo = OpenAIFixture.photo(bytes, type: "image/png")
        let reply =
            kind == "caption"
            ? try await fixture.provider.caption(for: photo, asking: OpenAIFixture.question)
            : try await fixture.provider.suggestions(for: photo, asking: OpenAIFixture.question)
        #expect(reply.content == #"{"suggestions":[]}"#)
        #expect(reply.usage == TokenUsage(prompt: 11, completion: 5, total: 16))
        #expect(reply.raw == OpenAIFixture.completion)

        let request = try #require(fixture.server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/v1/chat/completions")
        #expect(request.fields[.contentType] == "application/json")
        #expect(request.fields[.authorization] == "Bearer secret-key-1")
        let body = try JSONValue(parsing: request.body)
        #expect(
            body.object?.map(\.key).sorted() == [
                "max_tokens", "messages", "model", "response_format", "temperature",
            ])
        #expect(body["model"]?.string == "gpt-4o")
        #expect(body["temperature"]?.double == 0.7)
        #expect(body["max_tokens"]?.int == 500)
        #expect(body["response_format"] == .object([.init("type", .string("json_object"))]))
        #expect(body["messages"]?.array?.count == 1)
        let message = body["messages"]?[0]
        #expect(message?["role"]?.string == "user")
        #expect(message?["content"]?.array?.count == 2)
        #expect(message?["content"]?[0]?["type"]?.string == "text")
        #expect(message?["content"]?[0]?["text"]?.string == "What is \"this\"?\n")
        #expect(message?["content"]?[1]?["type"]?.string == "image_url")
        let image = message?["content"]?[1]?["image_url"]
        #expect(image?["detail"]?.string == "low")
        #expect(
            image?["url"]?.string
                == "data:image/png;base64," + Data(bytes).base64EncodedString())
    }

    @Test func `pictures of every length are encoded`() async throws {
        let fixture = try OpenAIFixture { _, peer in
            peer.answer(text: OpenAIFixture.completion)
        }
        for count in 0...9 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 - $0 * 37) }
            _ = try await fixture.provider.caption(
                for: OpenAIFixture.photo(bytes), asking: OpenAIFixture.question)
            let body = try JSONValue(parsing: try #require(fixture.server.requests.last).body)
            let url = body["messages"]?[0]?["content"]?[1]?["image_url"]?["url"]?.string
            #expect(url == "data:image/jpeg;base64," + Data(bytes).base64EncodedString())
        }
    }

    @Test(arguments: [nil, "", " \n"])
    func `without a key there is no authorization`(key: String?) async throws {
        let fixture = try OpenAIFixture(apiKey: key) { _, peer in
            peer.answer(text: OpenAIFixture.completion)
        }
        _ = try await fixture.ask()
        #expect(fixture.server.requests.allSatisfy { !$0.fields.contains(.authorization) })
    }

    @Test(arguments: [
        (#"{"choices":[{"message":{"content":"not JSON"}}]}"#, "not JSON", TokenUsage.zero),
        (#"{"choices":[{"message":{"content":null,"refusal":"no"}}],"usage":null}"#, "", .zero),
        (#"{"choices":[{"message":{}}],"usage":{}}"#, "", .zero),
        (
            #"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"text":"b"}]}}]}"#,
            "ab",
            .zero
        ),
        (
            #"{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
            "x", TokenUsage(prompt: 3, completion: 4, total: 7)
        ),
        (
            #"{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":-3,"total_tokens":1e99}}"#,
            "x", .zero
        ),
        (
            #"{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":9223372036854775807}}"#,
            "x", TokenUsage(prompt: 1_000_000_000, completion: 0, total: 1_000_000_000)
        ),
    ])
    func `what a model wrote is passed up as it is`(
        answer: String, content: String, usage: TokenUsage
    ) async throws {
        let fixture = try OpenAIFixture { _, peer in peer.answer(text: answer) }
        let reply = try await fixture.ask()
        #expect(reply.content == content)
        #expect(reply.usage == usage)
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "<html>busy</html>", #"{"choices":[]}"#, #"{"choices":null}"#,
        #"{"choices":[{}]}"#, #"{"choices":[{"message":null}]}"#, #"{"choices":[{"message":"x"}]}"#,
        #"{"choices":[{"message":{"content":"x"}}]"#, "\u{0}\u{1}",
        String(repeating: "[", count: 10_000),
    ])
    func `an unreadable envelope is an invalid response, asked for once`(
        answer: String
    ) async throws {
        let fixture = try OpenAIFixture { _, peer in peer.answer(text: answer) }
        let failure = try await fixture.failure()
        #expect(failure?.reason == .invalidResponse)
        #expect(fixture.server.requests.count == 1)
    }

    @Test func `an answer without end is an invalid response`() async throws {
        let fixture = try OpenAIFixture { _, peer in
            peer.send("HTTP/1.1 200 OK\r\n\r\n")
            while peer.send([UInt8](repeating: 0x20, count: 1 << 16)) {}
        }
        #expect(try await fixture.failure()?.reason == .invalidResponse)
    }
}

@Suite(.timeLimit(.minutes(1))) struct OpenAIEmbeddingTests {
    private static func envelope(_ embedding: String) -> String {
        #"{"object":"list","data":[{"index":0,"embedding":\#(embedding)}],"model":"m"}"#
    }

    private static func base64(_ values: [Float]) -> String {
        let bytes = values.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        }
        return Data(bytes).base64EncodedString()
    }

    static let values: [Float] = (0..<1536).map { Float($0) / 1536 - 0.5 }

    @Test func `an embedding is asked for and read in base64`() async throws {
        let fixture = try OpenAIFixture { _, peer in
            peer.answer(text: Self.envelope("\"\(Self.base64(Self.values))\""))
        }
        #expect(try await fixture.embed("Tea \u{1F375}") == Self.values)
        let request = try #require(fixture.server.requests.first)
        #expect(request.target == "/v1/embeddings")
        let expected: JSONValue = .object([
            .init("model", .string("small")), .init("input", .string("Tea \u{1F375}")),
            .init("encoding_format", .string("base64")),
        ])
        #expect(try JSONValue(parsing: request.body) == expected)
    }

    @Test(
        arguments: [
            ("[1,-0.5,2e0]", [1, -0.5, 2]), ("[]", []), ("\"\"", []),
            ("\"\(base64([1, 2]))\"", [1, 2]), ("\"AACAPw\"", [1]), ("\"AACAPw==\"", [1]),
            ("\"AACAfw==\"", [Float.infinity]), ("[1e300]", [Float.infinity]),
        ] as [(String, [Float])])
    func `any number of components is passed up`(embedding: String, values: [Float]) async throws {
        let fixture = try OpenAIFixture { _, peer in peer.answer(text: Self.envelope(embedding)) }
        #expect(try await fixture.embed() == values)
    }

    @Test(arguments: [
        "", "{}", #"{"data":[]}"#, #"{"data":[{}]}"#, envelope("null"), envelope("7"),
        envelope("[1,null]"), envelope(#"["1"]"#), envelope(#""AAAA""#), envelope(#""A""#),
        envelope(#""AACA_w==""#), envelope(#""AACA=w==""#), envelope(#""AACAPw=""#),
    ])
    func `an unreadable embedding is an invalid response`(answer: String) async throws {
        let fixture = try OpenAIFixture { _, peer in peer.answer(text: answer) }
        let failure = await #expect(throws: ProviderFailure.self) { _ = try await fixture.embed() }
        #expect(failure?.reason == .invalidResponse)
    }

    @Test func `embeddings fail for the same reasons as questions`() async throws {
        let fixture = try OpenAIFixture(answers: [(500, [], ""), (401, [], "")])
        let failure = await #expect(throws: ProviderFailure.self) { _ = try await fixture.embed() }
        #expect(failure?.reason == .authentication)
        #expect(fixture.pauses.all == [.milliseconds(500)])
    }
}
