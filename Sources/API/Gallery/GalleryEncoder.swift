import Domain
import HTTP

/// The JSON of the gallery's records, keys in the documented order.
enum GalleryEncoder {
    static func object(_ image: GalleryImage, origin: String) -> [UInt8] {
        JSONWriter.object(capacity: 1024) { json in
            json.field("image_id", image.uuid)
            json.field("user_id", image.userID)
            json.field("image_url", image.url)
            json.field("refined_prompt", image.refinedPrompt)
            json.field("intent", image.intent)
            json.key("metadata")
            json.raw(image.metadata.json)
            json.field("created_at", image.createdAt)
            json.field("updated_at", image.updatedAt)
            json.field("deleted_at", image.deletedAt)
            json.field("is_deleted", image.isDeleted)
            json.field("tags", image.tags)
            json.field("view_count", image.viewCount)
            json.field("last_viewed_at", image.lastViewedAt)
            json.null("ingest")
        }
    }

    static func list(_ images: [GalleryImage], origin: String) -> [UInt8] {
        JSONWriter.array(capacity: 400 * images.count + 2) { json in
            for image in images { json.object { item(image, origin, into: &$0) } }
        }
    }

    private static func item(
        _ image: GalleryImage, _ origin: String, into json: inout JSONWriter
    ) {
        json.field("image_id", image.uuid)
        json.field("user_id", image.userID)
        json.field("image_url", image.url)
        json.field("refined_prompt", image.refinedPrompt)
        json.field("intent", image.intent)
        json.field("created_at", image.createdAt)
        json.field("deleted_at", image.deletedAt)
        json.field("is_deleted", image.isDeleted)
        json.field("tags", image.tags)
        json.field("view_count", image.viewCount)
        json.null("thumbnail_url")
    }
}
