import Domain
import HTTP

/// The wire format of `/chat/completions`: one question about one picture.
enum OpenAIChat {
    /// The body of the request. The picture comes last, so that its text is written straight to its place.
    static func body(asking question: VisionQuestion, about photo: VisionInput) -> [UInt8] {
        body(
            model: question.model, prompt: question.prompt, temperature: question.temperature,
            detail: question.detail, picture: photo.bytes, mediaType: photo.mediaType
        ) { json in
            json.field("max_tokens", question.maximumTokens)
            json.object("response_format") { $0.field("type", "json_object") }
        }
    }

    /// `fill` writes what else the request is to say.
    static func body(
        model: String, prompt: String, temperature: Double, detail: String, picture: [UInt8],
        mediaType: String, _ fill: (inout JSONWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var body = JSONWriter.object(
            capacity: prompt.utf8.count + Base64.count(of: picture) + 512
        ) { json in
            json.field("model", model)
            json.field("temperature", temperature)
            fill(&json)
            json.array("messages") { json in
                json.object { json in
                    json.field("role", "user")
                    json.array("content") { json in
                        json.object { json in
                            json.field("type", "text")
                            json.field("text", prompt)
                        }
                        json.object { json in
                            json.field("type", "image_url")
                            json.object("image_url") { json in
                                json.field("detail", detail)
                                json.field("url", "data:\(mediaType);base64,")
                            }
                        }
                    }
                }
            }
        }
        body.removeLast(end.count)
        Base64.append(picture, to: &body)
        body += end
        return body
    }

    /// What closes the picture's text and all that is open around it.
    private static let end = Array("\"}}]}]}".utf8)

    /// The first choice's text and what it cost; nil if the answer is not of this format.
    static func reply(in answer: [UInt8]) -> VisionReply? {
        guard let json = try? JSONValue(parsing: answer),
            let message = json["choices"]?[0]?["message"], message.object != nil
        else { return nil }
        return VisionReply(
            content: text(of: message["content"]), usage: usage(in: json["usage"]),
            raw: String(decoding: answer, as: UTF8.self))
    }

    /// A string, or the texts of a list of parts, which some compatible servers send. A refusal has none.
    private static func text(of content: JSONValue?) -> String {
        if let parts = content?.array {
            return parts.compactMap { $0["text"]?.string }.joined()
        }
        return content?.string ?? ""
    }

    private static func usage(in json: JSONValue?) -> TokenUsage {
        // Bounded, since usages are added up.
        func count(_ name: String) -> Int? {
            json?[name]?.int.map { min(max($0, 0), 1_000_000_000) }
        }
        let prompt = count("prompt_tokens") ?? 0
        let completion = count("completion_tokens") ?? 0
        return TokenUsage(
            prompt: prompt, completion: completion,
            total: count("total_tokens") ?? prompt + completion)
    }
}
