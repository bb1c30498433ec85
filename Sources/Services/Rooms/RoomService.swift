import Crypto
import Domain
import Store

/// Rooms that photos lead to: chosen, joined, written in, left.
package final class RoomService: Sendable {
    let store: DataStore
    private let photos: PhotoService
    private let settings: SettingsService
    let clock: TimeSource
    let presence: PresenceLog
    /// Hears what happens in each room, by its code, in the order in which it became durable. It must not wait.
    let announce: @Sendable (RoomEvent, String) -> Void

    /// The account in whose name rooms are opened; a fixed id, known to no table.
    package static let hostID = "00000000-0000-4000-8000-74696e747970"

    package init(
        store: DataStore, photos: PhotoService, settings: SettingsService, clock: TimeSource,
        announce: @escaping @Sendable (RoomEvent, String) -> Void
    ) {
        self.store = store
        self.photos = photos
        self.settings = settings
        self.clock = clock
        self.announce = announce
        presence = PresenceLog(since: clock.now())
    }

    /// A room and the caller's place in it.
    package struct RoomView: Sendable {
        package var room: Room
        package var presence: Room.Presence
        package var member: Member?
    }

    /// Why a request about a room was refused.
    package enum Refusal: Error, Sendable, Equatable {
        case notFound
        case notAMember
        case fingerprintNeeded
        case photoNotFound
        /// The code is neither a suggestion of the record nor a similar room.
        case notSelectable
        /// The room is closed, or private and not joined.
        case notAvailable
        case nameTaken
        case invalidCursor
        /// The member writes too much; whole seconds until it may go on.
        case tooFast(retryAfter: Int)
    }
}

// MARK: - Choosing

extension RoomService {
    /// Opens or joins the room that a photo suggests and notes the choice, all in one transaction.
    ///
    /// - Returns: whether the room is new, the room, and the caller's place in it.
    package func choose(
        code: String, from photoID: String, displayName: String?, by caller: Caller
    ) async throws -> (isNew: Bool, view: RoomView) {
        guard let photo = try photos.record(photoID, for: caller)?.photo else {
            throw Refusal.photoNotFound
        }
        let suggestion = photo.suggestions.items.first { $0.key == code }
        if suggestion == nil {
            let isReached = try await photos.discovery.reaches(
                code: code, from: photo, settings.current)
            guard isReached else { throw Refusal.notSelectable }
        }
        let now = clock.now()
        return try await store.write { [self] tables in
            guard let current = try tables.photos.find(uuid: photoID),
                try Access.mayRead(current, caller, tables)
            else { throw Refusal.photoNotFound }
            let found = try tables.rooms.find(code: code)
            if let found, try !Self.isAvailable(found, caller, tables) {
                throw Refusal.notAvailable
            }
            guard let room = try found ?? suggestion.map({ try Self.open($0, now, tables) }) else {
                throw Refusal.notSelectable
            }
            let member = try caller.identity.map {
                try join(room, $0, displayName: displayName, now, tables).member
            }
            try tables.photos.select(code: code, in: photo.id, at: now)
            return (found == nil, try Self.view(room, member, now, tables))
        }
    }

    /// Whether a room can be entered by this caller: live, and public or joined before.
    private static func isAvailable(
        _ room: Room, _ caller: Caller, _ tables: Tables
    ) throws -> Bool {
        guard room.isActive else { return false }
        return try room.access == .public
            || membership(of: caller.identity, in: room, tables) != nil
    }

    private static func open(
        _ suggestion: Suggestion, _ now: Time, _ tables: Tables
    ) throws -> Room {
        try tables.rooms.insert(
            Room(
                id: 0, uuid: UUIDValue.timeOrdered(milliseconds: now.milliseconds).description,
                code: suggestion.key, name: suggestion.name, description: suggestion.description,
                access: .public, isActive: true, messageCount: 0, createdAt: now))
    }
}

// MARK: - Rules inside a transaction

extension RoomService {
    static func visible(
        _ code: String, to caller: Caller, _ tables: Tables
    ) throws -> Room {
        guard let room = try tables.rooms.find(code: code) else { throw Refusal.notFound }
        if caller.isAdmin { return room }
        guard room.isActive else { throw Refusal.notFound }
        guard try room.access == .public || membership(of: caller.identity, in: room, tables) != nil
        else {
            throw Refusal.notFound
        }
        return room
    }

    /// The caller's membership, if it has not ended.
    static func membership(
        of identity: Identity?, in room: Room, _ tables: Tables
    ) throws -> Member? {
        guard let identity,
            let member = try tables.members.find(room: room.id, identity: identity),
            member.leftAt == nil
        else { return nil }
        return member
    }

    static func view(
        _ room: Room, _ member: Member?, _ now: Time, _ tables: Tables
    ) throws -> RoomView {
        RoomView(
            room: room, presence: try tables.rooms.presence(in: room.id, at: now), member: member)
    }

    /// Tells who listens, once the transaction is on the disk, that a member's presence has changed.
    func announce(
        _ change: RoomEvent.Change, _ member: Member, in room: Room, _ now: Time,
        _ tables: Tables
    ) throws {
        let presence = try tables.rooms.presence(in: room.id, at: now)
        tables.afterCommit { [self] in
            announce(.presence(change, member, presence), room.code)
        }
    }
}
