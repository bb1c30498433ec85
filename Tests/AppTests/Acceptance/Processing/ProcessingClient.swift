import Domain
import Foundation
import HTTP
import ScriptedServer
import Testing

/// The processing family as its clients use it.
extension TestDaemon {
    static let processing = "/functions/v1"
    /// The timer's secret in every test.
    static let cronSecret = "a timer's secret"

    /// Boots a daemon for images: the built-in embedding, no timer, unless told otherwise.
    static func runProcessing(
        provider: RecordingProvider? = nil, environment: [String: String] = [:],
        clock: TestClock = TestClock(), folder: TemporaryFolder? = nil,
        _ body: (TestDaemon) async throws -> Void
    ) async throws {
        let base = [
            "EMBEDDING_PROVIDER": provider == nil ? "builtin" : "openai",
            "RETRY_QUEUE_INTERVAL_S": "0", "CRON_SECRET": cronSecret,
        ]
        try await run(
            provider: provider, environment: base.merging(environment) { $1 }, clock: clock,
            folder: folder, body)
    }

    /// Uploads an image and returns the whole answer.
    func add(
        _ picture: [UInt8], as asker: Asker, _ texts: [String: String] = [:]
    ) async throws -> Answer {
        var form = Form()
        for (name, text) in texts { form.text(name, text) }
        form.file("file", picture)
        return try await send(
            .post, Self.processing + "/images", as: asker,
            fields: [.contentType: form.contentType], body: form.body)
    }

    /// Uploads an image that must be taken, and returns its id.
    func image(
        _ picture: [UInt8], as asker: Asker, title: String? = nil
    ) async throws -> String {
        let answer = try await add(picture, as: asker, title.map { ["title": $0] } ?? [:])
        guard answer.status == 201, let id = answer["imageId"]?.string else {
            throw Unexpected(answer.text)
        }
        return id
    }

    func process(_ id: String, as asker: Asker, _ more: String = "") async throws -> Answer {
        try await post(
            Self.processing + "/process_image", as: asker, #"{"imageId":"\#(id)"\#(more)}"#)
    }

    /// The row of an image.
    func row(_ id: String, as asker: Asker) async throws -> Answer {
        try await get(Self.processing + "/images/\(id)", as: asker)
    }

    func workOffQueue() async throws -> Answer {
        try await post(
            Self.processing + "/retry_queue", fields: [.authorization: "Bearer \(Self.cronSecret)"],
            "")
    }

    /// Adds and processes a picture, and returns the answer.
    func processed(
        _ picture: [UInt8], as asker: Asker, title: String? = nil
    ) async throws -> Answer {
        try await process(try await image(picture, as: asker, title: title), as: asker)
    }
}

extension RecordingProvider {
    /// Answers embeddings with a vector and so many tokens.
    static func counted(_ tokens: Int) -> Reply {
        let body = JSONWriter.object { json in
            json.array("data") { list in
                list.object { item in
                    item.array("embedding") { for value in vector(0) { $0.value(value) } }
                }
            }
            json.object("usage") { $0.field("prompt_tokens", tokens) }
        }
        return .raw(
            200, [("Content-Type", "application/json")], String(decoding: body, as: UTF8.self))
    }
}
