import Domain
import HTTP

/// The fields of a request, from JSON or a form; keys in either spelling, `image_id` or `imageId`.
struct ProcessingBody {
    private let fields: [String: JSONValue]
    /// What the request says, for telling two of them apart.
    let encoded: [UInt8]

    static let limit = 1 << 20

    /// Reads a JSON object; an absent body is an empty one.
    init(_ request: Request) async throws {
        if let type = request.mediaType, type != "application/json", !type.hasSuffix("+json"),
            type != "text/plain"
        {
            throw Refused(.processingError(.unsupportedMediaType, "Unsupported media type"))
        }
        let bytes: [UInt8]
        do throws(BodyError) {
            bytes = try await request.body.collect(upTo: Self.limit)
        } catch {
            if error == .overloaded { throw error }
            guard case .tooLarge = error else { throw Refused.processing("Malformed JSON") }
            throw Refused(.processingError(.contentTooLarge, "Request body is too large"))
        }
        guard !bytes.isEmpty else {
            self.init([:])
            return
        }
        guard let members = (try? JSONValue(parsing: bytes))?.object else {
            throw Refused.processing("Malformed JSON")
        }
        self.init(
            Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
    }

    /// From the texts of a form.
    init(form: [String: String]) {
        self.init(form.mapValues { .string($0) })
    }

    private init(_ fields: [String: JSONValue]) {
        self.fields = fields
        encoded =
            JSONValue.object(
                fields.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
            ).encoded
    }

    /// The value under a key in snake_case or its camelCase; nil for null too.
    subscript(key: String) -> JSONValue? {
        let camel = key.split(separator: "_").enumerated().map { index, word in
            index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
        let value = fields[key] ?? fields[camel]
        return value?.isNull == true ? nil : value
    }

    /// A text of at most so many characters; nil where there is none.
    func text(_ key: String, limit: Int) throws -> String? {
        guard let value = self[key] else { return nil }
        guard let text = value.string, text.unicodeScalars.count <= limit, !text.utf8.contains(0)
        else { throw Refused.processing("Invalid \(key)") }
        return text
    }

    func flag(_ key: String) throws -> Bool? {
        guard let value = self[key] else { return nil }
        if let flag = value.bool { return flag }
        switch value.string?.lowercased() {
        case "true", "1": return true
        case "false", "0", "": return false
        default: throw Refused.processing("Invalid \(key)")
        }
    }

    /// Tags: a JSON array, in a form also as its text, or separated by commas.
    func tags() throws -> [String] {
        guard let value = self["tags"] else { return [] }
        var elements = value.array
        if let text = value.string {
            let isList = text.utf8.first == UInt8(ascii: "[")
            elements =
                isList
                ? (try? JSONValue(parsing: Array(text.utf8)))?.array
                : text.split(separator: ",").map { .string(String($0)) }
        }
        guard let elements, elements.count <= 50 else { throw Refused.processing("Invalid tags") }
        var tags: [String] = []
        for element in elements {
            guard let tag = element.string?.trimmedWhitespace, tag.unicodeScalars.count <= 50,
                tag.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else { throw Refused.processing("Invalid tags") }
            if !tag.isEmpty, !tags.contains(tag) { tags.append(tag) }
        }
        return tags
    }
}
