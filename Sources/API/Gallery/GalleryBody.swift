import Domain
import HTTP

/// The members of a request's body, from JSON or from a form, and the complaints about them.
struct GalleryBody {
    private var members: JSONValue
    private let isForm: Bool
    private(set) var errors: [(field: String, message: String)] = []

    private static let jsonMembers = ["metadata", "tags", "image_ids"]

    init(_ request: Request, limit: Int) async throws {
        let type = request.mediaType
        isForm = type == "application/x-www-form-urlencoded"
        guard
            isForm || type == nil || type == "application/json" || type?.hasSuffix("+json") == true
        else {
            throw Refused(GalleryEnvelope.failure(.unsupportedMediaType, "Unsupported media type"))
        }
        let bytes = try await Self.bytes(of: request, limit)
        members = .object([])
        if isForm {
            try readForm(bytes)
        } else if !bytes.isEmpty {
            guard let parsed = try? JSONValue(parsing: bytes) else {
                throw Refused(GalleryEnvelope.malformed("JSON parse error."))
            }
            guard parsed.object != nil else {
                throw Refused(
                    GalleryEnvelope.invalid([
                        ("non_field_errors", "Invalid data. Expected an object.")
                    ]))
            }
            members = parsed
        }
    }

    private static func bytes(of request: Request, _ limit: Int) async throws -> [UInt8] {
        do throws(BodyError) {
            return try await request.body.collect(upTo: limit)
        } catch {
            switch error {
            case .overloaded: throw error
            case .tooLarge:
                throw Refused(GalleryEnvelope.failure(.contentTooLarge, "Request body too large"))
            case .disconnected, .malformed, .timedOut:
                throw Refused(GalleryEnvelope.malformed("The body could not be read."))
            }
        }
    }

    private mutating func readForm(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self),
            let form = try? Query(parsing: text)
        else { throw Refused(GalleryEnvelope.malformed("Form parse error.")) }
        var read: [JSONValue.Member] = []
        for item in form.items {
            guard Self.jsonMembers.contains(item.name) else {
                read.append(.init(item.name, .string(item.value)))
                continue
            }
            if let value = try? JSONValue(parsing: item.value) {
                read.append(.init(item.name, value))
            } else {
                complain(item.name, "Value must be valid JSON.")
            }
        }
        members = .object(read)
    }

    /// The body as it was read, for telling two requests apart.
    var encoded: [UInt8] { members.encoded }

    subscript(field: String) -> JSONValue? { members[field] }

    mutating func complain(_ field: String, _ message: String) {
        errors.append((field, message))
    }

    /// Ends the request if there were complaints.
    func check() throws {
        if !errors.isEmpty { throw Refused(GalleryEnvelope.invalid(errors)) }
    }

    // MARK: - Members

    /// A text that must be there and not be blank, without white space at its ends.
    mutating func requiredText(_ field: String, limit: Int) -> String? {
        guard members[field] != nil else {
            if !errors.contains(where: { $0.field == field }) {
                complain(field, "This field is required.")
            }
            return nil
        }
        return filledText(field, limit: limit)
    }

    /// The same, nil where it is not there.
    mutating func filledText(_ field: String, limit: Int) -> String? {
        guard let member = members[field] else { return nil }
        guard !member.isNull else {
            complain(field, "This field may not be null.")
            return nil
        }
        guard let text = text(member, field, limit: .max)?.trimmedWhitespace else { return nil }
        guard !text.isEmpty else {
            complain(field, "This field may not be blank.")
            return nil
        }
        return isWithin(limit, text, field) ? text : nil
    }

    /// A text as it is, empty or not, or null.
    mutating func edit(_ field: String, limit: Int) -> Edit<String?> {
        guard let member = members[field] else { return .keep }
        if member.isNull { return .set(nil) }
        return text(member, field, limit: limit).map { .set($0) } ?? .keep
    }

    mutating func flag(_ field: String) -> Bool {
        guard let member = members[field], !member.isNull else { return false }
        if let flag = member.bool { return flag }
        switch member.string?.trimmedWhitespace.lowercased() {
        case "true", "1", "on", "yes": return true
        case "false", "0", "off", "no": return false
        case "" where isForm: return false
        default:
            complain(field, "Must be a valid boolean.")
            return false
        }
    }

    mutating func choice(_ field: String, of choices: [String]) -> String? {
        guard let text = requiredText(field, limit: 100) else { return nil }
        guard choices.contains(text) else {
            complain(field, "\"\(text)\" is not a valid choice.")
            return nil
        }
        return text
    }

    /// A list that must be there, of at most `limit` elements and at least one.
    mutating func requiredList(_ field: String, limit: Int) -> [JSONValue]? {
        guard let member = members[field] else {
            complain(field, "This field is required.")
            return nil
        }
        guard let list = list(member, field, limit: limit) else { return nil }
        guard !list.isEmpty else {
            complain(field, "This list may not be empty.")
            return nil
        }
        return list
    }

    private mutating func list(
        _ member: JSONValue, _ field: String, limit: Int
    ) -> [JSONValue]? {
        guard let list = member.array else {
            complain(field, "Expected a list of items.")
            return nil
        }
        guard list.count <= limit else {
            complain(field, "Ensure this field has no more than \(limit) elements.")
            return nil
        }
        return list
    }

    /// Words without white space around them, in lower case, each once.
    mutating func tags(_ field: String, count: Int, limit: Int) -> Edit<[String]> {
        guard let member = members[field] else { return .keep }
        if member.isNull { return .set([]) }
        guard let list = list(member, field, limit: count) else { return .keep }
        var tags: [String] = []
        for element in list {
            guard let tag = text(element, field, limit: .max)?.trimmedWhitespace.lowercased()
            else { return .keep }
            guard !tag.isEmpty else {
                complain(field, "This field may not be blank.")
                return .keep
            }
            guard isWithin(limit, tag, field) else { return .keep }
            guard !tag.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else {
                complain(field, "Control characters are not allowed.")
                return .keep
            }
            if !tags.contains(tag) { tags.append(tag) }
        }
        return .set(tags)
    }

    private mutating func text(_ member: JSONValue, _ field: String, limit: Int) -> String? {
        guard let text = member.string else {
            complain(field, "Not a valid string.")
            return nil
        }
        guard !text.utf8.contains(0) else {
            complain(field, "Null characters are not allowed.")
            return nil
        }
        return isWithin(limit, text, field) ? text : nil
    }

    private mutating func isWithin(_ limit: Int, _ text: String, _ field: String) -> Bool {
        guard text.unicodeScalars.count > limit else { return true }
        complain(field, "Ensure this field has no more than \(limit) characters.")
        return false
    }
}
