import Crypto

/// The id of a picture, made from its URL, so that the same URL always means the same record.
package enum GalleryID {
    /// The leftmost UUID in the URL, else the version 5 UUID of the URL (RFC 9562).
    package static func make(from url: String) -> String {
        let bytes = Array(url.utf8)
        for start in bytes.indices.dropLast(35) where bytes[start + 8] == UInt8(ascii: "-") {
            let window = String(decoding: bytes[start..<start + 36], as: UTF8.self)
            if let id = UUIDValue(window) { return id.description }
        }
        return UUIDValue.named(bytes, in: .urlNamespace).description
    }
}
