import Domain
import HTTP
import Services

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
            if let ingest = image.ingest {
                json.object("ingest") { self.ingest(ingest, path(image, origin), into: &$0) }
            } else {
                json.null("ingest")
            }
        }
    }

    private static func path(_ image: GalleryImage, _ origin: String) -> String {
        "\(origin)/v1/gallery/\(image.uuid)/"
    }

    private static func ingest(
        _ ingest: GalleryIngest, _ path: String, into json: inout JSONWriter
    ) {
        let content = ingest.finished
        json.field("status", ingest.status.rawValue)
        json.field("job_id", ingest.jobID)
        json.field("error", ingest.error)
        json.field("mime_type", content?.mediaType)
        json.field("width", content?.width)
        json.field("height", content?.height)
        json.field("file_size", content?.size)
        json.field("sha256", content?.digest)
        json.field("palette", content == nil ? [] : ingest.palette)
        json.field("dominant_color", content == nil ? nil : ingest.palette.first)
        json.field("content_url", content.map { _ in path + "image/" })
        json.field("thumbnail_url", content.map { _ in path + "thumbnail/" })
        json.field("ingested_at", ingest.ingestedAt)
    }

    /// The same list, each with its score.
    static func matches(_ matches: [GalleryService.Match], origin: String) -> [UInt8] {
        JSONWriter.array(capacity: 400 * matches.count + 2) { json in
            for match in matches {
                json.object { json in
                    item(match.image, origin, into: &json)
                    json.field("score", match.score)
                }
            }
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
        json.field(
            "thumbnail_url", image.ingest?.finished.map { _ in path(image, origin) + "thumbnail/" })
    }
}
