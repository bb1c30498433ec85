import Crypto
import Domain
import Imaging
import Store
import Telemetry

/// Keeps bytes for all families: each once, as long as any record refers to it.
///
/// Bytes are durable before the commit that names them, and removed after the commit that forgets them.
package final class ContentService: Sendable {
    private static let queue = SerialQueue("tintype.contents")

    private let store: DataStore
    let spool: Spool
    private let files: FileStores
    package let embeddings: EmbeddingService
    private let log: Logger

    package init(
        store: DataStore, spool: Spool, files: FileStores, embeddings: EmbeddingService,
        log: Logger
    ) {
        self.store = store
        self.spool = spool
        self.files = files
        self.embeddings = embeddings
        self.log = log
    }

    /// What the header of an upload says; `unknown` for what is no picture that is taken.
    package static func kind(of upload: SpooledUpload) -> ContentKind {
        guard let probe = try? ImageProbe(fileDescriptor: upload.descriptor) else {
            return .unknown
        }
        return ContentKind(
            mediaType: probe.format.mediaType, width: probe.width, height: probe.height)
    }

    // MARK: - Keeping

    /// Keeps the bytes of an upload exactly as they came in.
    ///
    /// - Parameter body: runs in the transaction that names the bytes, with the number of their blob, and stores what
    ///   refers to it. Where nothing does in the end, nothing is kept.
    package func keep<T: Sendable>(
        _ upload: SpooledUpload, _ kind: ContentKind,
        naming body: @escaping @Sendable (Tables, Int64) throws -> T
    ) async throws -> T {
        let known = try store.readNow { try $0.blobs.content(sha256: upload.sha256) }
        if known?.originalKey != nil,
            let value = try await name(upload, kind, file: nil, body)
        {
            return value
        }
        let file = try await place(upload, kind)
        do {
            guard let value = try await name(upload, kind, file: file, body) else {
                throw Failure(.internal, "Bytes with a file could not be named.")
            }
            return value
        } catch {
            await sweep(Leftovers(files: [.local(file)]))
            throw error
        }
    }

    /// Keeps bytes that were made here.
    package func keep<T: Sendable>(
        _ bytes: [UInt8], _ kind: ContentKind,
        naming body: @escaping @Sendable (Tables, Int64) throws -> T
    ) async throws -> T {
        try await keep(try await spool.write(bytes), kind, naming: body)
    }

    /// Nil where no file is given and the bytes have gone meanwhile.
    private func name<T: Sendable>(
        _ upload: SpooledUpload, _ kind: ContentKind, file: String?,
        _ body: @escaping @Sendable (Tables, Int64) throws -> T
    ) async throws -> T? {
        let named = try await store.write { tables -> (value: T, Leftovers)? in
            let adoption = try tables.blobs.adopt(
                sha256: upload.sha256, md5: upload.md5, size: upload.size, kind, file: file)
            guard let adoption else { return nil }
            let value = try body(tables, adoption.id)
            var leftovers = try tables.blobs.release(adoption.id)
            if let file, !adoption.usesFile { leftovers.files.append(.local(file)) }
            return (value, leftovers)
        }
        guard let (value, leftovers) = named else { return nil }
        await sweep(leftovers)
        return value
    }

    private func place(_ upload: SpooledUpload, _ kind: ContentKind) async throws -> String {
        let ending =
            ImageFormat.allCases.first { $0.mediaType == kind.mediaType }?.fileExtension ?? "bin"
        let key = "contents/\(UUIDValue.random().description).\(ending)"
        try await files.local.store(fileAt: try await spool.duplicate(upload), as: key)
        return key
    }

    // MARK: - Letting go

    /// Removes what a committed change left without a name; what cannot be removed now is left for the collector.
    package func sweep(_ leftovers: Leftovers) async {
        embeddings.forget(leftovers.vectors)
        for file in leftovers.files {
            do {
                try await files.remove(file)
            } catch {
                log.warning("a file is left for the collector", ["error": "\(error)"])
            }
        }
    }

    // MARK: - Reading

    /// The bytes as they came in, or what is left of them; nil where the file is gone.
    package func original(of content: Content) async throws -> StoredBlob? {
        if let key = content.originalKey { return try await files.local.read(key) }
        guard let stripped = content.stripped else { return nil }
        return try await files.read(stripped)
    }

    /// The bytes without position, serial number and other metadata, for others than their owner.
    package func stripped(_ content: Content) async throws -> StoredBlob? {
        if let file = content.stripped { return try await files.read(file) }
        guard let original = content.originalKey, let stored = try await files.local.read(original)
        else { return nil }
        guard let format = ImageFormat.allCases.first(where: { $0.mediaType == content.mediaType })
        else { return stored }
        let stripped = try await Self.queue.run {
            try MetadataStripper.strip(try Self.bytes(of: stored), format: format)
        }
        guard let stripped else {
            _ = try await store.write { try $0.blobs.setStripped(original, of: content.id) }
            return stored
        }
        let key = "contents/\(UUIDValue.random().description).\(format.fileExtension)"
        let file = try await spool.write(stripped)
        try await files.local.store(fileAt: file.path, as: key)
        let isNamed = try await store.write { try $0.blobs.setStripped(key, of: content.id) }
        guard isNamed else {
            await sweep(Leftovers(files: [.local(key)]))
            return .bytes(stripped)
        }
        return try await files.local.read(key)
    }

    /// The bytes as they came in, in memory.
    package func bytes(of content: Content) async throws -> [UInt8]? {
        guard let stored = try await original(of: content) else { return nil }
        return try await Self.queue.run { try Self.bytes(of: stored) }
    }

    private static func bytes(of stored: StoredBlob) throws -> [UInt8] {
        switch stored {
        case .bytes(let bytes): bytes
        case .file(let path, let size): try Spool.read(path, size: size)
        }
    }
}
