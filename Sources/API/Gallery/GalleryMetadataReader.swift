import Domain
import HTTP

/// The metadata that a body gives a record: its `metadata`, and `session_id` and `message_id` wherever they stand.
struct GalleryMetadataReader: Sendable {
    private static let maximumBytes = 65_536
    private static let names = ["session_id", "message_id"]

    /// Nil where the body has none and those so far stay.
    private let given: JSONValue?
    /// Members that stand at the top level of the body.
    private let raised: [JSONValue.Member]

    init(_ body: inout GalleryBody) {
        given = body["metadata"].map { $0.isNull ? .object([]) : $0 }
        var raised: [JSONValue.Member] = []
        for name in Self.names {
            guard let member = body[name], !member.isNull else { continue }
            if let text = Self.text(member) {
                raised.append(.init(name, .string(text)))
            } else {
                body.complain(name, "Not a valid string.")
            }
        }
        self.raised = raised
        if let given, !raised.isEmpty, given.object == nil {
            body.complain("metadata", Self.objectNeeded)
        } else if let given {
            for name in Self.names {
                if let member = given[name], !member.isNull, Self.text(member) == nil {
                    body.complain("metadata", "\(name) is not a valid string.")
                }
            }
            if given.encoded.count > Self.maximumBytes { body.complain("metadata", Self.tooLong) }
        }
    }

    private static let objectNeeded = "Must be an object when session_id or message_id is given."
    private static let tooLong = "Ensure this field has no more than \(maximumBytes) bytes."

    /// A text, or a number as one.
    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text.utf8.contains(0) ? nil : text
        case .number(let number): number.text
        default: nil
        }
    }

    /// What a record with `known` metadata has from now on.
    func metadata(after known: GalleryMetadata) throws -> GalleryMetadata {
        guard given != nil || !raised.isEmpty else { return known }
        guard var value = given ?? (try? JSONValue(parsing: known.json)) else { return known }
        if case .object(var members) = value {
            for name in Self.names {
                let raised = raised.last { $0.key == name }?.value
                let inside = members.last { $0.key == name }?.value
                guard let text = raised ?? inside.flatMap(Self.text).map({ .string($0) }) else {
                    continue
                }
                let place = members.firstIndex { $0.key == name }
                members.removeAll { $0.key == name }
                members.insert(.init(name, text), at: min(place ?? .max, members.count))
            }
            value = .object(members)
        } else if !raised.isEmpty {
            throw Refused(GalleryEnvelope.invalid([("metadata", Self.objectNeeded)]))
        }
        let json = value.encoded
        guard json.count <= Self.maximumBytes else {
            throw Refused(GalleryEnvelope.invalid([("metadata", Self.tooLong)]))
        }
        return GalleryMetadata(
            json: String(decoding: json, as: UTF8.self), sessionID: value["session_id"]?.string,
            messageID: value["message_id"]?.string)
    }
}
