/// Which records an administrator looks for.
package struct PhotoFilter: Sendable, Equatable {
    package var storage: StorageKind?
    package var model: String?
    package var status: Status?
    /// Made in the last so many days.
    package var days: Int?
    /// Part of an id, a stand-in, a name, an e-mail, a fingerprint, an address or a code.
    package var search: String
    /// What else `search` may mean.
    package var md5: [UInt8]?
    package var phash: UInt64?

    /// How a record stands to its expiry.
    package enum Status: String, Sendable, CaseIterable {
        case active, expired, never
    }

    package init(
        storage: StorageKind? = nil, model: String? = nil, status: Status? = nil,
        days: Int? = nil, search: String = ""
    ) {
        self.storage = storage
        self.model = model
        self.status = status
        self.days = days
        self.search = search
    }
}

/// A record as an administrator sees it in a list.
package struct PhotoListing: Sendable, Equatable {
    package var summary: PhotoAnalysisSummary
    package var storage: StorageKind
    package var expiresAt: Time?
    package var selectedCode: String?
    package var selectedAt: Time?

    package init(
        summary: PhotoAnalysisSummary, storage: StorageKind, expiresAt: Time?,
        selectedCode: String?, selectedAt: Time?
    ) {
        self.summary = summary
        self.storage = storage
        self.expiresAt = expiresAt
        self.selectedCode = selectedCode
        self.selectedAt = selectedAt
    }

    /// `never` is a record that does not expire.
    package func status(at now: Time) -> PhotoFilter.Status {
        guard let expiresAt else { return .never }
        return expiresAt < now ? .expired : .active
    }
}
