import HTTP

/// One field line: `name: value` without its line break.
enum FieldLine {
    static func parse(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(Refusal) -> Fields.Field {
        guard start < end, !ASCII.isBlank(bytes[start]) else {
            throw .malformed("Folded field lines are obsolete and refused.")
        }
        var colon = start
        while colon < end && ASCII.isToken(bytes[colon]) { colon += 1 }
        guard colon > start, colon < end, bytes[colon] == 0x3A else {
            throw .malformed("A field name is malformed.")
        }
        var first = colon + 1
        var last = end
        while first < last && ASCII.isBlank(bytes[first]) { first += 1 }
        while last > first && ASCII.isBlank(bytes[last - 1]) { last -= 1 }
        var isASCII = true
        for index in first..<last {
            let byte = bytes[index]
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
                throw .malformed("A field value holds a control character.")
            }
            if byte >= 0x80 { isASCII = false }
        }
        guard let value = text(bytes.extracting(first..<last), isASCII) else {
            throw .malformed("A field value is not UTF-8.")
        }
        return Fields.Field(KnownNames.name(bytes.extracting(start..<colon)), value)
    }

    private static func text(_ bytes: Span<UInt8>, _ isASCII: Bool) -> String? {
        bytes.withUnsafeBufferPointer { buffer in
            isASCII
                ? String(decoding: buffer, as: UTF8.self)
                : String(validating: buffer, as: UTF8.self)
        }
    }
}

/// The field names that clients really send, so that reading them makes no new strings.
private enum KnownNames {
    private static let slots = 256

    private static let table: [(bytes: [UInt8], name: Fields.Name)?] = {
        var table: [(bytes: [UInt8], name: Fields.Name)?] = Array(repeating: nil, count: slots)
        let names: [Fields.Name] = [
            .accept, .acceptEncoding, .acceptLanguage, .authorization, .cacheControl, .connection,
            .contentDisposition, .contentEncoding, .contentLength, .contentType, .cookie, .expect,
            .forwarded, .host, .idempotencyKey, .ifMatch, .ifModifiedSince, .ifNoneMatch, .ifRange,
            .keepAlive, .lastEventID, .origin, .range, .referer, .secFetchSite, .trailer,
            .transferEncoding, .upgrade, .userAgent, .xForwardedFor, .xForwardedProto, .xRequestID,
            "Pragma", "DNT", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-User", "Sec-CH-UA",
            "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "Upgrade-Insecure-Requests", "X-Real-IP",
            "X-Forwarded-Host", "X-CSRF-Token", "X-Requested-With", "Priority", "TE", "Via",
        ]
        for name in names {
            let bytes = Array(name.lowercased.utf8)
            var slot = hash(bytes.span)
            while table[slot] != nil { slot = (slot + 1) % slots }
            table[slot] = (bytes, name)
        }
        return table
    }()

    static func name(_ bytes: Span<UInt8>) -> Fields.Name {
        var slot = hash(bytes)
        while let known = table[slot] {
            if equal(known.bytes.span, bytes) { return known.name }
            slot = (slot + 1) % slots
        }
        var lowercased: [UInt8] = []
        lowercased.reserveCapacity(bytes.count)
        for index in bytes.indices { lowercased.append(ASCII.lowercased(bytes[index])) }
        return Fields.Name(lowercased: String(decoding: lowercased, as: UTF8.self))
    }

    /// FNV-1a over the lower-case letters.
    private static func hash(_ bytes: Span<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for index in bytes.indices {
            hash = (hash ^ UInt32(ASCII.lowercased(bytes[index]))) &* 16_777_619
        }
        return Int(hash >> 16 ^ hash & 0xFFFF) % slots
    }

    private static func equal(_ known: Span<UInt8>, _ bytes: Span<UInt8>) -> Bool {
        guard known.count == bytes.count else { return false }
        for index in known.indices where known[index] != ASCII.lowercased(bytes[index]) {
            return false
        }
        return true
    }
}
