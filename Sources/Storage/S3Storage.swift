import Crypto
import Domain
import Glibc
import HTTP
import HTTPClient

/// Blobs as private objects of one bucket behind Amazon's S3 protocol, signed with version 4.
///
/// An object is stored whole or not at all; when `store` returns the service has acknowledged it.
package struct S3Storage: BlobStorage {
    /// Which bucket, and whose key opens it.
    package struct Configuration: Sendable {
        package var accessKeyID: String
        package var secretAccessKey: String
        package var bucket: String
        package var region: String
        /// Another server that speaks the protocol, asked by path; nil for Amazon's own.
        package var endpoint: String?

        package init(
            accessKeyID: String, secretAccessKey: String, bucket: String, region: String,
            endpoint: String? = nil
        ) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.bucket = bucket
            self.region = region
            self.endpoint = endpoint
        }
    }

    package let kind = StorageKind.s3

    /// No picture that is stored comes near it.
    private static let maximumObjectBytes = 256 << 20

    private let client: HTTPClient
    private let base: String
    private let signature: ClientRequest.Signature
    private let lanes = BlockingLanes(label: "s3")

    package init(_ configuration: Configuration, client: HTTPClient = HTTPClient()) {
        self.client = client
        base = Self.base(of: configuration)
        signature = ClientRequest.Signature(
            accessKeyID: configuration.accessKeyID,
            secretAccessKey: configuration.secretAccessKey, region: configuration.region,
            service: "s3")
    }

    /// Amazon's certificates cover one label before the region, so a bucket with dots is named in the path.
    private static func base(of configuration: Configuration) -> String {
        let bucket = configuration.bucket
        if let endpoint = configuration.endpoint {
            return "\(endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint)/\(bucket)"
        }
        let host = "s3.\(configuration.region).amazonaws.com"
        return bucket.contains(".") ? "https://\(host)/\(bucket)" : "https://\(bucket).\(host)"
    }

    /// The source is gone when this returns, and where it was if it throws.
    package func store(fileAt path: String, as key: String) async throws {
        guard StorageKey.isValid(key) else { throw StorageError.invalidKey }
        let bytes = try await lanes.run { () throws(StorageError) in try Self.bytes(of: path) }
        let answer = try await send(.put, key, bytes, mediaType: Self.mediaType(of: key))
        try Self.check(answer)
        try await lanes.run { () throws(StorageError) in _ = FileCalls().remove(path) }
    }

    package func read(_ key: String) async throws -> StoredBlob? {
        guard StorageKey.isValid(key) else { throw StorageError.invalidKey }
        let answer = try await send(.get, key)
        if answer.status == .notFound { return nil }
        try Self.check(answer)
        return .bytes(answer.body)
    }

    /// The service does not tell whether there was an object.
    package func delete(_ key: String) async throws -> Bool {
        guard StorageKey.isValid(key) else { throw StorageError.invalidKey }
        let answer = try await send(.delete, key)
        if answer.status == .notFound { return false }
        try Self.check(answer)
        return true
    }

    private static func check(_ answer: ClientResponse) throws(StorageError) {
        guard (200..<300).contains(answer.status.code) else {
            throw StorageError.refused(status: answer.status.code)
        }
    }

    private func send(
        _ method: Method, _ key: String, _ body: [UInt8] = [], mediaType: String? = nil
    ) async throws -> ClientResponse {
        var request = ClientRequest(method, "\(base)/\(key)", body: body)
        if let mediaType { request.fields[.contentType] = mediaType }
        request.fields[Fields.Name("x-amz-content-sha256")] = sha256(body).hexadecimal
        request.signature = signature
        request.connectTimeout = .seconds(5)
        request.maximumResponseBytes = Self.maximumObjectBytes
        return try await client.send(request)
    }

    private static func bytes(of path: String) throws(StorageError) -> [UInt8] {
        let file = try Descriptor(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, step: .openSource)
        guard let size = try FileFacts(file).regularSize else { throw .invalidSource }
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file.value, buffer.baseAddress! + filled, size - filled)
            }
            guard count > 0 else {
                guard count < 0, errno == EINTR else { throw .invalidSource }
                continue
            }
            filled += count
        }
        return bytes
    }

    private static func mediaType(of key: String) -> String {
        switch key.split(separator: ".").last {
        case "jpg": "image/jpeg"
        case "png": "image/png"
        case "webp": "image/webp"
        case "gif": "image/gif"
        case "heic": "image/heic"
        default: "application/octet-stream"
        }
    }
}
