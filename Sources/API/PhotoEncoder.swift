import Domain
import HTTP
import Services

/// The JSON of photo analyses, keys in the documented order.
enum PhotoEncoder {
    /// The answer to an upload.
    static func upload(_ answer: PhotoService.UploadAnswer, origin: String) -> [UInt8] {
        JSONWriter.object(capacity: 4096) { json in
            json.field("cached", answer.isCached)
            json.object("analysis") { detail(answer.view, origin: origin, into: &$0) }
            json.array("similar_rooms") { list in
                for room in answer.similarRooms { list.object { similarRoom(room, into: &$0) } }
            }
        }
    }

    /// One record, alone.
    static func detail(_ view: PhotoView, origin: String) -> [UInt8] {
        JSONWriter.object(capacity: 3072) { detail(view, origin: origin, into: &$0) }
    }

    private static func detail(
        _ view: PhotoView, origin: String, into json: inout JSONWriter
    ) {
        let photo = view.photo
        let caption = photo.caption
        json.field("id", photo.uuid)
        json.key("suggestions")
        json.raw(photo.suggestions.json)
        json.field("ai_vision_model", photo.visionModel)
        json.object("token_usage") { usage(photo.usage, into: &$0) }
        json.field("caption_title", caption?.text.title ?? "")
        json.field("caption_category", caption?.text.category ?? "")
        json.field("caption_visible_text", caption?.text.visibleText ?? "")
        json.field("caption_full", caption?.text.caption ?? "")
        json.field("caption_generated_at", caption?.generatedAt)
        json.field("caption_model", caption?.model ?? "")
        if let caption {
            json.object("caption_token_usage") { usage(caption.usage, into: &$0) }
        } else {
            json.null("caption_token_usage")
        }
        json.field("caption_embedding_generated_at", photo.captionEmbedding?.generatedAt)
        json.field("suggestions_embedding_generated_at", photo.suggestionsEmbedding?.generatedAt)
        json.field("image_url", "\(origin)/api/photo-analysis/\(photo.uuid)/image/")
        json.field("expires_at", photo.expiresAt)
        json.field("is_expired", view.isExpired)
        json.field("file_size", photo.blob.size)
        json.field("storage_type", photo.blob.storage.rawValue)
        json.field("times_used", photo.timesUsed)
        json.field("username", view.username)
        json.field("created_at", photo.createdAt)
        json.field("updated_at", photo.updatedAt)
        json.field("image_phash", hex(photo.blob.phash))
        json.field("file_hash", hex(photo.blob.md5))
        json.field("reused_from", view.reusedFrom)
        json.field("selected_suggestion_code", photo.selectedCode)
        json.field("selected_at", photo.selectedAt)
    }

    /// Records as they stand in a list.
    static func list(
        _ records: [(PhotoAnalysisSummary, username: String?)], into json: inout JSONWriter
    ) {
        for (record, username) in records {
            json.object { json in
                json.field("id", record.uuid)
                json.field("suggestion_count", record.suggestionCount)
                json.field("ai_vision_model", record.visionModel)
                json.field("times_used", record.timesUsed)
                json.field("username", username)
                json.field("created_at", record.createdAt)
            }
        }
    }

    private static func similarRoom(_ hit: SimilarRoom, into json: inout JSONWriter) {
        json.field("room_id", hit.room.uuid)
        json.field("room_code", hit.room.code)
        json.field("room_name", hit.room.name)
        json.field("room_url", "/chat/discover/\(hit.room.code)")
        json.field("active_users", hit.activeUsers)
        json.field("similarity_distance", (hit.distance * 1e6).rounded() / 1e6)
        json.field("source_photo_id", hit.sourcePhotoID)
    }

    private static func usage(_ usage: TokenUsage, into json: inout JSONWriter) {
        json.field("prompt_tokens", usage.prompt)
        json.field("completion_tokens", usage.completion)
        json.field("total_tokens", usage.total)
    }

    private static func hex(_ bits: UInt64) -> String {
        hex((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        unsafe String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
            for index in bytes.indices {
                unsafe text[2 * index] = ASCII.lowerHex(bytes[index] >> 4)
                unsafe text[2 * index + 1] = ASCII.lowerHex(bytes[index] & 15)
            }
            return 2 * bytes.count
        }
    }
}

extension JSONWriter {
    /// A date as RFC 3339 in UTC with milliseconds.
    mutating func field(_ key: String, _ time: Time) {
        field(key, date: time.milliseconds)
    }

    mutating func field(_ key: String, _ time: Time?) {
        if let time { field(key, date: time.milliseconds) } else { null(key) }
    }
}
