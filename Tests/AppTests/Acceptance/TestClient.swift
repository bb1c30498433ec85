import Foundation
import HTTP
import HTTPClient

/// An answer of the daemon.
struct Answer: Sendable {
    let status: Int
    let fields: Fields
    let body: [UInt8]

    init(_ response: ClientResponse) {
        status = response.status.code
        fields = response.fields
        body = response.body
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// The value at a path such as `analysis.suggestions.0.key`.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(json as JSONValue?) { value, step in
            Int(step).map { value?[$0] } ?? value?[String(step)]
        }
    }

    subscript(name: Fields.Name) -> String? { fields[name] }
}

/// The fields of an upload.
struct Form: Sendable {
    private static let boundary = "----tintype-boundary-7MA4YWxk"
    private(set) var parts: [UInt8] = []

    /// A photo with an ordinary name, and a fingerprint where there is one.
    init(_ picture: [UInt8]? = nil, as fingerprint: String? = nil) {
        if let picture { file("image", picture) }
        if let fingerprint { text("fingerprint", fingerprint) }
    }

    mutating func file(
        _ name: String, _ bytes: [UInt8], filename: String = "photo.jpg",
        type: String = "image/jpeg"
    ) {
        let head =
            "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; "
            + "filename=\"\(filename)\"\r\nContent-Type: \(type)\r\n\r\n"
        parts += Array(head.utf8) + bytes + Array("\r\n".utf8)
    }

    mutating func text(_ name: String, _ value: String) {
        let head =
            "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n"
        parts += Array((head + value + "\r\n").utf8)
    }

    var contentType: String { "multipart/form-data; boundary=\(Self.boundary)" }
    var body: [UInt8] { parts + Array("--\(Self.boundary)--\r\n".utf8) }
}

/// Who asks.
enum Asker: Sendable, ExpressibleByStringLiteral {
    case nobody
    case fingerprint(String)
    case token(String)

    init(stringLiteral value: String) { self = .fingerprint(value) }

    var fields: Fields {
        switch self {
        case .nobody: [:]
        case .fingerprint(let text): ["X-Fingerprint": text]
        case .token(let text): [.authorization: "Bearer \(text)"]
        }
    }
}

extension TestDaemon {
    private static let client = HTTPClient()
    static let uploadPath = "/api/photo-analysis/upload/"

    func send(
        _ method: HTTP.Method, _ path: String, as asker: Asker = .nobody, fields: Fields = [:],
        body: [UInt8] = []
    ) async throws -> Answer {
        var all = asker.fields
        for field in fields { all[field.name] = field.value }
        return Answer(
            try await Self.client.send(
                ClientRequest(
                    method, path.hasPrefix("http") ? path : url + path, fields: all, body: body)))
    }

    func get(_ path: String, as asker: Asker = .nobody, fields: Fields = [:]) async throws
        -> Answer
    {
        try await send(.get, path, as: asker, fields: fields)
    }

    /// Posts JSON.
    func post(_ path: String, as asker: Asker = .nobody, fields: Fields = [:], _ json: String)
        async throws -> Answer
    {
        var fields = fields
        fields[.contentType] = "application/json"
        return try await send(.post, path, as: asker, fields: fields, body: Array(json.utf8))
    }

    func upload(_ form: Form, as asker: Asker = .nobody, fields: Fields = [:]) async throws
        -> Answer
    {
        var fields = fields
        fields[.contentType] = form.contentType
        return try await send(.post, Self.uploadPath, as: asker, fields: fields, body: form.body)
    }

    /// Uploads a photo; a fingerprint goes into the form.
    func upload(_ picture: [UInt8], as asker: Asker = .nobody, fields: Fields = [:]) async throws
        -> Answer
    {
        guard case .fingerprint(let text) = asker else {
            return try await upload(Form(picture), as: asker, fields: fields)
        }
        return try await upload(Form(picture, as: text), fields: fields)
    }

    /// Uploads a photo that must be taken, and returns the record's id.
    func record(_ picture: [UInt8], as asker: Asker = .nobody) async throws -> String {
        let answer = try await upload(picture, as: asker)
        guard let id = answer["analysis.id"]?.string else { throw Unexpected(answer.text) }
        return id
    }

    /// Chooses a room for a photo.
    func choose(_ code: String, from id: String, as asker: Asker) async throws -> Answer {
        try await post(
            "/api/chats/create-from-photo/", as: asker,
            #"{"photo_analysis_id":"\#(id)","room_code":"\#(code)"}"#)
    }
}

/// An answer that no test should get.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
