import Domain
import HTTP

/// The JSON object of a request's body and the complaints about its fields.
struct JSONBody {
    private let value: JSONValue
    private(set) var errors: [(field: String, message: String)] = []

    /// Reads the body; an absent one is an empty object.
    init(_ request: Request, limit: Int) async throws {
        if let type = request.mediaType, type != "application/json", !type.hasSuffix("+json") {
            throw Refused(
                .detail(
                    .unsupportedMediaType, "Unsupported media type \"\(type)\" in request."))
        }
        let bytes: [UInt8]
        do throws(BodyError) {
            bytes = try await request.body.collect(upTo: limit)
        } catch {
            if error == .overloaded { throw error }
            guard case .tooLarge = error else {
                throw Refused(.detail(.badRequest, "JSON parse error."))
            }
            throw Refused(.detail(.contentTooLarge, "The body is larger than \(limit) bytes."))
        }
        guard !bytes.isEmpty else {
            value = .object([])
            return
        }
        guard let parsed = try? JSONValue(parsing: bytes) else {
            throw Refused(.detail(.badRequest, "JSON parse error."))
        }
        guard parsed.object != nil else {
            throw Refused(
                .fieldErrors([
                    (
                        "non_field_errors",
                        "Invalid data. Expected a dictionary, but got another type."
                    )
                ]))
        }
        value = parsed
    }

    /// The body as it was read, for telling two requests apart.
    var encoded: [UInt8] { value.encoded }

    mutating func complain(_ field: String, _ message: String) {
        errors.append((field, message))
    }

    /// Ends the request if there were complaints.
    func check() throws {
        if !errors.isEmpty { throw Refused(.fieldErrors(errors)) }
    }

    /// A text that must be there, not blank, and at most `limit` code points long once it is cleaned and trimmed.
    mutating func requiredText(
        _ field: String, limit: Int, cleaned: (String) -> String = { $0 }
    ) -> String? {
        guard let member = value[field] else {
            complain(field, "This field is required.")
            return nil
        }
        return text(member.string.map { .string(cleaned($0)) } ?? member, field, limit: limit)
    }

    /// A UUID that must be there, in lower case.
    mutating func requiredUUID(_ field: String) -> String? {
        guard let member = value[field] else {
            complain(field, "This field is required.")
            return nil
        }
        guard let text = member.string?.trimmedWhitespace, Self.isUUID(text) else {
            complain(field, "Must be a valid UUID.")
            return nil
        }
        return text.lowercased()
    }

    private static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 36
            && bytes.enumerated().allSatisfy { place, byte in
                [8, 13, 18, 23].contains(place)
                    ? byte == UInt8(ascii: "-") : ASCII.hexValue(byte) != nil
            }
    }

    /// A text that may be absent or null.
    mutating func optionalText(_ field: String, limit: Int) -> String? {
        guard let member = value[field], !member.isNull else { return nil }
        return text(member, field, limit: limit)
    }

    mutating func optionalBool(_ field: String) -> Bool? {
        guard let member = value[field], !member.isNull else { return nil }
        guard let flag = member.bool else {
            complain(field, "Must be a valid boolean.")
            return nil
        }
        return flag
    }

    mutating func optionalChoice(_ field: String, of choices: [String]) -> String? {
        guard let member = value[field], !member.isNull else { return nil }
        guard let text = member.string, choices.contains(text) else {
            let shown = member.string ?? String(decoding: member.encoded, as: UTF8.self)
            complain(field, "\"\(shown)\" is not a valid choice.")
            return nil
        }
        return text
    }

    private mutating func text(_ member: JSONValue, _ field: String, limit: Int) -> String? {
        if member.isNull {
            complain(field, "This field may not be null.")
            return nil
        }
        guard let text = member.string?.trimmedWhitespace else {
            complain(field, "Not a valid string.")
            return nil
        }
        if text.isEmpty {
            complain(field, "This field may not be blank.")
        } else if text.unicodeScalars.count > limit {
            complain(field, "Ensure this field has no more than \(limit) characters.")
        } else if text.utf8.contains(0) {
            complain(field, "Null characters are not allowed.")
        } else {
            return text
        }
        return nil
    }
}
