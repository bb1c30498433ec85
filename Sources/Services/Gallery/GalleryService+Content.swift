import Domain
import Imaging
import Store

extension GalleryService {
    /// Bytes of a copy on their way out.
    package struct Picture: Sendable {
        package var stored: StoredBlob
        package var mediaType: String
        /// Changes whenever the bytes do.
        package var tag: String
    }

    /// The bytes of a copy, or its thumbnail; nil as long as there is none.
    ///
    /// Who owns the record gets the bytes as they came in, others without their metadata.
    package func picture(
        _ uuid: String, thumbnail: Bool, for viewer: GalleryViewer
    ) async throws -> Picture? {
        let (image, small) = try await store.read { tables in
            let image = try Self.find(uuid, for: viewer, tables)
            let small = try image.ingest?.finished.flatMap {
                try tables.renditions.find(Examination.thumbnail.name, of: $0.id)
            }
            return (image, small)
        }
        guard let content = thumbnail ? small : image.ingest?.finished else { return nil }
        let isOwn =
            thumbnail || viewer == .anybody || viewer.ownerKeys.contains(image.ownerKey)
        let stored =
            isOwn
            ? try await contents.original(of: content) : try await contents.stripped(content)
        guard let stored else { return nil }
        return Picture(
            stored: stored, mediaType: content.mediaType,
            tag: content.digest + (isOwn ? "" : "-public"))
    }
}
