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
        preconditionFailure()
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
    private func reach(
        from photo: PhotoAnalysis, within distance: Double,
        isEnough: @escaping @Sendable ([String: Hit]) -> Bool, minimumUsers: Int
    ) async throws -> [String: Hit] {
        preconditionFailure()
    }

    private static func walk(
        _ matches: [VectorMatch], model: String, now: Time, minimumUsers: Int,
        isEnough: ([String: Hit]) -> Bool, _ tables: Tables
    ) throws -> (rooms: [String: Hit], isComplete: Bool) {
        preconditionFailure()
    }

    private static func precedes(_ a: Hit, _ b: Hit) -> Bool {
        preconditionFailure()
    }
}
