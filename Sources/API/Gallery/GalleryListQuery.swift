import Domain
import HTTP

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
