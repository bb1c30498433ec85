/// What a GET for stored bytes gets, after its conditions and its range (RFC 9110 sections 13 and 14).
package enum Selection: Hashable, Sendable {
    case whole
    case part(ByteRange)
    case notModified
    case unsatisfiable
    /// The client wants another state of the content than there is.
    case failed
}

/// The part `offset..<offset + length` of a content of `total` bytes.
package struct ByteRange: Hashable, Sendable {
    package let offset: Int
    package let length: Int
    package let total: Int

    package init(offset: Int, length: Int, total: Int) {
        self.offset = offset
        self.length = length
        self.total = total
    }

    /// The value of `Content-Range` for this part.
    package var contentRange: String { "bytes \(offset)-\(offset + length - 1)/\(total)" }
}

extension Selection {
    /// Decides from `If-Match`, `If-Unmodified-Since`, `If-None-Match`, `If-Modified-Since`, `Range` and `If-Range` what
    /// to send, in the order of RFC 9110 section 13.2.2.
    ///
    /// One range is served as a part; several ranges, other units and ranges that break the grammar are ignored, as
    /// RFC 9110 section 14.2 allows.
    package init(
        of request: Request, tag: EntityTag, modified: Int64? = nil, size: Int
    ) {
        guard request.method == .get || request.method == .head else {
            self = .whole
            return
        }
        if let list = request.fields.list(of: .ifMatch) {
            guard tag.isListed(in: list, weakly: false) else {
                self = .failed
                return
            }
        } else if let modified, let date = request.fields[.ifUnmodifiedSince],
            let limit = Timestamp.parse(imfFixdate: date), modified / 1000 * 1000 > limit
        {
            self = .failed
            return
        }
        if let list = request.fields.list(of: .ifNoneMatch) {
            if tag.isListed(in: list) {
                self = .notModified
                return
            }
        } else if let modified, let since = request.fields[.ifModifiedSince],
            let limit = Timestamp.parse(imfFixdate: since), modified / 1000 * 1000 <= limit
        {
            self = .notModified
            return
        }
        guard request.method == .get, let range = request.fields[.range],
            Selection.stillHolds(request.fields[.ifRange], tag, modified)
        else {
            self = .whole
            return
        }
        self = Selection.resolve(range, size: size)
    }

    private static func stillHolds(_ condition: String?, _ tag: EntityTag, _ modified: Int64?)
        -> Bool
    {
        guard let condition else { return true }
        if let expected = EntityTag(parsing: condition) { return tag.matchesStrongly(expected) }
        guard let modified, let date = Timestamp.parse(imfFixdate: condition) else { return false }
        return modified / 1000 * 1000 == date
    }

    /// Evaluates a `Range` field alone.
    package static func resolve(_ field: String, size: Int) -> Selection {
        guard let equals = field.firstIndex(of: "="),
            ASCII.equalIgnoringCase(field[..<equals], "bytes")
        else { return .whole }
        let specification = ASCII.trimmed(field[field.index(after: equals)...])
        guard let dash = specification.firstIndex(of: "-") else { return .whole }
        let first = specification[..<dash].utf8
        let last = specification[specification.index(after: dash)...].utf8
        if first.isEmpty {
            guard let suffix = ASCII.decimal(last) else { return .whole }
            guard suffix > 0, size > 0 else { return .unsatisfiable }
            let length = min(suffix, size)
            return .part(ByteRange(offset: size - length, length: length, total: size))
        }
        guard let start = ASCII.decimal(first) else { return .whole }
        var end = size - 1
        if !last.isEmpty {
            guard let stated = ASCII.decimal(last), stated >= start else { return .whole }
            end = min(stated, end)
        }
        guard start < size else { return .unsatisfiable }
        return .part(ByteRange(offset: start, length: end - start + 1, total: size))
    }
}

extension Response {
    /// Serves stored bytes as the request's conditions and range ask: 200, 206, 304, 412 or 416, with a strong `ETag`.
    ///
    /// `fields` go on the first three.
    package static func content(
        of file: OpenFile, type: String, tag: EntityTag, for request: Request, fields: Fields = [:]
    ) -> Response {
        content(file.size, type, tag, request, fields) { offset, length in
            .file(file, offset: offset, length: length)
        }
    }

    /// The same for bytes in memory.
    package static func content(
        of bytes: [UInt8], type: String, tag: EntityTag, for request: Request,
        fields: Fields = [:]
    ) -> Response {
        content(bytes.count, type, tag, request, fields) { offset, length in
            .bytes(length == bytes.count ? bytes : Array(bytes[offset..<offset + length]))
        }
    }

    private static func content(
        _ size: Int, _ type: String, _ tag: EntityTag, _ request: Request, _ fields: Fields,
        _ body: (_ offset: Int, _ length: Int) -> Body
    ) -> Response {
        var response = Response(.ok, fields: fields)
        response.fields[.etag] = tag.description
        response.fields[.acceptRanges] = "bytes"
        // The answer that nothing has changed must vary as the content's own would.
        if MediaType.isCompressible(type) { response.fields.vary(on: .acceptEncoding) }
        switch Selection(of: request, tag: tag, size: size) {
        case .whole:
            response.fields[.contentType] = type
            response.body = body(0, size)
        case .part(let range):
            response.status = .partialContent
            response.fields[.contentType] = type
            response.fields[.contentRange] = range.contentRange
            response.body = body(range.offset, range.length)
        case .notModified:
            response.status = .notModified
        case .unsatisfiable:
            response = Response(
                .rangeNotSatisfiable,
                fields: [.contentRange: "bytes */\(size)", .acceptRanges: "bytes"])
        case .failed:
            response = Response(.preconditionFailed, fields: [.etag: tag.description])
        }
        return response
    }
}
