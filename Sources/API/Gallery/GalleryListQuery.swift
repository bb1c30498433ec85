import Domain
import HTTP
import Services

/// What the query of a list asks for.
struct GalleryListQuery {
    static let maximumLimit = 1000

    var filter = GalleryFilter()
    var limit = maximumLimit
    var offset = 0

    init(
        _ query: Query, for viewer: GalleryViewer, isDeleted: Bool, requiresUserID: Bool
    ) throws {
        filter.isDeleted = isDeleted
        let userID = query["user_id"].flatMap { $0.isEmpty ? nil : $0 }
        if let userID {
            guard viewer.mayUse(ownerKey: userID.lowercased()) else {
                throw Refused(GalleryEnvelope.forbidden)
            }
            filter.owners = [userID.lowercased()]
        } else if requiresUserID, viewer.seesAll {
            throw Refused(
                GalleryEnvelope.invalid(
                    [("user_id", "This field is required.")], message: "user_id is required"))
        }
        if !viewer.seesAll { filter.owners = viewer.ownerKeys }
        filter.intent = query["intent"]
        filter.tag = query["tag"]?.trimmedWhitespace.lowercased()
        filter.sessionID = query["session_id"]
        filter.messageID = query["message_id"]
        var errors: [(field: String, message: String)] = []
        if let text = query["limit"] {
            limit = Self.number(text, in: 1...Self.maximumLimit, "limit", &errors)
        }
        if let text = query["offset"] {
            offset = Self.number(text, in: 0...Int.max, "offset", &errors)
        }
        if !errors.isEmpty { throw Refused(GalleryEnvelope.invalid(errors)) }
    }

    static func number(
        _ text: String, in range: ClosedRange<Int>, _ field: String,
        _ errors: inout [(field: String, message: String)]
    ) -> Int {
        guard let number = SettingText.integer(text.trimmedWhitespace) else {
            errors.append((field, "A valid integer is required."))
            return range.lowerBound
        }
        if number < range.lowerBound {
            errors.append(
                (field, "Ensure this value is greater than or equal to \(range.lowerBound)."))
        } else if number > range.upperBound {
            errors.append(
                (field, "Ensure this value is less than or equal to \(range.upperBound)."))
        }
        return min(max(number, range.lowerBound), range.upperBound)
    }
}

/// What the query of a search asks for.
struct GallerySearchQuery {
    let target: GalleryService.SearchQuery
    private(set) var count = 10

    init(_ query: Query) throws {
        var errors: [(field: String, message: String)] = []
        if let text = query["k"] {
            count = GalleryListQuery.number(text, in: 1...100, "k", &errors)
        }
        let space = query["space"] ?? ""
        if !["", "text", "image", "visual"].contains(space) {
            errors.append(("space", "\"\(space)\" is not a valid choice."))
        }
        switch (query["q"]?.trimmedWhitespace, query["image_id"]?.trimmedWhitespace) {
        case (nil, nil): errors.append(("q", "Give q or image_id."))
        case (_?, _?): errors.append(("q", "Give q or image_id, not both."))
        case (let text?, nil):
            if text.isEmpty {
                errors.append(("q", "This field may not be blank."))
            } else if text.unicodeScalars.count > 1000 {
                errors.append(("q", "Ensure this field has no more than 1000 characters."))
            }
        default: break
        }
        if !errors.isEmpty { throw Refused(GalleryEnvelope.invalid(errors)) }
        if let id = query["image_id"]?.trimmedWhitespace.lowercased() {
            guard GalleryBatch.isUUID(id) else { throw GalleryService.Refusal.notFound }
            target = .image(id, space == "text" ? .text : .image)
        } else {
            target = .text(query["q"]?.trimmedWhitespace ?? "")
        }
    }
}
