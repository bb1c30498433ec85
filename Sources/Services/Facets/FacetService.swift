import Crypto
import Domain
import Imaging
import Store
import Telemetry

/// One photo, many facets: every family's records of the same bytes, found and added by any of their ids.
package struct FacetService: Sendable {
    let store: DataStore
    let contents: ContentService
    let examiner: Examiner
    let photos: PhotoService
    let processing: ProcessingService
    let gallery: GalleryService
    let spool: Spool
    let clock: TimeSource

    package init(
        store: DataStore, contents: ContentService, examiner: Examiner, photos: PhotoService,
        processing: ProcessingService, gallery: GalleryService, spool: Spool, clock: TimeSource
    ) {
        self.store = store
        self.contents = contents
        self.examiner = examiner
        self.photos = photos
        self.processing = processing
        self.gallery = gallery
        self.spool = spool
        self.clock = clock
    }

    /// A content as one account sees it.
    package struct View: Sendable {
        /// The id by which it was asked for.
        package var id: String
        package var content: Content
        /// Whether the account may see the bytes as they came in.
        package var isOwner: Bool
        package var createdAt: Time
        package var facets: [Facet]
    }

    // MARK: - Keeping

    /// Keeps an uploaded photo for an account; false where it is kept already.
    package func keep(
        _ upload: SpooledUpload, for user: User
    ) async throws -> (view: View, isNew: Bool) {
        let decoded: IntakeResult
        do throws(ImageError) {
            decoded = try await examiner.decode(upload.descriptor)
        } catch {
            throw UploadFailure(error)
        }
        let now = clock.now()
        let id = UUIDValue.timeOrdered(milliseconds: now.milliseconds).description
        let (photo, isNew) = try await contents.keep(upload, ContentService.kind(of: upload)) {
            tables, blob -> (StoredPhoto?, Bool) in
            let isNew = try tables.storedPhotos.insert(id: id, user: user.id, blob: blob, at: now)
            return (try tables.storedPhotos.find(blob: blob, user: user.id), isNew)
        }
        guard let photo else { throw Failure(.internal, "A photo that was kept is gone.") }
        examiner.remember(decoded, of: photo.content)
        let view = try await view(photo.id, for: user)
        guard let view else { throw Failure(.internal, "A photo that was kept is gone.") }
        return (view, isNew)
    }

    /// Lets a photo go; its facets stay, and its bytes with them. False where it is no photo of the account's.
    package func release(_ id: String, for user: User) async throws -> Bool {
        let leftovers = try await store.write { tables -> Leftovers? in
            guard let photo = try tables.storedPhotos.find(id),
                user.role == .admin || photo.userID == user.id
            else { return nil }
            try tables.storedPhotos.delete(id)
            return try tables.blobs.release(photo.content.id)
        }
        guard let leftovers else { return false }
        await contents.sweep(leftovers)
        return true
    }

    package func list(
        for user: User, limit: Int, offset: Int
    ) async throws -> (photos: [View], total: Int) {
        let now = clock.now()
        return try await store.read { tables in
            let page = try tables.storedPhotos.list(user: user.id, limit: limit, offset: offset)
            let views = try page.map { photo in
                View(
                    id: photo.id, content: photo.content, isOwner: true,
                    createdAt: photo.createdAt,
                    facets: try Self.facets(of: photo.content.id, for: user, at: now, tables))
            }
            return (views, try tables.storedPhotos.count(user: user.id))
        }
    }

    // MARK: - Looking

    /// The photo behind an id of any family, with all its facets that the account may see.
    package func view(_ id: String, for user: User) async throws -> View? {
        let now = clock.now()
        return try await store.read { tables in
            guard var view = try Self.find(id, for: user, tables) else { return nil }
            view.facets = try Self.facets(of: view.content.id, for: user, at: now, tables)
            return view
        }
    }

    /// The bytes: as they came in for who brought them, without metadata for others.
    package func bytes(of view: View) async throws -> StoredBlob? {
        view.isOwner
            ? try await contents.original(of: view.content)
            : try await contents.stripped(view.content)
    }

    private static func find(_ id: String, for user: User, _ tables: Tables) throws -> View? {
        func view(_ content: Content?, _ isOwner: Bool, _ createdAt: Time) -> View? {
            content.map {
                View(id: id, content: $0, isOwner: isOwner, createdAt: createdAt, facets: [])
            }
        }
        let isAdmin = user.role == .admin
        if let photo = try tables.storedPhotos.find(id), isAdmin || photo.userID == user.id {
            return view(photo.content, photo.userID == user.id, photo.createdAt)
        }
        if let image = try tables.processing.find(id), isAdmin || image.userID == user.id {
            return view(image.content, image.userID == user.id, image.createdAt)
        }
        let viewer = GalleryViewer.user(user)
        if let image = try tables.gallery.find(uuid: id), viewer.mayUse(ownerKey: image.ownerKey),
            let content = image.ingest?.finished
        {
            return view(content, viewer.ownerKeys.contains(image.ownerKey), image.createdAt)
        }
        guard let analysis = try tables.photos.find(uuid: id) else { return nil }
        let ownership = try tables.photos.ownership(of: analysis.id, by: .user(user.id))
        guard isAdmin || ownership != nil else { return nil }
        return view(
            try tables.blobs.content(analysis.blob.id), ownership == true, analysis.createdAt)
    }

    static func facets(
        of blob: Int64, for user: User, at now: Time, _ tables: Tables
    ) throws -> [Facet] {
        let isAdmin = user.role == .admin
        let analyses = try tables.storedPhotos.analyses(
            of: blob, reader: isAdmin ? nil : .user(user.id), at: now)
        let viewer = GalleryViewer.user(user)
        let shown = try tables.gallery.images(withBlob: blob).filter {
            $0.ingest?.finished != nil && !$0.isDeleted && viewer.mayUse(ownerKey: $0.ownerKey)
        }
        let images = try tables.processing.images(ofBlob: blob, user: isAdmin ? nil : user.id)
        return analyses
            + shown.map { Facet(family: .gallery, id: $0.uuid, createdAt: $0.createdAt) }
            + images.map { Facet(family: .processing, id: $0.id, createdAt: $0.createdAt) }
    }

    // MARK: - Adding

    /// Makes the bytes of a photo an image of the processing family.
    package func addProcessing(
        _ draft: ProcessingImage, to view: View, processing job: ProcessImage?
    ) async throws -> ProcessingService.Creation {
        try await processing.create(draft, content: view.content.id, processing: job)
    }

    /// Makes the bytes of a photo a record of the gallery, whose URL is `url`.
    package func addGallery(
        to view: View, as url: String, by user: User
    ) async throws -> (image: GalleryImage, creation: GalleryService.Creation) {
        var draft = GalleryService.Draft(url: url)
        draft.isToBeCopied = true
        return try await gallery.create(draft, by: .user(user), content: view.content)
    }

    /// Has the bytes of a photo analysed, as an upload of them would be.
    package func addDiscovery(
        to view: View, by caller: Caller
    ) async throws -> PhotoService.UploadAnswer {
        guard let bytes = try await contents.bytes(of: view.content) else {
            throw Failure(.gone, "The picture's file is gone.")
        }
        return try await photos.upload(try await spool.write(bytes), by: caller)
    }

    // MARK: - Alike

    /// A photo that is like another, with its facets.
    package struct Alike: Sendable {
        package var content: Content
        package var facets: [Facet]
        package var distance: Double
    }

    /// The photos that look most like one, across all families, of those that the account may see.
    package func alike(_ view: View, count: Int, for user: User) async throws -> [Alike] {
        let owner = EmbeddingOwner(.blob, view.content.id)
        try await examiner.examination(of: view.content).look()
        let model = Examination.lookModel
        guard
            let embedding = try await store.read({
                try $0.embeddings.find(owner, space: .image)
            }), let vector = contents.embeddings.vector(of: embedding)
        else { return [] }
        let now = clock.now()
        let own = view.content.id
        let hits = try await contents.embeddings.nearest(
            to: vector, in: .image, model: model, count: count
        ) { tables, owner -> [Alike] in
            guard owner.kind == .blob, owner.id != own,
                let content = try tables.blobs.content(owner.id)
            else { return [] }
            let facets = try Self.facets(of: owner.id, for: user, at: now, tables)
            let isKept = try tables.storedPhotos.find(blob: owner.id, user: user.id) != nil
            guard !facets.isEmpty || isKept else { return [] }
            return [Alike(content: content, facets: facets, distance: 0)]
        }
        return hits.prefix(count).map { hit in
            var alike = hit.record
            alike.distance = hit.distance
            return alike
        }
    }
}
