/// A request target in origin form, checked, decoded and normalised before anything routes on it.
///
/// Segments `.` and empty segments are dropped. A `..`, an encoded slash or backslash, a control character or text
/// that is not UTF-8 is refused: what differs between readers must not reach a handler.
package struct RequestTarget: Hashable, Sendable {
    package enum ParseError: Error, Hashable {
        /// A character the grammar forbids, a broken escape or bytes that are not UTF-8.
        case malformed
        /// A path that would leave its root or hide a separator.
        case forbiddenPath
        case tooManyParameters
    }

    /// Starts with a slash; ends with one if the target's path did.
    package let path: String
    package let rawQuery: String
    package let query: Query

    package init(path: String, rawQuery: String = "", query: Query = Query()) {
        self.path = path
        self.rawQuery = rawQuery
        self.query = query
    }

    package init(parsing text: String) throws(ParseError) {
        let bytes = text.utf8
        guard bytes.first == 0x2F else { throw .malformed }
        var mark: String.Index?
        var isPlain = true
        var previous: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard RequestTarget.isAllowed(byte, inQuery: mark != nil) else { throw .malformed }
            if mark == nil {
                if byte == 0x3F {
                    mark = index
                } else if byte == 0x25 || (previous == 0x2F && (byte == 0x2E || byte == 0x2F)) {
                    isPlain = false
                }
            }
            previous = byte
        }
        let rawPath = text[..<(mark ?? text.endIndex)]
        path = isPlain ? String(rawPath) : try RequestTarget.normalise(rawPath)
        guard let mark else {
            rawQuery = ""
            query = Query()
            return
        }
        let rest = text[bytes.index(after: mark)...]
        rawQuery = String(rest)
        do {
            query = try Query(parsing: rest)
        } catch {
            throw error == .malformed ? .malformed : .tooManyParameters
        }
    }

    private static func normalise(_ rawPath: Substring) throws(ParseError) -> String {
        var path = ""
        var endsOpen = true
        for rawSegment in rawPath.utf8.dropFirst().split(
            separator: 0x2F, omittingEmptySubsequences: false)
        {
            guard
                let segment = PercentCoding.decode(
                    rawPath[rawSegment.startIndex..<rawSegment.endIndex])
            else { throw .malformed }
            endsOpen = segment.isEmpty || segment == "."
            if endsOpen { continue }
            guard segment != "..", !segment.unicodeScalars.contains(where: isDangerous) else {
                throw .forbiddenPath
            }
            path += "/"
            path += segment
        }
        return endsOpen ? path + "/" : path
    }

    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || scalar == "\\" || scalar.value < 0x20 || scalar.value == 0x7F
            || (0x80...0x9F).contains(scalar.value)
    }

    /// RFC 3986's `pchar`, slash and question mark; brackets are let through in queries, where `ids[]=1` is common.
    private static func isAllowed(_ byte: UInt8, inQuery: Bool) -> Bool {
        switch byte {
        case 0x5B, 0x5D: inQuery
        case 0x21, 0x24...0x3B, 0x3D, 0x3F...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }
}
