import Domain
import Foundation
import Store

/// A store in a folder of its own that goes with the test.
final class TemporaryStore: Sendable {
    let folder: String
    let store: DataStore

    init() throws {
        folder = NSTemporaryDirectory() + "tintype-store-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        store = try DataStore(path: folder + "/test.db", readers: 2)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Records made for tests, different wherever their number is.
enum Sample {
    static func blob(_ number: Int, sha256: [UInt8]? = nil) -> Blob {
        Blob(
            id: 0, sha256: sha256 ?? digest(number, 32), md5: digest(number, 16), size: 1000,
            mediaType: "image/jpeg", width: 40, height: 30, phash: UInt64(number),
            storage: .local, key: "photo_analysis/\(number).jpg",
            thumbnailKey: "thumbnails/\(number).jpg")
    }

    static func photo(
        _ number: Int64, blob: Blob, owner: Identity? = nil, createdAt: Int64 = 1000,
        expiresAt: Int64? = nil, suggestions: [Suggestion] = []
    ) -> PhotoAnalysis {
        PhotoAnalysis(
            id: number, uuid: "photo-\(number)", blob: blob,
            suggestions: StoredSuggestions(suggestions), visionModel: "m",
            usage: TokenUsage(prompt: 1, completion: 2, total: 3), caption: nil,
            embeddingModel: "e", captionEmbedding: nil, suggestionsEmbedding: nil, owner: owner,
            ownerName: nil, address: "127.0.0.1", isOpen: owner == nil,
            createdAt: Time(milliseconds: createdAt), updatedAt: Time(milliseconds: createdAt),
            expiresAt: expiresAt.map(Time.init(milliseconds:)), timesUsed: 0, selectedCode: nil,
            selectedAt: nil, reusedFrom: nil)
    }

    static func digest(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) }
    }
}

extension DataStore {
    /// Stores a photo with a blob of its own.
    func add(_ photo: PhotoAnalysis) async throws {
        try await write { tables in
            var photo = photo
            photo.blob.id = try tables.blobs.insert(
                photo.blob, reduction: [UInt8](repeating: 7, count: 3072))
            try tables.photos.insert(
                photo, raw: .init(standIn: "s-\(photo.id)", vision: "{}", caption: nil))
        }
    }
}
