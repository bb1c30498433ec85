import Domain
import Store
import Telemetry

extension PhotoService {
    /// Ends a record, or a viewer's view of it; false where the caller may do neither.
    package func delete(_ uuid: String, by caller: Caller) async throws -> Bool {
        let outcome = try await store.write { tables -> Removal in
            guard let photo = try tables.photos.find(uuid: uuid) else { return .refused }
            let ownership = try caller.identity.flatMap {
                try tables.photos.ownership(of: photo.id, by: $0)
            }
            if caller.isAdmin || ownership == true {
                return try Self.remove(photo, tables)
            }
            guard ownership == false, let identity = caller.identity else { return .refused }
            try tables.photos.removeViewer(identity, from: photo.id)
            return .viewEnded
        }
        switch outcome {
        case .refused: return false
        case .viewEnded: return true
        case .removed(let photo, let leftovers):
            await forget(photo, leftovers)
            return true
        }
    }

    /// Ends every record of these bytes, whoever owns them.
    package func deleteAll(sha256: [UInt8]) async throws -> Int {
        let removed = try await store.write { tables in
            try tables.photos.ids(sha256: sha256).compactMap { id in
                try tables.photos.find(id: id).map { try Self.remove($0, tables) }
            }
        }
        for case .removed(let photo, let leftovers) in removed {
            await forget(photo, leftovers)
        }
        return removed.count
    }

    private enum Removal: Sendable {
        case refused
        case viewEnded
        /// With what nothing refers to any more.
        case removed(PhotoAnalysis, Leftovers)
    }

    private static func remove(_ photo: PhotoAnalysis, _ tables: Tables) throws -> Removal {
        try tables.photos.delete(photo.id)
        return .removed(photo, try tables.blobs.release(photo.blob.id))
    }

    /// Takes a record that is gone out of the indexes, and what only it referred to off the disk.
    private func forget(_ photo: PhotoAnalysis, _ leftovers: Leftovers) async {
        vectors.remove(photo)
        forgetHash(of: photo)
        await contents.sweep(leftovers)
    }
}

// MARK: - Expiry

extension PhotoService {
    /// One expired record as the cleanup met it.
    package struct Expired: Sendable {
        package enum Outcome: Sendable, Equatable {
            /// Nothing was done: a dry run.
            case wouldDelete
            case deleted
            /// The file could not be deleted, so the record was kept for the next run.
            case kept(String)
        }

        package var photo: PhotoAnalysis
        package var outcome: Outcome
    }

    /// How many records have expired.
    package func expiredCount(before moment: Time) async throws -> Int {
        try await store.read { try $0.photos.expiredCount(before: moment) }
    }

    /// Goes through the records that expired before `moment`, oldest first, each once.
    package func cleanUp(
        before moment: Time, isDryRun: Bool, batchSize: Int,
        onEach: @Sendable (Expired) async -> Void
    ) async throws {
        var place: (expiresAt: Time, id: Int64)?
        while true {
            let after = place
            let batch = try await store.read { tables in
                try tables.photos.expired(before: moment, after: after, limit: batchSize)
            }
            guard let last = batch.last, let lastExpiry = last.expiresAt else { return }
            place = (lastExpiry, last.id)
            for photo in batch {
                let outcome = isDryRun ? .wouldDelete : try await expire(photo)
                await onEach(Expired(photo: photo, outcome: outcome))
            }
        }
    }

    /// File first, record second: what cannot be deleted keeps its record. Nobody can read the picture any more.
    private func expire(_ photo: PhotoAnalysis) async throws -> Expired.Outcome {
        let isShared = try await store.read { tables in
            // Another family may take up bytes that are kept as they came in at any moment.
            try tables.blobs.isShared(photo.blob.id)
                || tables.blobs.content(photo.blob.id)?.originalKey != nil
        }
        if !isShared {
            do {
                try await files.remove(photo.blob)
            } catch {
                return .kept((error as? Failure)?.message ?? "\(error)")
            }
        }
        let removed = try await store.write { try Self.remove(photo, $0) }
        if case .removed(let photo, let leftovers) = removed {
            await forget(photo, leftovers)
        }
        return .deleted
    }
}
