import Domain
import HTTP
import Services
import Store

extension ProcessingRoutes {
    func search(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        let count = try Self.number("k", in: request, from: 1, to: 100, default: 10)
        let space = try Self.space(request)
        let id = request.query["imageId"] ?? request.query["image_id"]
        let result: ProcessingService.SearchResult
        switch (request.query["q"], id) {
        case (nil, nil): return .processingError(.badRequest, "Missing q or imageId")
        case (_?, _?): return .processingError(.badRequest, "Give q or imageId, not both")
        case (let words?, nil):
            let length = words.trimmedWhitespace.unicodeScalars.count
            guard (1...1000).contains(length) else {
                return .processingError(.badRequest, "Invalid q")
            }
            guard space != .image else { return .processingError(.badRequest, "Invalid space") }
            do {
                result = try await service.search(
                    words: words.trimmedWhitespace, count: count, for: user,
                    requestID: request.id)
            } catch let refusal as TextEmbeddings.Refusal {
                return Self.response(refusal)
            }
        case (nil, let id?):
            let image = try image(id, for: user)
            do {
                result = try await service.search(
                    like: image, in: space ?? .image, count: count, for: user)
            } catch is ProcessingService.NoEmbedding {
                return .processingError(.badRequest, "Image has no embedding")
            }
        }
        return .json(ProcessingEncoder.search(result, origin: frontend.origin(of: request)))
    }

    private static func response(_ refusal: TextEmbeddings.Refusal) -> Response {
        switch refusal {
        case .limited(let seconds):
            let body = JSONWriter.object { json in
                json.field("message", "Rate limited")
                json.field("retryIn", seconds)
            }
            var response = Response.json(body, status: .tooManyRequests)
            response.fields[.retryAfter] = String(seconds)
            return response
        case .failed: return .processingError(.badGateway, "Embedding failed")
        }
    }

    private static func space(_ request: Request) throws -> EmbeddingSpace? {
        switch request.query["space"] {
        case nil, "": nil
        case "text": .text
        case "visual", "image": .image
        default: throw Refused.processing("Invalid space")
        }
    }

    func usage(_ request: Request) async throws -> Response {
        let user = try authenticate(request)
        let filter = UsageTable.Filter(
            purpose: .embedding, user: try await scope(request, for: user),
            from: try Self.time("from", in: request) ?? Time(milliseconds: .min),
            to: try Self.time("to", in: request) ?? Time(milliseconds: .max))
        let limit = try Self.number("limit", in: request, from: 1, to: 1000, default: 100)
        let offset = try Self.number("offset", in: request, from: 0, to: .max, default: 0)
        let (entries, totals) = try await service.usage(filter, limit: limit, offset: offset)
        return .json(ProcessingEncoder.usage(entries, totals))
    }

    /// A moment in the query; a date alone is its first moment, or its last for `to`.
    private static func time(_ key: String, in request: Request) throws -> Time? {
        guard let text = request.query[key], !text.isEmpty else { return nil }
        guard let moment = Timestamp.parse(rfc3339: text) else {
            throw Refused.processing("Invalid \(key)")
        }
        let isDate = text.utf8.count == 10
        return Time(milliseconds: moment + (isDate && key == "to" ? 86_399_999 : 0))
    }
}
