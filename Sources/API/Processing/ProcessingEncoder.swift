import Domain
import HTTP
import Services

/// How images, attempts and the ledger look on the wire.
package enum ProcessingEncoder {
    /// Scheme and host of the request on whose behalf queued work is done; nil where the clock started it.
    @TaskLocal package static var origin: String?

    /// A row, its columns by their names.
    static func image(_ image: ProcessingImage, origin: String, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", image.id)
            json.field("user_id", image.userID)
            json.field("provider", image.provider.rawValue)
            json.field("external_id", image.externalID)
            json.field("src", image.src)
            json.field("title", image.title)
            json.field("description", image.description)
            json.field("tags", image.tags)
            json.field("metadata_status", image.status.rawValue)
            json.field("retry_count", image.retryCount)
            json.field("processing_error", image.error)
            json.field("thumbnail_url", thumbnailURL(of: image, origin: origin))
            facts(image.facts, into: &json)
            json.field("width", image.content?.width)
            json.field("height", image.content?.height)
            json.field("mime_type", image.content?.mediaType)
            json.field("file_size", image.content?.size)
            json.field("file_hash", image.content?.digest)
            json.field("embedding_model", image.embeddingModel)
            date("embedded_at", image.embeddedAt, into: &json)
            date("last_processed", image.lastProcessed, into: &json)
            date("next_retry_at", image.nextRetryAt, into: &json)
            date("created_at", image.createdAt, into: &json)
            date("updated_at", image.updatedAt, into: &json)
        }
    }

    private static func facts(_ facts: PictureFacts?, into json: inout JSONWriter) {
        json.field("palette", facts?.palette.map(\.hex) ?? [])
        json.array("palette_shares") { json in
            for color in facts?.palette ?? [] { json.value(color.share) }
        }
        json.field("dominant_color", facts?.palette.first?.hex)
        json.field("is_black_and_white", facts?.isBlackAndWhite)
        json.field("is_photograph", facts?.isPhotograph)
        json.field("palette_suitability", facts?.suitability)
        json.field("white_edge_score", facts?.whiteEdgeScore)
    }

    private static func date(_ key: String, _ time: Time?, into json: inout JSONWriter) {
        if let time { json.field(key, date: time.milliseconds) } else { json.null(key) }
    }

    /// The URL that shows the thumbnail to whoever has it.
    static func thumbnailURL(of image: ProcessingImage, origin: String) -> String? {
        image.thumbnail.map { thumbnail in
            "\(origin)/functions/v1/images/\(image.id)/thumbnail?t=\(thumbnail.token)"
        }
    }

    // MARK: - Attempts

    /// How an attempt is answered.
    static func response(_ outcome: ProcessingOutcome, origin: String) -> Response {
        let (status, body) = answer(outcome, origin: origin)
        var response = Response.json(body, status: status)
        if case .limited(_, let retryIn) = outcome {
            response.fields[.retryAfter] = String(retryIn)
        }
        return response
    }

    /// The same as the result of a job.
    package static func result(_ outcome: ProcessingOutcome, origin: String) -> JSONText {
        JSONText(answer(outcome, origin: origin).body)
    }

    /// An attempt of the retry queue as the result of its entry: status and body.
    package static func entry(
        _ outcome: ProcessingOutcome, imageID: String, origin: String
    ) -> JSONText {
        let (status, body) = answer(outcome, origin: origin)
        return JSONText(
            JSONWriter.object { json in
                json.field("imageId", imageID)
                json.field("status", status.code)
                json.raw("body", body)
            })
    }

    private static func answer(
        _ outcome: ProcessingOutcome, origin: String
    ) -> (status: Status, body: [UInt8]) {
        switch outcome {
        case .complete(let image):
            let body = JSONWriter.object { json in
                json.field("success", true)
                json.field("imageId", image.id)
                json.field("status", image.status.rawValue)
                look(image, origin, into: &json)
            }
            return (.ok, body)
        case .limited(let image, let retryIn):
            let body = JSONWriter.object { json in
                json.field("message", "Rate limited, scheduled for retry")
                json.field("retryIn", retryIn)
                json.field("imageId", image.id)
                json.field("status", image.status.rawValue)
                look(image, origin, into: &json)
            }
            return (.tooManyRequests, body)
        case .retry(let image, let kind, let maximum):
            let body = JSONWriter.object { json in
                json.field("message", "\(kind.stage) failed, scheduled for retry")
                json.field("retryCount", image.retryCount)
                json.field("maxRetries", maximum)
                json.field("imageId", image.id)
                json.field("status", image.status.rawValue)
                look(image, origin, into: &json)
            }
            return (.internalServerError, body)
        case .failed(let image):
            let body = JSONWriter.object { json in
                json.field("success", false)
                json.field("imageId", image.id)
                json.field("status", image.status.rawValue)
                look(image, origin, into: &json)
                json.field("error", image.error)
            }
            return (.ok, body)
        case .gone:
            return (.notFound, JSONWriter.object { $0.field("error", "Image not found") })
        }
    }

    private static func look(
        _ image: ProcessingImage, _ origin: String, into json: inout JSONWriter
    ) {
        json.field("thumbnail", thumbnailURL(of: image, origin: origin))
        json.field("palette", image.facts?.palette.map(\.hex) ?? [])
    }

    // MARK: - Search and ledger

    static func search(
        _ result: ProcessingService.SearchResult, origin: String
    ) -> [UInt8] {
        JSONWriter.object { json in
            json.field("success", true)
            json.field("space", result.space == .image ? "visual" : "text")
            json.field("model", result.model)
            json.array("results") { json in
                for (image, distance) in result.hits {
                    json.object { json in
                        json.field("imageId", image.id)
                        json.field("score", score(distance))
                        json.field("title", image.title)
                        look(image, origin, into: &json)
                        json.field("dominantColor", image.facts?.palette.first?.hex)
                        json.field("provider", image.provider.rawValue)
                        json.field("createdAt", date: image.createdAt.milliseconds)
                    }
                }
            }
        }
    }

    /// 1 − cosine distance with four decimals.
    static func score(_ distance: Double) -> Double {
        ((1 - distance) * 10_000).rounded() / 10_000
    }

    static func usage(_ entries: [UsageEntry], _ totals: UsageTotals) -> [UInt8] {
        JSONWriter.object { json in
            json.field("success", true)
            json.array("usage") { json in
                for entry in entries {
                    json.object { json in
                        json.field("id", entry.id)
                        json.field("user_id", entry.user)
                        json.field("image_id", entry.subject)
                        json.field("provider", entry.provider)
                        json.field("model", entry.model)
                        json.field("tokens_in", entry.tokensIn)
                        json.field("estimated", entry.isEstimated)
                        cost(entry.costNanoUSD, into: &json)
                        json.field("created_at", date: entry.createdAt.milliseconds)
                    }
                }
            }
            json.object("totals") { json in
                json.field("calls", totals.calls)
                json.field("tokens_in", totals.tokensIn)
                cost(totals.costNanoUSD, into: &json)
            }
        }
    }

    private static func cost(_ nano: Int, into json: inout JSONWriter) {
        json.field("cost_nano_usd", nano)
        json.key("cost_usd")
        json.raw(dollars(nano))
    }

    /// Nano-dollars as dollars, every digit of them.
    static func dollars(_ nano: Int) -> String {
        let digits = String(nano % 1_000_000_000 + 1_000_000_000).dropFirst()
        let decimals = digits.reversed().drop { $0 == "0" }.reversed()
        return "\(nano / 1_000_000_000)" + (decimals.isEmpty ? "" : "." + String(decimals))
    }
}
