import Domain
import Imaging
import Store

extension GalleryService {
    /// What a search is for.
    package enum SearchQuery: Sendable, Equatable {
        case text(String)
        /// Pictures like that one, by how it looks or by its prompt.
        case image(String, EmbeddingSpace)
    }

    package struct Match: Sendable {
        package var image: GalleryImage
        /// 1 − cosine distance, to four decimals.
        package var score: Double
    }

    /// The copied live records nearest to a text or a picture, best first, of equal score by id.
    ///
    /// Throws `TextEmbeddings.Refusal` where the text has no vector.
    package func search(
        _ query: SearchQuery, count: Int, for viewer: GalleryViewer, requestID: String
    ) async throws -> [Match] {
        let texts = ingester.texts
        switch query {
        case .text(let text):
            let choice = texts.choice
            let embedded = try await texts.embed(
                text, with: choice,
                for: .init(
                    user: viewer.userID, service: "gallery.search", subject: nil,
                    requestID: requestID))
            try await store.write { try $0.usage.append(embedded.entry) }
            return try await nearest(
                embedded.vector, .text, choice.model, count, viewer, leavingOut: nil)
        case .image(let uuid, let space):
            let image = try await image(uuid, for: viewer)
            let owner: EmbeddingOwner? =
                switch space {
                case .text: .init(.gallery, image.id)
                case .image: image.ingest?.finished.map { .init(.blob, $0.id) }
                }
            let embedding = try await store.read { tables in
                try owner.flatMap { try tables.embeddings.find($0, space: space) }
            }
            let model = space == .text ? texts.choice.model : Examination.lookModel
            guard let embedding, embedding.model == model,
                let vector = contents.embeddings.vector(of: embedding)
            else {
                throw Refusal.noEmbedding
            }
            return try await nearest(
                vector, space, model, count, viewer, leavingOut: image.id)
        }
    }

    private func nearest(
        _ vector: [Float], _ space: EmbeddingSpace, _ model: String, _ count: Int,
        _ viewer: GalleryViewer, leavingOut hidden: Int64?
    ) async throws -> [Match] {
        let hits = try await contents.embeddings.nearest(
            to: vector, in: space, model: model, count: count
        ) { tables, owner -> [GalleryImage] in
            let images =
                switch owner.kind {
                case .gallery: try [tables.gallery.find(id: owner.id)].compactMap(\.self)
                case .blob: try tables.gallery.images(withBlob: owner.id)
                case .processing, .inspection: [GalleryImage]()
                }
            return images.filter { image in
                !image.isDeleted && image.id != hidden && image.ingest?.finished != nil
                    && viewer.mayUse(ownerKey: image.ownerKey)
            }
        }
        return
            hits.map { hit in
                Match(image: hit.record, score: ((1 - hit.distance) * 1e4).rounded() / 1e4)
            }
            .sorted { ($1.score, $0.image.uuid) < ($0.score, $1.image.uuid) }
            .prefix(count).map(\.self)
    }
}
