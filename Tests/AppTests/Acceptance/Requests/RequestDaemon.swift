import App
import HTTP
import HTTPClient
import ScriptedServer
import Services
import Synchronization

/// What the tests of solver and request log ask a daemon for.
extension TestDaemon {
    static let solvePath = "/api/core/solve"

    /// Runs a daemon that solves by itself.
    static func solving(
        _ environment: [String: String] = [:], clock: TestClock = TestClock(),
        _ body: (TestDaemon) async throws -> Void
    ) async throws {
        var all = ["SOLVER_PROVIDER": "builtin"]
        all.merge(environment) { $1 }
        try await run(environment: all, clock: clock, body)
    }

    /// Posts a picture as the part `file`.
    func solve(_ picture: [UInt8], as token: String) async throws -> Answer {
        var form = Form()
        form.file("file", picture)
        return try await solve(form, as: token)
    }

    func solve(_ form: Form, as token: String) async throws -> Answer {
        try await send(
            .post, Self.solvePath, as: .token(token), fields: [.contentType: form.contentType],
            body: form.body)
    }

    /// Posts bytes as they are.
    func solve(raw bytes: [UInt8], type: String, as token: String) async throws -> Answer {
        try await send(
            .post, Self.solvePath, as: .token(token), fields: [.contentType: type], body: bytes)
    }

    /// The rows of the log, newest first.
    func requestLog(_ query: String = "", as admin: String) async throws -> [JSONValue] {
        try await get("/api/usage/requests?\(query)", as: .token(admin))["results"]?.array ?? []
    }

    /// The kept images, newest first.
    func keptImages(_ query: String = "", as admin: String) async throws -> [JSONValue] {
        try await get("/api/usage/images?\(query)", as: .token(admin))["results"]?.array ?? []
    }
}

/// A server in the place of OpenAI that answers as it is told, one reply after the other and the last for ever.
final class FakeSolver: Sendable {
    enum Reply: Sendable {
        case content(String)
        case status(Int, String)
        case silence
    }

    private let server: ScriptedServer

    init(_ replies: [Reply]) throws {
        let number = Mutex(0)
        server = try ScriptedServer { _, peer in
            let place = number.withLock { number in
                defer { number += 1 }
                return min(number, replies.count - 1)
            }
            switch replies[place] {
            case .silence: peer.waitForHangUp()
            case .status(let code, let text): peer.answer(code, text: text)
            case .content(let text):
                let body = JSONWriter.object { json in
                    json.array("choices") { list in
                        list.object { choice in
                            choice.object("message") { $0.field("content", text) }
                        }
                    }
                }
                peer.answer(fields: [("Content-Type", "application/json")], body: body)
            }
        }
    }

    var url: String { server.url + "/v1" }
    var calls: Int { server.requests.count }
    /// The body of the first call.
    var asked: JSONValue {
        server.requests.first.flatMap { try? JSONValue(parsing: $0.body) } ?? .null
    }
}

extension TestDaemon {
    /// Changes a live setting by its full name.
    func configure(_ name: String, _ value: String) async throws {
        try await installation.settings.set(name, to: value, actor: "test")
    }
}
