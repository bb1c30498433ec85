import Foundation
import HTTP
import HTTPServer

/// A server that speaks the provider's wire format and takes its time for every call.
struct StubProvider {
    let url: String
    private let server: Server

    init(delay: Duration) async throws {
        var configuration = Server.Configuration()
        configuration.addresses = [.tcp(host: "127.0.0.1", port: 0)]
        configuration.usesSocketActivation = false
        let embedding = JSONWriter.object { json in
            json.array("data") { $0.object { $0.field("embedding", Self.embedding) } }
        }
        server = Server(configuration) { request in
            let body = try await request.body.collect(upTo: 32 << 20)
            try await Task.sleep(for: delay)
            guard request.path.hasSuffix("/chat/completions") else { return .json(embedding) }
            // The two questions are told apart by their prompts.
            let isCaption = String(decoding: body.prefix(4096), as: UTF8.self).contains(
                "visible_text")
            return .json(Self.completion(isCaption ? Self.caption : Self.suggestions))
        }
        guard let address = try await server.start().first else {
            throw BenchFailure("the stub of a provider has no address")
        }
        url = "http://\(address)/v1"
    }

    func stop() async {
        await server.stop(grace: .zero)
    }

    private static func completion(_ text: String) -> [UInt8] {
        JSONWriter.object { json in
            json.array("choices") { list in
                list.object { choice in
                    choice.object("message") { message in
                        message.field("role", "assistant")
                        message.field("content", text)
                    }
                }
            }
            json.object("usage") { usage in
                usage.field("prompt_tokens", 900)
                usage.field("completion_tokens", 300)
                usage.field("total_tokens", 1200)
            }
        }
    }

    private static let caption = #"""
        {"title":"Rusty plate","category":"surface","visible_text":"","caption":"A rusty plate."}
        """#

    private static let suggestions = String(
        decoding: JSONWriter.object { json in
            json.array("suggestions") { list in
                for number in 1...10 {
                    list.object { item in
                        item.field("name", "Room \(number)")
                        item.field("key", "room-\(number)")
                        item.field("description", "People who like the number \(number).")
                    }
                }
            }
        }, as: UTF8.self)

    /// 1,536 components in the encoding that the daemon asks for.
    private static let embedding: String = {
        let components = (0..<1536).map { Float(($0 % 7) + 1) }
        return components.withUnsafeBytes { Data($0).base64EncodedString() }
    }()
}
