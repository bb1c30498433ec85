import Crypto
import Domain
import Store

/// Rooms that photos lead to: chosen, joined, left.
package final class RoomService: Sendable {
    private let store: DataStore
    private let photos: PhotoService
    private let settings: SettingsService
    private let clock: TimeSource

    /// The account in whose name rooms are opened; a fixed id, known to no table.
    package static let hostID = "00000000-0000-4000-8000-74696e747970"

    package init(
        store: DataStore, photos: PhotoService, settings: SettingsService, clock: TimeSource
    ) {
        self.store = store
        self.photos = photos
        self.settings = settings
        self.clock = clock
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
        return try await store.write { tables in
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
                try Self.join(room, $0, displayName: displayName, now, tables).member
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
        return try room.access == .public || membership(of: caller, in: room, tables) != nil
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

// MARK: - Being there

extension RoomService {
    /// A room as the caller sees it; a member's look counts as being there.
    package func room(_ code: String, for caller: Caller) async throws -> RoomView {
        let now = clock.now()
        let found = try await store.read { tables in
            let room = try Self.visible(code, to: caller, tables)
            let member = try Self.membership(of: caller, in: room, tables)
            return try Self.view(room, member, now, tables)
        }
        guard found.member != nil else { return found }
        return try await store.write { tables in
            let room = try Self.visible(code, to: caller, tables)
            let member = try Self.touch(caller, in: room, now, tables)
            return try Self.view(room, member, now, tables)
        }
    }

    /// Opens, closes, publishes or hides a room; for admins.
    package func change(
        _ code: String, access: Room.Access?, isActive: Bool?, by caller: Caller
    ) async throws -> Room {
        let actor = caller.user?.email ?? "admin"
        let now = clock.now()
        return try await store.write { tables in
            guard var room = try tables.rooms.find(code: code) else { throw Refusal.notFound }
            room.access = access ?? room.access
            room.isActive = isActive ?? room.isActive
            try tables.rooms.update(room.id, access: room.access, isActive: room.isActive)
            try tables.audit.append(
                at: now, actor: actor, action: "rooms.change", subject: code,
                detail: "\(room.access.rawValue), \(room.isActive ? "open" : "closed")")
            return room
        }
    }

    /// Joins a room, or renames who is in it already; `isNew` also after coming back.
    package func join(
        _ code: String, displayName: String?, as caller: Caller
    ) async throws -> (isNew: Bool, view: RoomView) {
        guard let identity = caller.identity else { throw Refusal.fingerprintNeeded }
        let now = clock.now()
        return try await store.write { tables in
            let room = try Self.visible(code, to: caller, tables)
            let joined = try Self.join(room, identity, displayName: displayName, now, tables)
            return (joined.isNew, try Self.view(room, joined.member, now, tables))
        }
    }

    /// Tells that a member is there.
    package func heartbeat(_ code: String, from caller: Caller) async throws -> RoomView {
        guard caller.identity != nil else { throw Refusal.fingerprintNeeded }
        let now = clock.now()
        return try await store.write { tables in
            let room = try Self.visible(code, to: caller, tables)
            guard let member = try Self.touch(caller, in: room, now, tables) else {
                throw Refusal.notAMember
            }
            return try Self.view(room, member, now, tables)
        }
    }

    /// Leaves a room; nothing happens to who is no member.
    package func leave(_ code: String, as caller: Caller) async throws {
        guard caller.identity != nil else { throw Refusal.fingerprintNeeded }
        let now = clock.now()
        try await store.write { tables in
            let room = try Self.visible(code, to: caller, tables)
            guard var member = try Self.membership(of: caller, in: room, tables) else { return }
            member.leftAt = now
            member.lastSeenAt = now
            try tables.members.update(member)
        }
    }

    /// The members seen within 90 seconds, at most 200.
    package func online(_ code: String, for caller: Caller) async throws -> [Member] {
        let since = clock.now().advanced(bySeconds: -Room.Presence.onlineWindow)
        return try await store.read { tables in
            let room = try Self.visible(code, to: caller, tables)
            return try tables.members.present(in: room.id, since: since, limit: 200)
        }
    }

    // MARK: - Rules inside a transaction

    private static func visible(
        _ code: String, to caller: Caller, _ tables: Tables
    ) throws -> Room {
        guard let room = try tables.rooms.find(code: code) else { throw Refusal.notFound }
        if caller.isAdmin { return room }
        guard room.isActive else { throw Refusal.notFound }
        guard try room.access == .public || membership(of: caller, in: room, tables) != nil else {
            throw Refusal.notFound
        }
        return room
    }

    /// The caller's membership, if it has not ended.
    private static func membership(
        of caller: Caller, in room: Room, _ tables: Tables
    ) throws -> Member? {
        guard let identity = caller.identity,
            let member = try tables.members.find(room: room.id, identity: identity),
            member.leftAt == nil
        else { return nil }
        return member
    }

    private static func touch(
        _ caller: Caller, in room: Room, _ now: Time, _ tables: Tables
    ) throws -> Member? {
        guard var member = try membership(of: caller, in: room, tables) else { return nil }
        member.lastSeenAt = now
        try tables.members.update(member)
        return member
    }

    private static func join(
        _ room: Room, _ identity: Identity, displayName: String?, _ now: Time, _ tables: Tables
    ) throws -> (isNew: Bool, member: Member) {
        if let displayName,
            try tables.members.isTaken(displayName, room: room.id, exceptBy: identity)
        {
            throw Refusal.nameTaken
        }
        guard var member = try tables.members.find(room: room.id, identity: identity) else {
            let member = Member(
                id: 0, uuid: UUIDValue.timeOrdered(milliseconds: now.milliseconds).description,
                displayName: try displayName ?? guestName(in: room, for: identity, tables),
                isAnonymous: identity.isAnonymous, joinedAt: now, lastSeenAt: now, leftAt: nil)
            return (true, try tables.members.insert(member, room: room.id, identity: identity))
        }
        let isBack = member.leftAt != nil
        if isBack {
            member.joinedAt = now
            // The name may have been taken by somebody else in the meantime.
            if try displayName == nil
                && tables.members.isTaken(member.displayName, room: room.id, exceptBy: identity)
            {
                member.displayName = try guestName(in: room, for: identity, tables)
            }
        }
        member.displayName = displayName ?? member.displayName
        member.leftAt = nil
        member.lastSeenAt = now
        try tables.members.update(member)
        return (isBack, member)
    }

    private static func guestName(
        in room: Room, for identity: Identity, _ tables: Tables
    ) throws -> String {
        let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        while true {
            let name = "Guest-" + String(randomBytes(4).map { alphabet[Int($0) % alphabet.count] })
            if try !tables.members.isTaken(name, room: room.id, exceptBy: identity) { return name }
        }
    }

    private static func view(
        _ room: Room, _ member: Member?, _ now: Time, _ tables: Tables
    ) throws -> RoomView {
        RoomView(
            room: room, presence: try tables.rooms.presence(in: room.id, at: now), member: member)
    }
}
