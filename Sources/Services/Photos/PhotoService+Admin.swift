import Crypto
import Domain
import Store

/// What administrators see of records; nothing here changes any.
extension PhotoService {
    /// A page of all records.
    package struct ListingPage: Sendable {
        package var count: Int
        package var number: Int
        package var pages: Int
        package var results: [PhotoListing]
        /// The models to choose from.
        package var models: [String]
        /// The moment at which records are active or expired.
        package var now: Time
    }

    /// A record with all that is kept of it but its vectors.
    package struct Dossier: Sendable {
        package var photo: PhotoAnalysis
        package var raw: PhotoTable.Raw
        /// The owning account, if there still is one.
        package var account: User?
        package var viewers: Int
        package var now: Time
    }

    /// Records on a page of the administrators' list.
    package static let listingSize = 100

    /// The records that fit, newest first; a page beyond the last is the last.
    package func listings(_ filter: PhotoFilter, page number: Int) async throws -> ListingPage {
        let now = clock.now()
        var filter = filter
        // A hash is found as a whole, everything else by any of its parts.
        if let bytes = [UInt8](hexadecimal: filter.search) {
            filter.md5 = bytes.count == 16 ? bytes : nil
            filter.phash = bytes.count == 8 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : nil
        }
        let asked = filter
        return try await store.read { tables in
            let count = try tables.photos.count(asked, at: now)
            let pages = max(1, (count + Self.listingSize - 1) / Self.listingSize)
            let number = min(max(number, 1), pages)
            return ListingPage(
                count: count, number: number, pages: pages,
                results: try tables.photos.listings(
                    asked, at: now, limit: Self.listingSize,
                    offset: (number - 1) * Self.listingSize),
                models: try tables.photos.visionModels(), now: now)
        }
    }

    package func dossier(_ uuid: String) async throws -> Dossier? {
        let now = clock.now()
        return try await store.read { tables in
            guard let photo = try tables.photos.find(uuid: uuid),
                let raw = try tables.photos.raw(of: photo.id)
            else { return nil }
            var account: User?
            if case .user(let id) = photo.owner { account = try tables.users.find(id: id) }
            return Dossier(
                photo: photo, raw: raw, account: account,
                viewers: try tables.photos.viewerCount(of: photo.id), now: now)
        }
    }

    /// The stored picture or its thumbnail, of expired records too.
    package func keptPicture(_ uuid: String, thumbnail: Bool) async throws -> PictureAnswer {
        guard let photo = try store.readNow({ try $0.photos.find(uuid: uuid) }) else {
            return .notFound
        }
        return try await content(of: photo, thumbnail: thumbnail, at: clock.now())
    }
}
