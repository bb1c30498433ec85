import Foundation
import HTTP
import ScriptedServer
import Synchronization

/// A server that speaks OpenAI's wire format: it answers as a test tells it and keeps what it was asked.
final class RecordingProvider: Sendable {
    /// What is asked; told apart by path and `max_tokens`.
    enum Kind: Sendable { case suggestions, caption, embedding }

    /// One request as it came in.
    struct Call: Sendable {
        let kind: Kind
        let body: JSONValue
        let fields: Fields

        /// The text of the prompt or what is to be embedded.
        var text: String {
            body["input"]?.string ?? body["messages"]?[0]?["content"]?[0]?["text"]?.string ?? ""
        }

        /// The picture's data URL.
        var picture: String {
            body["messages"]?[0]?["content"]?[1]?["image_url"]?["url"]?.string ?? ""
        }
    }

    enum Reply: Sendable {
        /// What the model writes.
        case content(String)
        case vector([Float])
        /// A plain array instead of base64.
        case plainVector([Float])
        case raw(Int, [(String, String)], String)
        case hangUp

        static func status(_ code: Int, _ body: String = "{}") -> Reply {
            .raw(code, [("Content-Type", "application/json")], body)
        }
    }

    /// Answers the call of a kind with that number, counted from zero.
    typealias Script = @Sendable (Call, Int) -> Reply

    private struct State {
        var calls: [Call] = []
        var scripts: [Kind: Script] = [:]
    }

    private final class Shelf: Sendable {
        let state = Mutex(State())
    }

    private let shelf: Shelf
    private let server: ScriptedServer

    init() throws {
        let shelf = Shelf()
        self.shelf = shelf
        server = try ScriptedServer { request, peer in
            let (call, number, script) = shelf.state.withLock { state in
                let call = Self.call(request)
                let number = state.calls.count { $0.kind == call.kind }
                state.calls.append(call)
                return (call, number, state.scripts[call.kind])
            }
            Self.send(script?(call, number) ?? Self.standard(call), call, to: peer)
        }
    }

    var url: String { server.url + "/v1" }
    var calls: [Call] { shelf.state.withLock { $0.calls } }

    func calls(_ kind: Kind) -> [Call] { calls.filter { $0.kind == kind } }

    func on(_ kind: Kind, _ script: @escaping Script) {
        shelf.state.withLock { $0.scripts[kind] = script }
    }

    /// Hangs up on everybody from now on.
    func stop() { server.stop() }

    // MARK: - What it says by itself

    static let titles = [
        "Harbour Light", "Old Boats", "Quiet Water", "Morning Fog", "Wooden Piers", "Sea Birds",
        "Fishing", "Horizon", "Blue Hour", "Travel",
    ]

    /// Suggestions as a model writes them.
    static func suggestions(_ titles: [String]) -> String {
        let items = titles.map { title in
            let key = title.lowercased().replacingOccurrences(of: " ", with: "-")
            return #"{"name":"\#(title)","key":"\#(key)","description":"About \#(title)."}"#
        }
        return #"{"suggestions":[\#(items.joined(separator: ","))]}"#
    }

    static let caption = """
        {"title":"Foggy Harbour","category":"landscape","visible_text":"PIER 7",\
        "caption":"Boats lie in a foggy harbour."}
        """

    /// A unit vector at an angle whose cosine distance to the first axis is `distance`.
    static func vector(_ distance: Double) -> [Float] {
        var vector = [Float](repeating: 0, count: 1536)
        vector[0] = Float(1 - distance)
        vector[1] = Float((1 - (1 - distance) * (1 - distance)).squareRoot())
        return vector
    }

    private static func standard(_ call: Call) -> Reply {
        switch call.kind {
        case .suggestions: .content(suggestions(titles))
        case .caption: .content(caption)
        case .embedding: .vector(vector(0))
        }
    }

    // MARK: - The wire

    private static func call(_ request: ScriptedRequest) -> Call {
        let body = (try? JSONValue(parsing: request.body)) ?? .null
        let kind: Kind =
            request.target.hasSuffix("/embeddings")
            ? .embedding : body["max_tokens"]?.int == 300 ? .caption : .suggestions
        return Call(kind: kind, body: body, fields: request.fields)
    }

    private static func send(_ reply: Reply, _ call: Call, to peer: ScriptedPeer) {
        switch reply {
        case .hangUp: peer.hangUp()
        case .raw(let code, let fields, let body): peer.answer(code, fields: fields, text: body)
        case .content(let text):
            let body = JSONWriter.object { json in
                json.field("model", call.body["model"]?.string)
                json.array("choices") { list in
                    list.object { choice in
                        choice.object("message") { message in
                            message.field("role", "assistant")
                            message.field("content", text)
                        }
                    }
                }
                json.object("usage") { usage in
                    usage.field("prompt_tokens", 100)
                    usage.field("completion_tokens", 50)
                    usage.field("total_tokens", 150)
                }
            }
            peer.answer(fields: [("Content-Type", "application/json")], body: body)
        case .vector(let vector):
            let bytes = vector.flatMap { component in
                (0..<4).map { UInt8(truncatingIfNeeded: component.bitPattern >> (8 * $0)) }
            }
            embed(peer) { $0.field("embedding", Data(bytes).base64EncodedString()) }
        case .plainVector(let vector):
            embed(peer) { json in
                json.array("embedding") { list in for item in vector { list.value(item) } }
            }
        }
    }

    private static func embed(_ peer: ScriptedPeer, _ fill: (inout JSONWriter) -> Void) {
        let body = JSONWriter.object { json in
            json.array("data") { $0.object { fill(&$0) } }
        }
        peer.answer(fields: [("Content-Type", "application/json")], body: body)
    }
}

/// A gate that so many must reach before any of them goes on; gives up after two seconds.
final class Rendezvous: Sendable {
    private struct State {
        var waiting = 0
        var isComplete = false
    }

    private let count: Int
    private let state = Mutex(State())
    private let semaphore = DispatchSemaphore(value: 0)

    init(_ count: Int) { self.count = count }

    /// Whether all were here at the same time.
    var isComplete: Bool { state.withLock { $0.isComplete } }

    func arrive() {
        let isLast = state.withLock { state in
            state.waiting += 1
            if state.waiting == count { state.isComplete = true }
            return state.waiting >= count
        }
        if isLast {
            for _ in 1..<count { semaphore.signal() }
        } else {
            _ = semaphore.wait(timeout: .now() + 2)
        }
    }
}
