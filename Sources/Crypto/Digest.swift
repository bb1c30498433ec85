import COpenSSL

/// A digest of bytes that come in pieces.
///
/// Sendable without a check by the compiler: a value that cannot be copied is the only owner of its
/// context, and OpenSSL ties a context to no thread.
package struct Digest: ~Copyable, @unchecked Sendable {
    package enum Algorithm: Sendable {
        /// For the comparison with what others have stored; not for security.
        case md5
        /// For version 5 UUIDs; not for security.
        case sha1
        case sha256
    }

    private let context: OpaquePointer
    private let byteCount: Int
    private var isFinished = false

    package init(_ algorithm: Algorithm) {
        // Both fail only for want of memory or in an installation of OpenSSL without the algorithm.
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        let method = algorithm.method
        let result = EVP_DigestInit_ex(context, method, nil)
        precondition(result == 1, "OpenSSL lacks a digest")
        self.context = context
        byteCount = Int(EVP_MD_get_size(method))
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(!isFinished, "the digest is finished")
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of everything so far; nothing can be added afterwards.
    package mutating func finish() -> [UInt8] {
        precondition(!isFinished, "the digest is finished")
        isFinished = true
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            count = byteCount
        }
    }
}

/// The MD5 and the SHA-256 of the same bytes, read once.
package struct DoubleDigest: ~Copyable, Sendable {
    /// Pieces of this size are still in the nearest cache when the second digest reads them.
    private static let piece = 16 << 10

    private var md5 = Digest(.md5)
    private var sha256 = Digest(.sha256)

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.piece))
            md5.update(piece)
            sha256.update(piece)
            rest = rest.dropFirst(Self.piece)
        }
    }

    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Both digests of everything so far; nothing can be added afterwards.
    package mutating func finish() -> (md5: [UInt8], sha256: [UInt8]) {
        (md5.finish(), sha256.finish())
    }
}

/// The SHA-256 of `bytes`, 32 bytes.
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = Digest(.sha256)
    digest.update(bytes)
    return digest.finish()
}

/// The SHA-256 of the UTF-8 of `text`, 32 bytes.
package func sha256(_ text: String) -> [UInt8] {
    sha256([UInt8](text.utf8))
}

/// The HMAC of `message` under `key` with SHA-256 (RFC 2104), 32 bytes.
package func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    // An empty array may have no address, and OpenSSL takes a missing key for the last one used.
    let key = key.isEmpty ? [0] : key
    return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
        let result = HMAC(
            Digest.Algorithm.sha256.method, key, Int32(key.count), message, message.count,
            buffer.baseAddress, nil)
        precondition(result != nil, "OpenSSL lacks HMAC")
        count = 32
    }
}

extension Digest.Algorithm {
    // Fetched once, because every use of `EVP_sha256()` would search for it again.
    // Shared safely: a fetched method is never changed, and OpenSSL counts its users atomically.
    nonisolated(unsafe) private static let fetchedMD5 = EVP_MD_fetch(nil, "MD5", nil)
    nonisolated(unsafe) private static let fetchedSHA1 = EVP_MD_fetch(nil, "SHA1", nil)
    nonisolated(unsafe) private static let fetchedSHA256 = EVP_MD_fetch(nil, "SHA256", nil)

    fileprivate var method: OpaquePointer? {
        switch self {
        case .md5: Self.fetchedMD5
        case .sha1: Self.fetchedSHA1
        case .sha256: Self.fetchedSHA256
        }
    }
}
