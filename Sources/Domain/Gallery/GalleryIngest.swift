/// The local copy of a gallery's picture: how far it is, and what it holds.
package struct GalleryIngest: Sendable, Equatable {
    package enum Status: String, Sendable {
        case queued, running, done, failed
    }

    package var status: Status
    /// The job that makes it, or made it.
    package var jobID: String
    /// Why it failed: `blocked_address`, `http_404` and the like.
    package var error: String?
    /// The URL that it is a copy of.
    package var url: String
    /// The bytes, as soon as they are there.
    package var content: Content?
    /// `#rrggbb`, largest share first.
    package var palette: [String]
    package var ingestedAt: Time?

    package init(
        status: Status, jobID: String, error: String?, url: String, content: Content?,
        palette: [String], ingestedAt: Time?
    ) {
        self.status = status
        self.jobID = jobID
        self.error = error
        self.url = url
        self.content = content
        self.palette = palette
        self.ingestedAt = ingestedAt
    }

    package var isUnderWay: Bool { status == .queued || status == .running }

    /// The bytes once nothing is left to be done.
    package var finished: Content? { status == .done ? content : nil }
}

/// Makes the local copy of a picture.
package struct GalleryIngestJob: Job {
    package static let kind = JobKind("gallery_ingest", queue: .normal, attempts: 3)

    package var image_id: String

    package init(image_id: String) {
        self.image_id = image_id
    }
}

/// Renews the embedding of a prompt that was changed.
package struct GalleryEmbedJob: Job {
    package static let kind = JobKind("gallery_embed", queue: .normal)

    package var image_id: String

    package init(image_id: String) {
        self.image_id = image_id
    }
}

/// Removes what has been in the trash for long enough.
package struct GalleryPurgeJob: Job {
    package static let kind = JobKind("gallery_purge_trash", queue: .batch)

    package init() {}
}
