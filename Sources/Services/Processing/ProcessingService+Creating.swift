import Crypto
import Domain
import Imaging
import Store

extension ProcessingService {
    /// How the creation of an image ended.
    package enum Creation: Sendable {
        case created(ProcessingImage, jobID: String?)
        /// The account has an image of that source already.
        case known(ProcessingImage)
        /// The id is taken, by whomever.
        case taken
    }

    /// Why an upload is refused; the text is for its uploader.
    package struct UploadRefusal: Error, Sendable {
        package var message: String
    }

    /// A new image of an account; `id` nil makes one up.
    package func draft(
        id: String?, provider: ProcessingImage.Provider, for user: User
    ) -> ProcessingImage {
        let now = clock.now()
        return ProcessingImage(
            id: id ?? UUIDValue.timeOrdered(milliseconds: now.milliseconds).description,
            userID: user.id, provider: provider, createdAt: now, updatedAt: now)
    }

    /// Whether a Dropbox path may be asked for.
    package func isInDropbox(_ path: String) -> Bool { sources.isInDropbox(path) }

    /// Stores an image that lies somewhere else.
    ///
    /// - Parameter processing: queues an attempt in the same transaction.
    package func create(
        _ image: ProcessingImage, processing job: ProcessImage?
    ) async throws -> Creation {
        let job = try job.map { try newJob($0, owner: image.userID) }
        return try await store.write { try Self.insert(image, job, $0) }
    }

    /// Stores an uploaded image: its bytes as they are, once they have been decoded.
    package func create(
        _ image: ProcessingImage, upload: SpooledUpload, processing job: ProcessImage?
    ) async throws -> Creation {
        let examination = try await places.withPermit { () async throws in
            try await examine(upload)
        }
        let kind = ContentService.kind(of: upload)
        let job = try job.map { try newJob($0, owner: image.userID) }
        let creation = try await contents.keep(upload, kind) { tables, blob in
            var image = image
            image.content = try tables.blobs.content(blob)
            image.stage = .bytes
            return try Self.insert(image, job, tables)
        }
        if case .created(let image, _) = creation, let content = image.content {
            // An attempt follows soon, as a rule.
            examiner.remember(examination, of: content)
        }
        return creation
    }

    /// Stores an image whose bytes are kept already; `taken` too where they have gone meanwhile.
    package func create(
        _ image: ProcessingImage, content: Int64, processing job: ProcessImage?
    ) async throws -> Creation {
        let job = try job.map { try newJob($0, owner: image.userID) }
        return try await store.write { tables in
            guard let content = try tables.blobs.content(content) else { return .taken }
            var image = image
            image.content = content
            image.stage = .bytes
            return try Self.insert(image, job, tables)
        }
    }

    private func examine(_ upload: SpooledUpload) async throws -> IntakeResult {
        do throws(ImageError) {
            return try await examiner.decode(upload.descriptor)
        } catch {
            switch error {
            case .unsupported: throw UploadRefusal(message: "Unsupported image format")
            case .notAnImage: throw UploadRefusal(message: "Unsupported image format")
            case .damaged, .decoderDied: throw UploadRefusal(message: "Image cannot be decoded")
            case .tooManyPixels:
                throw UploadRefusal(
                    message:
                        "Image exceeds maximum of \(ImageLimits.pixels / 1_000_000) megapixels")
            case .sideTooLong:
                throw UploadRefusal(
                    message: "Image side exceeds maximum of \(ImageLimits.side) pixels")
            case .unavailable: throw error
            }
        }
    }

    private static func insert(
        _ image: ProcessingImage, _ job: NewJob?, _ tables: Tables
    ) throws -> Creation {
        if let source = image.sourceKey,
            let known = try tables.processing.find(
                user: image.userID, provider: image.provider, source: source)
        {
            return .known(known)
        }
        guard let number = try tables.processing.insert(image) else { return .taken }
        if let job { try tables.jobs.enqueue(job) }
        let stored = try tables.processing.find(number: number)
        return .created(stored ?? image, jobID: job?.id)
    }

    func newJob(_ job: ProcessImage, owner: String) throws -> NewJob {
        try jobs.make(job, owner: .user(owner))
    }

    // MARK: - Listings

    /// What a listing of a source found.
    package struct Listing: Sendable {
        package var found = 0
        package var new = 0
        package var existing = 0
        package var hasMore = false
        package var cursor: String?
    }

    /// Why a source cannot be listed.
    package enum ListingFailure: Error, Sendable, Equatable {
        case notConfigured
        case invalidPath
        /// The status that the other side answered; 0 for none.
        case upstream(Int)
    }

    /// Makes rows for the pictures of one page of a Dropbox folder that the caller has none for.
    package func listDropbox(
        path: String?, recursive: Bool, cursor: String?, processing: Bool, origin: String,
        for user: User
    ) async throws -> Listing {
        guard let dropbox = sources.dropbox else { throw ListingFailure.notConfigured }
        let path = path ?? sources.dropboxFolder
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        guard folder == sources.dropboxFolder || sources.isInDropbox(folder) else {
            throw ListingFailure.invalidPath
        }
        let page: FolderPage
        do throws(RemoteFolderFailure) {
            page = try await dropbox.list(folder, recursive: recursive, cursor: cursor)
        } catch {
            throw ListingFailure.upstream(error.status)
        }
        var pictures = page
        pictures.files = page.files.filter { sources.isInDropbox($0.path) }
        return try await add(pictures, .dropbox, processing ? origin : nil, for: user)
    }

    /// The same for the folder of this machine.
    package func listFolder(
        path: String, recursive: Bool, processing: Bool, origin: String, for user: User
    ) async throws -> Listing {
        guard let folder = sources.folder else { throw ListingFailure.notConfigured }
        let page: FolderPage
        do {
            page = try await folder.list(path, recursive: recursive)
        } catch is SourceFailure {
            throw ListingFailure.invalidPath
        }
        return try await add(page, .folder, processing ? origin : nil, for: user)
    }

    /// - Parameter origin: for the results of attempts; nil where none are queued.
    private func add(
        _ page: FolderPage, _ provider: ProcessingImage.Provider, _ origin: String?, for user: User
    ) async throws -> Listing {
        var listing = Listing()
        listing.hasMore = page.hasMore
        listing.cursor = page.cursor
        let pictures = page.files.filter { ImageSources.isPicture($0.name) }
        listing.found = pictures.count
        let rows = try pictures.map { file -> (ProcessingImage, NewJob?) in
            var image = draft(id: nil, provider: provider, for: user)
            image.externalID = file.path
            image.title = ImageSources.title(of: file.name)
            let job = try origin.map {
                try newJob(ProcessImage(image_id: image.id, origin: $0), owner: user.id)
            }
            return (image, job)
        }
        for start in stride(from: 0, to: rows.count, by: 500) {
            let part = rows[start..<min(start + 500, rows.count)]
            listing.new += try await store.write { tables in
                try part.count { image, job in
                    if case .created = try Self.insert(image, job, tables) { true } else { false }
                }
            }
        }
        listing.existing = listing.found - listing.new
        return listing
    }
}
