import Domain
import Imaging
import Store
import Synchronization

/// Finds out about stored pictures what every family wants to know, each thing once: thumbnail, facts, look.
package struct Examiner: Sendable {
    let store: DataStore
    let contents: ContentService
    private let decoder: PictureDecoder
    private let recent = RecentDecodes()

    package init(store: DataStore, contents: ContentService, decoder: PictureDecoder) {
        self.store = store
        self.contents = contents
        self.decoder = decoder
    }

    package func examination(of content: Content) -> Examination {
        Examination(content, self, decoded: recent.take(content.sha256))
    }

    /// Decodes the picture behind a descriptor, once, for all that an examination asks.
    package func decode(_ descriptor: Int32) async throws(ImageError) -> IntakeResult {
        try await decoder.intake(descriptor, Examination.parameters)
    }

    /// Keeps a decode of a picture for the examination that follows.
    package func remember(_ decoded: IntakeResult, of content: Content) {
        recent.put(decoded, content.sha256)
    }
}

/// The decodes of the last few uploads, each for one examination.
private final class RecentDecodes: Sendable {
    private static let capacity = 8
    private let entries = Mutex<[(sha256: [UInt8], decoded: IntakeResult)]>([])

    func put(_ decoded: IntakeResult, _ sha256: [UInt8]) {
        entries.withLock { entries in
            entries.removeAll { $0.sha256 == sha256 }
            entries.append((sha256, decoded))
            if entries.count > Self.capacity { entries.removeFirst() }
        }
    }

    func take(_ sha256: [UInt8]) -> IntakeResult? {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.sha256 == sha256 }) else {
                return nil
            }
            return entries.remove(at: index).decoded
        }
    }
}

/// The examination of one picture: decodes it at most once, and not at all where everything is known.
package actor Examination {
    package let content: Content
    private let examiner: Examiner
    private var decoded: IntakeResult?

    /// What is made of every picture in one decode.
    static let parameters: IntakeParameters = {
        var parameters = IntakeParameters()
        parameters.renditions = [thumbnail]
        // No provider is shown it now.
        parameters.maximumMegapixels = 0.01
        return parameters
    }()

    package static let thumbnail = Rendition.Specification(
        .cover(width: 200, height: 200), .jpeg(quality: 80))
    /// What compares the look of pictures.
    package static let lookModel = VisualEmbedding.modelName

    /// Blocking computing on pixels that have left the cage.
    private static let queue = SerialQueue("tintype.looks")

    init(_ content: Content, _ examiner: Examiner, decoded: IntakeResult?) {
        self.content = content
        self.examiner = examiner
        self.decoded = decoded
    }

    /// Sees to it that there is a thumbnail.
    ///
    /// - Parameter body: runs in the transaction that names it, with the number of its blob.
    package func thumbnail<T: Sendable>(
        naming body: @escaping @Sendable (Tables, Int64) throws -> T
    ) async throws -> T {
        let id = content.id
        let name = Self.thumbnail.name
        let named = try await examiner.store.write { tables -> T? in
            guard let known = try tables.renditions.find(name, of: id) else { return nil }
            return try body(tables, known.id)
        }
        if let named { return named }
        let rendition = try await decode().renditions.first { $0.specification == Self.thumbnail }
        guard let rendition else { throw ImageError.decoderDied("it made no thumbnail") }
        let kind = ContentKind(
            mediaType: rendition.mediaType, width: rendition.width, height: rendition.height)
        return try await examiner.contents.keep(rendition.bytes, kind) { tables, result in
            guard try tables.blobs.content(id) != nil else { return try body(tables, result) }
            try tables.renditions.insert(name, of: id, result: result)
            return try body(tables, result)
        }
    }

    /// Sees to it that the facts are known.
    package func facts<T: Sendable>(
        naming body: @escaping @Sendable (Tables) throws -> T
    ) async throws -> T {
        let id = content.id
        let known = try await examiner.store.read { try $0.facts.find(id) }
        let facts: PictureFacts?
        if known == nil { facts = PictureFacts(try await decode()) } else { facts = nil }
        return try await examiner.store.write { tables in
            if let facts, try tables.blobs.content(id) != nil {
                try tables.facts.insert(facts, of: id)
            }
            return try body(tables)
        }
    }

    /// Sees to it that the picture can be found by its look.
    package func look() async throws {
        let id = content.id
        let owner = EmbeddingOwner(.blob, id)
        let known = try await examiner.store.read { try $0.embeddings.find(owner, space: .image) }
        if known?.model == Self.lookModel { return }
        let raster = try await decode().raster
        let vector = try await Self.queue.run { VisualEmbedding.vector(of: raster) }
        try await examiner.contents.embeddings.set(
            vector, of: owner, in: .image, model: Self.lookModel
        ) { try $0.blobs.content(id) != nil }
    }

    private func decode() async throws -> IntakeResult {
        if let decoded { return decoded }
        let result = try await examiner.contents.withFile(of: content) { descriptor in
            try await examiner.decode(descriptor)
        }
        decoded = result
        return result
    }
}

extension PictureFacts {
    init(_ result: IntakeResult) {
        let colors = result.palette.map { color in
            Color(hex: color.hex, share: Self.rounded(color.share, places: 10_000))
        }
        let facts = result.colorFacts
        self.init(
            palette: colors, isBlackAndWhite: facts.isBlackAndWhite,
            isPhotograph: facts.isPhotograph, suitability: facts.suitability.rawValue,
            whiteEdgeScore: Self.rounded(facts.whiteEdgeScore, places: 1000))
    }

    private static func rounded(_ value: Double, places: Double) -> Double {
        (value * places).rounded() / places
    }
}
