import Crypto
import Domain
import HTTP
import Services
import Store

/// The JSON of the request log, its images and its statistics.
enum UsageEncoder {
    /// The keys of a log row but `result`.
    static func request(_ request: LoggedRequest, into json: inout JSONWriter) {
        json.field("id", request.id)
        json.field("request_ts", date: request.time.milliseconds)
        json.field("service", request.service)
        json.field("status", request.isSuccess ? "success" : "error")
        json.field("error_code", request.errorCode)
        json.field("duration_ms", request.milliseconds)
        json.field("request_bytes", request.requestBytes)
        json.field("response_bytes", request.responseBytes)
        json.field("request_id", request.requestID)
        json.field("token_prefix", request.tokenPrefix)
        json.field("user", request.user)
        json.field("model", request.model)
        json.field("has_image", request.hasImage)
        json.field("cost_nano_usd", request.costNanoUSD)
    }

    static func image(_ image: SavedImage, into json: inout JSONWriter) {
        json.field("id", image.id)
        json.field("request_id", image.requestID)
        json.field("request_log_id", image.logID)
        json.field("service", image.service)
        json.field("mime_type", image.mediaType)
        json.field("file_size", image.size)
        json.field("image_hash", image.sha256.hexadecimal)
        json.field("width", image.width)
        json.field("height", image.height)
        json.field("created_at", date: image.createdAt.milliseconds)
        json.field("content_url", "/api/usage/images/\(image.id)/content")
    }

    static func summary(_ summary: UsageService.Summary) -> [UInt8] {
        JSONWriter.object { json in
            json.field("total_requests", summary.total.count)
            json.field("total_cost_cents", Rounded.cents(nanoUSD: summary.total.costNanoUSD))
            if let last = summary.total.last {
                json.field("last_request_at", date: last)
            } else {
                json.null("last_request_at")
            }
            json.array("by_period") { list in
                for period in summary.periods {
                    list.object { json in
                        json.field("title", period.title)
                        sum(period.sum, into: &json)
                    }
                }
            }
            json.array("by_service") { list in
                for service in summary.services {
                    list.object { json in
                        json.field("service", service.name)
                        sum(service.sum, into: &json)
                    }
                }
            }
        }
    }

    private static func sum(_ sum: RequestSumTable.Sum, into json: inout JSONWriter) {
        json.field("count", sum.count)
        json.field("error_count", sum.errors)
        json.field("avg_duration_ms", Rounded.quotient(sum.milliseconds, sum.count))
        json.field("cost_cents", Rounded.cents(nanoUSD: sum.costNanoUSD))
    }

    static func statistics(_ statistics: ImageStatistics) -> [UInt8] {
        let overall = statistics.overall
        return JSONWriter.object { json in
            json.object("overall_stats") { json in
                json.field("total_requests", overall.count)
                json.field("success_count", overall.count - overall.errors)
                json.field("error_count", overall.errors)
                json.field("avg_duration_ms", overall.roundedMilliseconds)
                json.field("avg_image_size_kb", overall.averageKilobytes)
                json.field("total_storage_mb", overall.megabytes)
                json.field("success_rate", overall.successRate)
                percentiles(overall, into: &json)
                json.field("physical_storage_mb", statistics.physicalMegabytes)
            }
            groups("by_dimensions", statistics.byDimensions, into: &json) { name, group, json in
                json.field("dimensions", name)
                json.field("count", group.count)
                json.field("avg_duration_ms", group.roundedMilliseconds)
                json.field("avg_size_kb", group.averageKilobytes)
                json.field("error_rate", group.errorRate)
                percentiles(group, into: &json)
            }
            groups("by_mime_type", statistics.byMediaType, into: &json) { name, group, json in
                json.field("mime_type", name)
                json.field("count", group.count)
                json.field("total_size_mb", group.megabytes)
                json.field("avg_size_kb", group.averageKilobytes)
            }
            groups("recent_trends", statistics.byDay, into: &json) { name, group, json in
                json.field("day", name)
                json.field("count", group.count)
                json.field("avg_duration", group.averageMilliseconds)
                json.field("error_count", group.errors)
                percentiles(group, into: &json)
            }
            groups("by_service", statistics.byService, into: &json) { name, group, json in
                json.field("service", name)
                json.field("count", group.count)
                json.field("avg_duration_ms", group.roundedMilliseconds)
                json.field("error_rate", group.errorRate)
            }
            groups("by_error_code", statistics.byErrorCode, into: &json) { name, group, json in
                json.field("error_code", name)
                json.field("count", group.count)
            }
        }
    }

    private static func groups(
        _ key: String, _ groups: [ImageStatistics.Named], into json: inout JSONWriter,
        _ write: (String, ImageStatistics.Group, inout JSONWriter) -> Void
    ) {
        json.array(key) { list in
            for named in groups { list.object { write(named.name, named.group, &$0) } }
        }
    }

    private static func percentiles(_ group: ImageStatistics.Group, into json: inout JSONWriter) {
        json.field("p50_duration_ms", group.percentile(50))
        json.field("p95_duration_ms", group.percentile(95))
    }
}
