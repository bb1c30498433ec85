import Domain
import Store
import Telemetry
import Vectors

/// Finds the live rooms of photos like one photo.
struct Discovery: Sendable {
    /// Candidates that are looked at for one photo.
    private static let candidateLimit = 500

    let store: DataStore
    let vectors: PhotoVectors
    let clock: TimeSource
    let log: Logger
    let standIn: StandIn

    /// The rooms of similar photos as `caller` may see them; empty when the search fails.
    func similarRooms(
        to photo: PhotoAnalysis, for caller: Caller, _ settings: LiveSettings
    ) async -> [SimilarRoom] {
        let limit = settings[.maxResults]
        guard limit > 0 else { return [] }
        do {
            let found = try await reach(
                from: photo, within: settings[.maxDistance],
                isEnough: { $0.count >= limit }, minimumUsers: settings[.minUsers])
            let best = found.values.sorted(by: Self.precedes).prefix(limit)
            return try await store.read { [standIn] tables in
                try best.map { hit in
                    let isReader = try Access.isReader(hit.photo, caller, tables)
                    return SimilarRoom(
                        room: hit.room, activeUsers: hit.activeUsers, distance: hit.distance,
                        sourcePhotoID: isReader ? hit.photoUUID : standIn.id(for: hit.photoUUID))
                }
            }
        } catch {
            log.error("similar rooms could not be searched", ["error": "\(error)"])
            return []
        }
    }

    /// Whether a room may be chosen from a photo without being one of its suggestions.
    func reaches(
        code: String, from photo: PhotoAnalysis, _ settings: LiveSettings
    ) async throws -> Bool {
        let found = try await reach(
            from: photo, within: settings[.maxDistance],
            isEnough: { $0[code] != nil }, minimumUsers: 0)
        return found[code] != nil
    }

    private struct Hit: Sendable {
        var room: Room
        var activeUsers: Int
        var distance: Double
        var photo: Int64
        var photoUUID: String
    }

    /// Rooms by code, each with its closest photo, going outwards until there are enough.
    ///
    /// Concurrent: a search takes milliseconds and must not hold up the thread that serves requests.
    @concurrent private func reach(
        from photo: PhotoAnalysis, within distance: Double,
        isEnough: @escaping @Sendable ([String: Hit]) -> Bool, minimumUsers: Int
    ) async throws -> [String: Hit] {
        guard let query = vectors.suggestionsVector(of: photo) else { return [:] }
        let model = photo.embeddingModel
        let now = clock.now()
        // Expired photos are still in the index until they are removed; a wider search makes up for them.
        var width = 64
        while true {
            let matches = try vectors.suggestions.within(
                distance, of: query, count: width, model: PhotoVectors.tag(of: model))
            let outcome = try await store.read { tables in
                try Self.walk(
                    matches.filter { $0.owner != UInt64(photo.id) }, model: model, now: now,
                    minimumUsers: minimumUsers, isEnough: isEnough, tables)
            }
            let isExhausted = matches.count < width
            if isExhausted || outcome.isComplete { return outcome.rooms }
            width *= 4
        }
    }

    private static func walk(
        _ matches: [VectorMatch], model: String, now: Time, minimumUsers: Int,
        isEnough: ([String: Hit]) -> Bool, _ tables: Tables
    ) throws -> (rooms: [String: Hit], isComplete: Bool) {
        var rooms: [String: Hit] = [:]
        var candidates = 0
        var last = -1.0
        for match in matches {
            // All photos at one distance count, so that ties are broken by the rooms themselves.
            if match.distance != last, candidates > 0, isEnough(rooms) { return (rooms, true) }
            last = match.distance
            guard
                let source = try tables.photos.candidate(Int64(match.owner), at: now),
                source.model == model
            else { continue }
            candidates += 1
            if candidates > candidateLimit { return (rooms, true) }
            for room in try tables.rooms.reached(fromPhoto: source.id)
            where rooms[room.code] == nil {
                let active = try tables.rooms.presence(in: room.id, at: now).activeUsers
                guard active >= minimumUsers else { continue }
                rooms[room.code] = Hit(
                    room: room, activeUsers: active, distance: match.distance, photo: source.id,
                    photoUUID: source.uuid)
            }
        }
        return (rooms, false)
    }

    private static func precedes(_ a: Hit, _ b: Hit) -> Bool {
        (a.distance, b.activeUsers, a.room.code) < (b.distance, a.activeUsers, b.room.code)
    }
}
