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
        var leftovers = Leftovers()
    }

    /// Does the same to many records in one transaction; each id is to be there once.
    package func act(
        _ action: GalleryAction, on uuids: [String], by viewer: GalleryViewer
    ) async throws -> [BatchStatus] {
        let now = clock.now()
        let (statuses, leftovers) = try await store.write { tables in
            var leftovers = Leftovers()
            let statuses = try uuids.map { uuid -> BatchStatus in
                guard let image = try tables.gallery.find(uuid: uuid),
                    viewer.mayUse(ownerKey: image.ownerKey)
                else { return .notFound }
                let outcome = try Self.apply(action, to: image, tables, at: now)
                leftovers += outcome.leftovers
                return outcome.isChanged ? .ok : .unchanged
            }
            return (statuses, leftovers)
        }
        await contents.sweep(leftovers)
        return statuses
    }

    func act(
        _ action: GalleryAction, on uuid: String, by viewer: GalleryViewer
    ) async throws -> Outcome {
        let now = clock.now()
        let outcome = try await store.write { tables in
            let image = try Self.find(uuid, for: viewer, tables)
            return try Self.apply(action, to: image, tables, at: now)
        }
        await contents.sweep(outcome.leftovers)
        return outcome
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
            return Outcome(
                image: image, isChanged: true, leftovers: try remove(image, tables))
        }
        return Outcome(image: image, isChanged: true)
    }
}
