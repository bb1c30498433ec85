import Crypto
import Domain
import HTTP
import Services
import Store

/// `/api/usage/`: the request log, the images kept with it, and how they fared; for admins.
package struct UsageRoutes: Sendable {
    private let usage: UsageService
    private let access: ProblemAccess

    package init(usage: UsageService, identity: IdentityService, sessions: SessionService) {
        self.usage = usage
        access = ProblemAccess(identity: identity, sessions: sessions)
    }

    package var routes: [Route] {
        [
            Route(.get, "/api/usage/requests/", requests),
            Route(.get, "/api/usage/requests/{id}/", request),
            Route(.get, "/api/usage/summary/", summary),
            Route(.get, "/api/usage/images/", images),
            Route(.get, "/api/usage/images/{id}/", image),
            Route(.get, "/api/usage/images/{id}/content/", content),
            Route(.get, "/api/usage/image-performance-stats/", statistics),
        ]
    }

    // MARK: - Request log

    private func requests(_ request: Request) async throws -> Response {
        _ = try access.admin(request)
        var query = UsageQuery(request.query)
        var filter = RequestLogFilter()
        (filter.from, filter.to) = (query.start("from"), query.end("to"))
        filter.service = query.text("service")
        filter.isSuccess = query.choice("status", ["success": true, "error": false])
        filter.user = query.text("user")
        filter.requestID = query.text("request_id")
        let number = query.page()
        try query.check(request)
        guard let page = try await usage.requests(number, filter) else {
            return ProblemAnswer.notFound(request)
        }
        return Self.list(page) { UsageEncoder.request($0, into: &$1) }
    }

    private func request(_ request: Request) async throws -> Response {
        _ = try access.admin(request)
        guard let id = request.uuid, let row = try await usage.request(id) else {
            return ProblemAnswer.notFound(request)
        }
        return .json(
            JSONWriter.object { json in
                UsageEncoder.request(row, into: &json)
                json.field("result", row.result)
            })
    }

    private func summary(_ request: Request) async throws -> Response {
        _ = try access.admin(request)
        let summary = try await usage.summary(service: request.query["service"])
        return .json(UsageEncoder.summary(summary))
    }

    // MARK: - Images

    private func images(_ request: Request) async throws -> Response {
        _ = try access.admin(request)
        var query = UsageQuery(request.query)
        var filter = SavedImageFilter()
        (filter.from, filter.to) = (query.start("from"), query.end("to"))
        filter.requestID = query.text("request_id")
        filter.sha256 = query.digest("image_hash")
        filter.mediaType = query.text("mime_type")
        let number = query.page()
        try query.check(request)
        guard let page = try await usage.images(number, filter) else {
            return ProblemAnswer.notFound(request)
        }
        return Self.list(page) { UsageEncoder.image($0, into: &$1) }
    }

    private func image(_ request: Request) async throws -> Response {
        _ = try access.admin(request)
        guard let id = request.uuid, let image = try await usage.image(id) else {
            return ProblemAnswer.notFound(request)
        }
        return .json(JSONWriter.object { UsageEncoder.image(image, into: &$0) })
    }

    private func content(_ request: Request) async throws -> Response {
        let admin = try access.admin(request)
        guard let id = request.uuid, let image = try await usage.image(id),
            let content = try await usage.content(of: image, for: admin)
        else { return ProblemAnswer.notFound(request) }
        let fields: Fields = [
            .cacheControl: "private", .xContentTypeOptions: "nosniff",
            .contentDisposition: "inline", .contentSecurityPolicy: "default-src 'none'; sandbox",
        ]
        let tag = EntityTag(image.sha256.hexadecimal)
        switch content {
        case .file(let path, _):
            do {
                return .content(
                    of: try OpenFile(path: path), type: image.mediaType, tag: tag, for: request,
                    fields: fields)
            } catch {
                guard error.isMissing else { throw error }
                return ProblemAnswer.notFound(request)
            }
        case .bytes(let bytes):
            return .content(
                of: bytes, type: image.mediaType, tag: tag, for: request, fields: fields)
        }
    }

    private func statistics(_ request: Request) async throws -> Response {
        _ = try access.admin(request)
        let statistics = try await usage.imageStatistics(
            service: request.query["service"], day: { String(Timestamp.rfc3339($0).prefix(10)) })
        return .json(UsageEncoder.statistics(statistics))
    }

    private static func list<Item>(
        _ page: ListPage<Item>, _ write: (Item, inout JSONWriter) -> Void
    ) -> Response {
        let body = JSONWriter.object(capacity: 16 * 1024) { json in
            json.array("results") { list in
                for item in page.items { list.object { write(item, &$0) } }
            }
            json.field("count", page.count)
            json.field("next", page.next)
            json.field("previous", page.previous)
        }
        return .json(body)
    }
}

/// The values of a query with the complaints about them.
private struct UsageQuery {
    private let query: Query
    private var errors: [(field: String, message: String)] = []

    init(_ query: Query) {
        self.query = query
    }

    /// Ends the request if there were complaints.
    func check(_ request: Request) throws {
        guard let first = errors.first else { return }
        throw Refused(
            ProblemAnswer.response(
                .badRequest, "invalid", first.message, request.id, errors: errors))
    }

    /// A value that is not empty.
    func text(_ name: String) -> String? {
        query[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    mutating func page() -> Int {
        guard let text = text("page") else { return 1 }
        guard let number = Int(text), number >= 1 else {
            errors.append(("page", "A page is a whole number from 1."))
            return 1
        }
        return number
    }

    mutating func choice<Value>(_ name: String, _ choices: [String: Value]) -> Value? {
        guard let text = text(name) else { return nil }
        if let value = choices[text] { return value }
        errors.append((name, "One of \(choices.keys.sorted().joined(separator: ", "))."))
        return nil
    }

    mutating func digest(_ name: String) -> [UInt8]? {
        guard let text = text(name) else { return nil }
        if let bytes = [UInt8](hexadecimal: text.lowercased()), bytes.count == 32 { return bytes }
        errors.append((name, "A SHA-256 is 64 hexadecimal digits."))
        return nil
    }

    /// A moment; a date is its first millisecond in UTC.
    mutating func start(_ name: String) -> Time? { moment(name, isEnd: false) }

    /// A moment; a date is its last millisecond in UTC.
    mutating func end(_ name: String) -> Time? { moment(name, isEnd: true) }

    private mutating func moment(_ name: String, isEnd: Bool) -> Time? {
        guard let text = text(name) else { return nil }
        guard let milliseconds = Timestamp.parse(rfc3339: text) else {
            errors.append((name, "A date is YYYY-MM-DD or RFC 3339."))
            return nil
        }
        let isDate = text.utf8.count == 10
        return Time(milliseconds: milliseconds + (isDate && isEnd ? 86_399_999 : 0))
    }
}
