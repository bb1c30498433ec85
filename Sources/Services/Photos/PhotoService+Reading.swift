import Domain
import Store

/// A record as one caller may see it.
package struct PhotoView: Sendable {
    package var photo: PhotoAnalysis
    /// The owning account's name where the caller is that account or an admin.
    package var username: String?
    /// The original of a perceptual duplicate, or its stand-in.
    package var reusedFrom: String?
    package var isExpired: Bool
}

/// A page of the caller's records.
package struct PhotoPage: Sendable {
    package var count: Int
    package var number: Int
    package var pages: Int
    package var results: [PhotoAnalysisSummary]
}

extension PhotoService {
    /// Records on a page of the list.
    package static let pageSize = 50

    /// The record if the caller may read it. A point read on the calling thread.
    package func record(_ uuid: String, for caller: Caller) throws -> PhotoView? {
        try store.readNow { [self] tables in
            guard let photo = try tables.photos.find(uuid: uuid),
                try Access.mayRead(photo, caller, tables)
            else { return nil }
            return try view(of: photo, for: caller, tables)
        }
    }

    /// The caller's latest records, newest first by when they became theirs.
    package func recent(for identity: Identity, limit: Int) async throws -> [PhotoAnalysisSummary] {
        try await store.read { try $0.photos.summaries(of: identity, limit: limit, offset: 0) }
    }

    /// A page of the caller's records, counted from 1; nil where there is no such page.
    package func page(_ number: Int, for identity: Identity) async throws -> PhotoPage? {
        try await store.read { tables in
            let count = try tables.photos.count(of: identity)
            let pages = max(1, (count + Self.pageSize - 1) / Self.pageSize)
            guard (1...pages).contains(number) else { return nil }
            return PhotoPage(
                count: count, number: number, pages: pages,
                results: try tables.photos.summaries(
                    of: identity, limit: Self.pageSize, offset: (number - 1) * Self.pageSize))
        }
    }

    /// The owner's name as the caller may see it.
    package func username(of summary: PhotoAnalysisSummary, for caller: Caller) -> String? {
        Self.username(summary.ownerName, of: summary.owner, for: caller)
    }

    func view(
        of photo: PhotoAnalysis, for caller: Caller, _ tables: Tables
    ) throws -> PhotoView {
        PhotoView(
            photo: photo, username: Self.username(photo.ownerName, of: photo.owner, for: caller),
            reusedFrom: try reusedFrom(photo, for: caller, tables),
            isExpired: photo.isExpired(at: clock.now()))
    }

    private func reusedFrom(
        _ photo: PhotoAnalysis, for caller: Caller, _ tables: Tables
    ) throws -> String? {
        guard let original = photo.reusedFrom else { return nil }
        if let record = try tables.photos.find(uuid: original),
            try Access.isReader(record.id, caller, tables)
        {
            return original
        }
        return standIn.id(for: original)
    }

    private static func username(
        _ name: String?, of owner: Identity?, for caller: Caller
    ) -> String? {
        guard case .user(let id) = owner, caller.isAdmin || caller.user?.id == id else {
            return nil
        }
        return name
    }
}

// MARK: - Pictures

extension PhotoService {
    /// What a request for a picture gets.
    package enum PictureAnswer: Sendable {
        /// `tag` names the bytes; `secondsLeft` is nil where the record never expires.
        case found(StoredBlob, mediaType: String, tag: String, secondsLeft: Double?)
        /// Unknown, not for this caller, or its file is gone.
        case notFound
        case expired
    }

    /// The stored picture or its thumbnail.
    package func picture(
        _ uuid: String, thumbnail: Bool, for caller: Caller
    ) async throws -> PictureAnswer {
        let access = settings.current[.imageAccess]
        let found = try store.readNow { tables -> PhotoAnalysis? in
            guard let photo = try tables.photos.find(uuid: uuid) else { return nil }
            let isAllowed = try access == .link || Access.mayRead(photo, caller, tables)
            return isAllowed ? photo : nil
        }
        guard let photo = found else { return .notFound }
        let now = clock.now()
        if photo.isExpired(at: now) { return .expired }
        return try await content(of: photo, thumbnail: thumbnail, at: now)
    }

    /// The picture of a record, whoever asks.
    func content(
        of photo: PhotoAnalysis, thumbnail: Bool, at now: Time
    ) async throws -> PictureAnswer {
        let stored =
            try await thumbnail
            ? files.thumbnail(of: photo.blob) : files.picture(of: photo.blob)
        guard let stored else { return .notFound }
        let key = thumbnail ? photo.blob.thumbnailKey : photo.blob.key
        return .found(
            stored, mediaType: thumbnail ? "image/jpeg" : photo.blob.mediaType,
            tag: standIn.tag(for: key),
            secondsLeft: photo.expiresAt.map { max(0, $0.seconds(since: now)) })
    }
}
