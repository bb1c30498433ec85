import Domain
import HTTP
import Imaging

/// What `test-photo-upload` shows of a request and its answer, block by block.
struct UploadReport: Sendable {
    let output: any Output

    private static let rule = String(repeating: "=", count: 80)

    /// `1607.25`: a number of units with two decimals.
    static func decimal(_ count: Int, per unit: Int) -> String {
        let hundredths = (count * 100 + unit / 2) / unit
        let cents = hundredths % 100
        return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    func request(name: String, bytes: [UInt8], fingerprint: String) {
        guard !output.traits.json else { return }
        let type = (try? ImageProbe(bytes: bytes))?.format.mediaType ?? "application/octet-stream"
        heading("PHOTO ANALYSIS END-TO-END TEST")
        output.out("Image: \(name)")
        output.out("Size: \(Self.decimal(bytes.count, per: 1024)) KB")
        output.out("Content-Type: \(type)")
        output.out("Fingerprint: \(fingerprint)")
        output.out("")
        output.out("POSTing to /api/photo-analysis/upload/...")
    }

    func response(_ response: Response, embeddingModel: String, dimension: Int) {
        heading("RESPONSE")
        output.out("Status Code: \(response.status.code)")
        let answer = try? JSONValue(parsing: response.bodyBytes)
        if let answer {
            for line in answer.indented.split(separator: "\n") { output.out(String(line)) }
        }
        let isSuccess = response.status == .ok || response.status == .created
        if isSuccess, let answer, let analysis = answer["analysis"] {
            heading("KEY INFORMATION")
            key(answer, analysis)
            suggestions(analysis)
            rooms(answer["similar_rooms"]?.array ?? [])
            caption(analysis)
            embeddings(analysis, embeddingModel, dimension)
            limit(response.fields)
        }
        output.out(Self.rule)
        output.out(
            isSuccess
                ? painted("✓ Upload successful!", "32") : painted("✗ Upload failed!", "31"))
        output.out(Self.rule)
    }

    private func key(_ answer: JSONValue, _ analysis: JSONValue) {
        output.out("Cached: \(answer["cached"]?.bool == true ? "True" : "False")")
        output.out("Analysis ID: \(text(analysis, "id"))")
        output.out("Model: \(text(analysis, "ai_vision_model"))")
        output.out("Image pHash: \(text(analysis, "image_phash"))")
        output.out("File MD5: \(text(analysis, "file_hash"))")
        output.out("File Size: \(text(analysis, "file_size")) bytes")
        output.out("Storage: \(text(analysis, "storage_type"))")
        output.out("Times Used: \(text(analysis, "times_used"))")
        usage("Token Usage:", analysis["token_usage"])
    }

    private func usage(_ title: String, _ usage: JSONValue?) {
        guard let usage, !usage.isNull else { return }
        output.out(title)
        output.out("  Prompt: \(text(usage, "prompt_tokens"))")
        output.out("  Completion: \(text(usage, "completion_tokens"))")
        output.out("  Total: \(text(usage, "total_tokens"))")
    }

    private func suggestions(_ analysis: JSONValue) {
        let items = analysis["suggestions"]?.array ?? []
        output.out("Suggestions Count: \(items.count)")
        output.out("Chat Name Suggestions:")
        for (index, item) in items.enumerated() {
            output.out("  \(index + 1). \(text(item, "name")) (key: \(text(item, "key")))")
            output.out("     \(text(item, "description"))")
        }
    }

    private func rooms(_ rooms: [JSONValue]) {
        output.out(
            "Similar Existing Rooms (Collaborative Discovery): \(rooms.count) found")
        for (index, room) in rooms.enumerated() {
            let users = room["active_users"]?.int ?? 0
            let word = users == 1 ? "active user" : "active users"
            output.out("  \(index + 1). \(text(room, "room_name")) (\(users) \(word))")
            output.out("     Code: \(text(room, "room_code"))")
            output.out("     URL: \(text(room, "room_url"))")
            let distance = room["similarity_distance"]?.double ?? 0
            let digits = String(Int((distance * 10_000).rounded()) + 10_000).dropFirst()
            output.out(
                "     Similarity: \(distance < 1 ? "0" : "1").\(digits) (cosine distance)")
            output.out("     Source Photo ID: \(text(room, "source_photo_id"))")
        }
    }

    private func caption(_ analysis: JSONValue) {
        output.out("Caption Data (for embeddings):")
        output.out("  Title: \(text(analysis, "caption_title"))")
        output.out("  Category: \(text(analysis, "caption_category"))")
        output.out("  Visible Text: \"\(text(analysis, "caption_visible_text"))\"")
        output.out("  Full Caption: \(text(analysis, "caption_full"))")
        output.out("  Model: \(text(analysis, "caption_model"))")
        output.out("  Generated At: \(text(analysis, "caption_generated_at"))")
        usage("Caption Token Usage:", analysis["caption_token_usage"])
    }

    private func embeddings(_ analysis: JSONValue, _ model: String, _ dimension: Int) {
        embedding(
            "Embedding 1 (Caption/Semantic)", analysis["caption_embedding_generated_at"],
            "  Dimensions: \(dimension) (\(model))",
            [
                "  Source: title, category, visible text and caption",
                "  Purpose: search by what a picture shows",
            ])
        embedding(
            "Embedding 2 (Suggestions/Topic - PRIMARY)",
            analysis["suggestions_embedding_generated_at"],
            "  Dimensions: \(dimension) (\(model))",
            [
                "  Source: the same, with names and descriptions of the suggestions",
                "  Purpose: discovery of existing rooms",
                "  How: cosine distance to the embeddings of other photos",
            ])
    }

    private func embedding(
        _ name: String, _ generatedAt: JSONValue?, _ dimensions: String, _ lines: [String]
    ) {
        guard let date = generatedAt?.string else {
            output.out(painted("✗ \(name): Not generated", "31"))
            return
        }
        output.out(painted("✓ \(name): Generated", "32"))
        output.out(dimensions)
        output.out("  Generated At: \(date)")
        for line in lines { output.out(line) }
    }

    private func limit(_ fields: Fields) {
        guard let limit = fields[.xRateLimitLimit].flatMap({ Int($0) }),
            let left = fields[.xRateLimitRemaining].flatMap({ Int($0) })
        else { return }
        output.out("Rate Limit:")
        output.out("  Used: \(max(0, limit - left)) / \(limit)")
        output.out("  Remaining: \(left)")
    }

    // MARK: - Form

    private func heading(_ title: String) {
        output.out("")
        output.out(Self.rule)
        output.out(painted(title, "1"))
        output.out(Self.rule)
    }

    private func painted(_ text: String, _ code: String) -> String {
        output.traits.colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func text(_ value: JSONValue, _ key: String) -> String {
        guard let member = value[key], !member.isNull else { return "" }
        return member.string ?? String(decoding: member.encoded, as: UTF8.self)
    }
}
