import Crypto
import Domain
import HTTP
import Services

/// `/admin/usage/requestimage/`: the kept images as a list and one by one; nothing can be changed here.
package struct RequestImagePages: Sendable {
    private let usage: UsageService
    private let admin: AdminPages

    package init(usage: UsageService, admin: AdminPages) {
        self.usage = usage
        self.admin = admin
    }

    private static let list = "/admin/usage/requestimage/"
    private static let path = [(title: "Request images", link: list)]

    package var routes: [Route] {
        [
            Route(.get, Self.list, images),
            Route(.get, Self.list + "add/", add),
            Route(.get, Self.list + "{id}/change/", image),
            Route(.get, Self.list + "{id}/picture/", picture),
            Route(.get, "/admin/usage/requestlog/{id}/change/", requestLog),
            Route(.get, "/admin/usage/performance/", performance),
        ]
    }

    private func add(_ request: Request) async throws -> Response {
        try await admin.page(request) { _ in AdminPages.forbidden }
    }

    // MARK: - List

    private func images(_ request: Request) async throws -> Response {
        try await admin.page(request) { visitor in
            let search = ImageSearch(request.query)
            let page = try await usage.images(search.page, search.filter)
            guard let page else { return AdminPages.missing }
            let types = try await usage.mediaTypes()
            return AdminPages.response(
                title: "Request images", visitor,
                """
                \(search.form(types: types))
                \(Self.table(page))
                \(search.links(page))
                """)
        }
    }

    private static func table(_ page: ListPage<SavedImage>) -> HTML {
        guard !page.items.isEmpty else {
            return """
                <p class="notice">No images. Images are kept while
                <code>SAVE_REQUEST_IMAGES</code> is true.</p>
                """
        }
        let rows = HTML(
            page.items.map { image in
                """
                <tr><td><a href="\(list)\(image.id)/change/">\(image.requestID)</a></td>
                <td class="number">\(Shown.bytes(image.size))</td>
                <td class="number">\(Shown.dimensions(image))</td>
                <td>\(image.mediaType)</td><td>\(Shown.time(image.createdAt))</td></tr>
                """
            })
        return """
            <div class="scroll"><table>
            <thead><tr><th scope="col">Request id</th><th scope="col" class="number">Size</th>
            <th scope="col" class="number">Dimensions</th><th scope="col">MIME type</th>
            <th scope="col">Created</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """
    }

    // MARK: - Detail

    private func image(_ request: Request) async throws -> Response {
        try await admin.page(request) { visitor in
            guard let id = request.parameters["id"], let image = try await usage.image(id) else {
                return AdminPages.missing
            }
            let picture: HTML =
                image.width == nil
                ? "<p class=\"notice\">These bytes are no picture that can be shown.</p>"
                : """
                <figure class="preview"><a href="\(Self.list)\(image.id)/picture/">
                <img src="\(Self.list)\(image.id)/picture/" alt="The image of the request"></a>
                </figure>
                """
            return AdminPages.response(
                title: image.requestID, visitor, path: Self.path,
                """
                \(picture)
                <dl>
                <dt>Request id</dt><dd>\(image.requestID)</dd>
                <dt>Log row</dt>
                <dd><a href="/admin/usage/requestlog/\(image.logID)/change/">\(image.logID)</a></dd>
                <dt>Service</dt><dd>\(image.service)</dd>
                <dt>MIME type</dt><dd>\(image.mediaType)</dd>
                <dt>File size</dt>
                <dd>\(Shown.bytes(image.size)) <small>(\(image.size) bytes)</small></dd>
                <dt>Dimensions</dt><dd>\(Shown.dimensions(image))</dd>
                <dt>Image hash</dt><dd><code>\(image.sha256.hexadecimal)</code></dd>
                <dt>Created</dt><dd>\(Shown.time(image.createdAt))</dd>
                </dl>
                """)
        }
    }

    private func picture(_ request: Request) async throws -> Response {
        try await admin.page(request) { visitor in
            guard let id = request.parameters["id"], let image = try await usage.image(id),
                image.width != nil,
                let content = try await usage.content(of: image, for: visitor.user)
            else { return AdminPages.missing }
            let fields: Fields = [
                .cacheControl: "private", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: "default-src 'none'; sandbox",
            ]
            let tag = EntityTag(image.sha256.hexadecimal)
            switch content {
            case .file(let path, _):
                return .content(
                    of: try OpenFile(path: path), type: image.mediaType, tag: tag, for: request,
                    fields: fields)
            case .bytes(let bytes):
                return .content(
                    of: bytes, type: image.mediaType, tag: tag, for: request, fields: fields)
            }
        }
    }

    private func requestLog(_ request: Request) async throws -> Response {
        try await admin.page(request) { visitor in
            guard let id = request.parameters["id"], let row = try await usage.request(id) else {
                return AdminPages.missing
            }
            let image = try await usage.image(ofLog: id)
            let link: HTML =
                image.map { "<a href=\"\(Self.list)\($0.id)/change/\">show</a>" } ?? "none"
            return AdminPages.response(
                title: row.requestID, visitor, path: Self.path,
                """
                <dl>
                <dt>Service</dt><dd>\(row.service)</dd>
                <dt>Time</dt><dd>\(Shown.time(row.time))</dd>
                <dt>Status</dt>
                <dd><span class="mark \(row.isSuccess ? "good" : "bad")">\
                \(row.isSuccess ? "success" : "error")</span> \(row.errorCode ?? "")</dd>
                <dt>Duration</dt><dd>\(row.milliseconds) ms</dd>
                <dt>Request</dt><dd>\(Shown.bytes(row.requestBytes))</dd>
                <dt>Response</dt><dd>\(Shown.bytes(row.responseBytes))</dd>
                <dt>User</dt><dd>\(row.user ?? "–")</dd>
                <dt>Token</dt><dd>\(row.tokenPrefix.map { $0 + "…" } ?? "–")</dd>
                <dt>Model</dt><dd>\(row.model ?? "–")</dd>
                <dt>Cost</dt><dd>\(Shown.cents(row.costNanoUSD))</dd>
                <dt>Result</dt><dd>\(row.result ?? "–")</dd>
                <dt>Image</dt><dd>\(link)</dd>
                </dl>
                """)
        }
    }

    // MARK: - Performance

    private func performance(_ request: Request) async throws -> Response {
        try await admin.page(request) { visitor in
            let service = request.query["service"].flatMap { $0.isEmpty ? nil : $0 }
            let statistics = try await usage.imageStatistics(
                service: service, day: { String(Timestamp.rfc3339($0).prefix(10)) })
            return AdminPages.response(
                title: "Image performance", visitor, PerformanceCharts.page(statistics, service))
        }
    }
}

/// What the list of images is asked for: filters, search text and page.
private struct ImageSearch {
    private(set) var filter = SavedImageFilter()
    let page: Int
    private let text: String
    private let type: String
    private let day: String

    init(_ query: Query) {
        text = query["q"] ?? ""
        type = query["mime_type"] ?? ""
        day = query["date"] ?? ""
        page = query["page"].flatMap { Int($0) }.map { max(1, $0) } ?? 1
        if !type.isEmpty { filter.mediaType = type }
        if day.utf8.count == 10, let start = Timestamp.parse(rfc3339: day) {
            filter.from = Time(milliseconds: start)
            filter.to = Time(milliseconds: start + 86_399_999)
        }
        let word = text.trimmingBlanks()
        if word.utf8.count == 64, let hash = [UInt8](hexadecimal: word.lowercased()) {
            filter.sha256 = hash
        } else if !word.isEmpty {
            filter.requestID = word
        }
    }

    func form(types: [String]) -> HTML {
        let options = HTML(
            types.map { name in
                name == type
                    ? "<option selected>\(name)</option>" : "<option>\(name)</option>"
            })
        return """
            <form method="get" class="filters" role="search">
            <label>Request id or image hash
            <input name="q" type="search" value="\(text)" size="34"></label>
            <label>MIME type <select name="mime_type"><option value="">all</option>\
            \(options)</select></label>
            <label>Date <input name="date" type="date" value="\(day)"></label>
            <button type="submit">Search</button>
            </form>
            """
    }

    func links(_ page: ListPage<SavedImage>) -> HTML {
        let previous: HTML =
            page.previous.map { "<a rel=\"prev\" href=\"\(link($0))\">← newer</a>" } ?? ""
        let next: HTML = page.next.map { "<a rel=\"next\" href=\"\(link($0))\">older →</a>" } ?? ""
        return """
            <p class="pages"><span>\(page.count) \(page.count == 1 ? "image" : "images")</span>
            \(previous) \(next)</p>
            """
    }

    private func link(_ page: Int) -> String {
        let pairs = [("q", text), ("mime_type", type), ("date", day)].filter { !$0.1.isEmpty }
            .map { "\($0.0)=\(PercentCoding.encode($0.1))&" }
        return "?\(pairs.joined())page=\(page)"
    }
}

/// Values as people are shown them.
enum Shown {
    /// `B`, `KB`, `MB` or `GB` with one decimal.
    static func bytes(_ count: Int) -> String {
        var (unit, size) = (0, 1)
        let units = ["B", "KB", "MB", "GB"]
        while unit < units.count - 1, count >= size * 1024 {
            unit += 1
            size *= 1024
        }
        let tenths = (count * 20 + size) / (2 * size)
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    static func dimensions(_ image: SavedImage) -> String {
        guard let width = image.width, let height = image.height else { return "Unknown" }
        return "\(width)x\(height)"
    }

    /// `2026-11-20 16:30:05`, in UTC.
    static func time(_ time: Time) -> String {
        let text = Timestamp.rfc3339(time.milliseconds)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
    }

    static func cents(_ nanoUSD: Int) -> String {
        "\(Rounded.cents(nanoUSD: nanoUSD)) ¢"
    }
}
