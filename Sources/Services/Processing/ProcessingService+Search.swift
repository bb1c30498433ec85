import Domain
import Store

extension ProcessingService {
    /// What a search found.
    package struct SearchResult: Sendable {
        package var space: EmbeddingSpace
        package var model: String
        package var hits: [(image: ProcessingImage, distance: Double)]
    }

    /// An image whose embedding a search needs has none.
    package struct NoEmbedding: Error, Sendable {}

    /// Up to so many embeddings of one account are looked at by number; more of them are met soon in a wide search.
    private static let largestFilter = 10_000

    /// The images whose text is closest to words; throws `TextEmbeddings.Refusal`.
    package func search(
        words: String, count: Int, for user: User, requestID: String
    ) async throws -> SearchResult {
        let choice = texts.choice
        let embedded = try await texts.embed(
            words, with: choice,
            for: .init(
                user: user.id, service: "processing.search", subject: nil, requestID: requestID))
        try await store.write { try $0.usage.append(embedded.entry) }
        return try await nearest(
            to: embedded.vector, .text, choice.model, except: nil, count, for: user)
    }

    /// The images that are most like one, by look or by text.
    package func search(
        like image: ProcessingImage, in space: EmbeddingSpace, count: Int, for user: User
    ) async throws -> SearchResult {
        let model = space == .text ? texts.choice.model : Examination.lookModel
        let owner: EmbeddingOwner? =
            space == .text
            ? .init(.processing, image.number) : image.content.map { .init(.blob, $0.id) }
        guard let owner,
            let embedding = try await store.read({ try $0.embeddings.find(owner, space: space) }),
            embedding.model == model, let vector = contents.embeddings.vector(of: embedding)
        else { throw NoEmbedding() }
        return try await nearest(to: vector, space, model, except: image.number, count, for: user)
    }

    private func nearest(
        to vector: [Float], _ space: EmbeddingSpace, _ model: String, except number: Int64?,
        _ count: Int, for user: User
    ) async throws -> SearchResult {
        let scope = Self.scope(of: user)
        let own = try await store.read { tables -> [Int64]? in
            guard let scope, try tables.processing.count(ofUser: scope) <= Self.largestFilter else {
                return nil
            }
            return try tables.processing.embeddings(of: scope, in: space)
        }
        let hits = try await contents.embeddings.nearest(
            to: vector, in: space, model: model, count: count, among: own
        ) { tables, owner -> [ProcessingImage] in
            switch owner.kind {
            case .processing:
                let image = try tables.processing.find(number: owner.id)
                return [image].compactMap(\.self).filter {
                    $0.number != number && (scope == nil || $0.userID == scope)
                }
            case .blob:
                return try tables.processing.images(ofBlob: owner.id, user: scope)
                    .filter { $0.number != number && $0.stage >= .look }
            case .gallery, .inspection: return []
            }
        }
        let best = hits.sorted { ($0.distance, $0.record.id) < ($1.distance, $1.record.id) }
        return SearchResult(
            space: space, model: model,
            hits: best.prefix(count).map { ($0.record, $0.distance) })
    }
}
