import Domain
import Store

/// What is done to records, alone or many at once.
package enum GalleryAction: String, Sendable, CaseIterable {
    case delete, restore, permanent
}

extension GalleryService {
    /// How one record of a batch fared.
    package enum BatchStatus: String, Sendable {
        case ok
        /// It was so already.
        case unchanged
        /// There is none, or it is somebody else's.
        case notFound = "not_found"

        package var isSuccess: Bool { self != .notFound }
    }

    struct Outcome: Sendable {
        var image: GalleryImage
        var isChanged: Bool
    }

    /// Does the same to many records in one transaction; each id is to be there once.
    package func act(
        _ action: GalleryAction, on uuids: [String], by viewer: GalleryViewer
    ) async throws -> [BatchStatus] {
        let now = clock.now()
        return try await store.write { tables in
            try uuids.map { uuid in
                guard let image = try tables.gallery.find(uuid: uuid),
                    viewer.mayUse(ownerKey: image.ownerKey)
                else { return .notFound }
                let outcome = try Self.apply(action, to: image, tables, at: now)
                return outcome.isChanged ? .ok : .unchanged
            }
        }
    }

    func act(
        _ action: GalleryAction, on uuid: String, by viewer: GalleryViewer
    ) async throws -> Outcome {
        let now = clock.now()
        return try await store.write { tables in
            let image = try Self.find(uuid, for: viewer, tables)
            return try Self.apply(action, to: image, tables, at: now)
        }
    }

    private static func apply(
        _ action: GalleryAction, to image: GalleryImage, _ tables: Tables, at now: Time
    ) throws -> Outcome {
        var image = image
        switch action {
        case .delete, .restore:
            guard image.isDeleted == (action == .restore) else {
                return Outcome(image: image, isChanged: false)
            }
            image.deletedAt = action == .delete ? now : nil
            try tables.gallery.setDeleted(image.id, at: image.deletedAt)
        case .permanent:
            try tables.gallery.delete(image.id)
        }
        return Outcome(image: image, isChanged: true)
    }
}
