import HTTP
import Services

/// The ids of a batch in the order sent, each once, and what became of them.
struct GalleryBatch {
    private enum Item {
        case uuid(String)
        /// What can be no id, as it was sent.
        case invalid(JSONValue)
    }

    private var items: [Item] = []
    /// Those that can be ids, in lower case.
    private(set) var uuids: [String] = []

    init(_ sent: [JSONValue]) {
        var seen: Set<JSONValue> = []
        for value in sent {
            if let text = value.string?.lowercased(), Self.isUUID(text) {
                guard seen.insert(.string(text)).inserted else { continue }
                items.append(.uuid(text))
                uuids.append(text)
            } else if seen.insert(value).inserted {
                items.append(.invalid(value))
            }
        }
    }

    static func isUUID(_ text: String) -> Bool {
        text.utf8.count == 36
            && text.utf8.enumerated().allSatisfy { place, byte in
                [8, 13, 18, 23].contains(place)
                    ? byte == UInt8(ascii: "-") : ASCII.hexValue(byte) != nil
            }
    }

    /// The data of the answer; `statuses` are those of `uuids`.
    func encoded(_ action: GalleryAction, _ statuses: [GalleryService.BatchStatus]) -> [UInt8] {
        let succeeded = statuses.count(where: \.isSuccess)
        var rest = statuses[...]
        return JSONWriter.object(capacity: 80 * items.count + 128) { json in
            json.field("action", action.rawValue)
            json.field("requested", items.count)
            json.field("succeeded", succeeded)
            json.field("failed", items.count - succeeded)
            json.array("results") { list in
                for item in items {
                    list.object { json in
                        switch item {
                        case .uuid(let id):
                            json.field("image_id", id)
                            json.field("status", rest.popFirst()?.rawValue)
                        case .invalid(let value):
                            json.field("image_id", value)
                            json.field("status", "invalid")
                        }
                    }
                }
            }
        }
    }
}
