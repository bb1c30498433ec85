import Crypto
import Domain
import Store

/// Who may see which record.
enum Access {
    /// Whether the caller owns the record, was served it as a duplicate, or is an admin.
    static func isReader(_ photo: Int64, _ caller: Caller, _ tables: Tables) throws -> Bool {
        if caller.isAdmin { return true }
        guard let identity = caller.identity else { return false }
        return try tables.photos.ownership(of: photo, by: identity) != nil
    }

    /// Whether the caller may read the record: a reader, or anybody where it is open.
    static func mayRead(
        _ photo: PhotoAnalysis, _ caller: Caller, _ tables: Tables
    ) throws -> Bool {
        if photo.isOpen { return true }
        return try isReader(photo.id, caller, tables)
    }
}

/// Makes the ids that stand for records before those who may not open them.
package struct StandIn: Sendable {
    private let secret: [UInt8]

    package init(secret: [UInt8]) {
        self.secret = secret
    }

    /// A UUID that is always the same for one record and opens nothing.
    package func id(for uuid: String) -> String {
        var bytes = Array(hmacSHA256(Array("stand-in:\(uuid)".utf8), key: secret).prefix(16))
        // The marks of a UUID v4 (RFC 9562 section 5.4), so that it looks like any other id.
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return UUIDValue(bytes: bytes)?.description ?? uuid
    }

    /// A text that names stored bytes without telling their digest, for entity tags.
    package func tag(for key: String) -> String {
        Array(hmacSHA256(Array("tag:\(key)".utf8), key: secret).prefix(16)).hexadecimal
    }
}
