import Crypto
import Domain
import Store

/// Being in a room.
extension RoomService {
    /// A room as the caller sees it; a member's look counts as being there.
    package func room(_ code: String, for caller: Caller) async throws -> RoomView {
        let now = clock.now()
        let found = try await store.read { tables in
            let room = try Self.visible(code, to: caller, tables)
            let member = try Self.membership(of: caller.identity, in: room, tables)
            return try Self.view(room, member, now, tables)
        }
        guard found.member != nil else { return found }
        return try await store.write { [self] tables in
            let room = try Self.visible(code, to: caller, tables)
            let member = try touch(caller.identity, in: room, now, tables)
            return try Self.view(room, member, now, tables)
        }
    }

    /// Opens, closes, publishes or hides a room; for admins.
    package func change(
        _ code: String, access: Room.Access?, isActive: Bool?, by caller: Caller
    ) async throws -> Room {
        let actor = caller.user?.email ?? "admin"
        let now = clock.now()
        return try await store.write { [self] tables in
            guard let before = try tables.rooms.find(code: code) else { throw Refusal.notFound }
            var room = before
            room.access = access ?? room.access
            room.isActive = isActive ?? room.isActive
            try tables.rooms.update(room.id, access: room.access, isActive: room.isActive)
            try tables.audit.append(
                at: now, actor: actor, action: "rooms.change", subject: code,
                detail: "\(room.access.rawValue), \(room.isActive ? "open" : "closed")")
            let event: RoomEvent? =
                if before.isActive && !room.isActive {
                    .closed
                } else if before.access == .public && room.access == .private {
                    .recheck(nil)
                } else {
                    nil
                }
            if let event { tables.afterCommit { [self] in announce(event, code) } }
            return room
        }
    }

    /// Joins a room, or renames who is in it already; `isNew` also after coming back.
    package func join(
        _ code: String, displayName: String?, as caller: Caller
    ) async throws -> (isNew: Bool, view: RoomView) {
        guard let identity = caller.identity else { throw Refusal.fingerprintNeeded }
        let now = clock.now()
        return try await store.write { [self] tables in
            let room = try Self.visible(code, to: caller, tables)
            let joined = try join(room, identity, displayName: displayName, now, tables)
            return (joined.isNew, try Self.view(room, joined.member, now, tables))
        }
    }

    /// Leaves a room; nothing happens to who is no member.
    package func leave(_ code: String, as caller: Caller) async throws {
        guard let identity = caller.identity else { throw Refusal.fingerprintNeeded }
        let now = clock.now()
        try await store.write { [self] tables in
            let room = try Self.visible(code, to: caller, tables)
            guard var member = try Self.membership(of: caller.identity, in: room, tables) else {
                return
            }
            member.leftAt = now
            member.lastSeenAt = now
            try tables.members.update(member)
            try announce(.leave, member, in: room, now, tables)
            if room.access == .private {
                tables.afterCommit { [self] in announce(.recheck(identity), code) }
            }
        }
    }

    /// `join` inside a transaction, the caller's right to enter being checked.
    func join(
        _ room: Room, _ identity: Identity, displayName: String?, _ now: Time, _ tables: Tables
    ) throws -> (isNew: Bool, member: Member) {
        if let displayName,
            try tables.members.isTaken(displayName, room: room.id, exceptBy: identity)
        {
            throw Refusal.nameTaken
        }
        guard var member = try tables.members.find(room: room.id, identity: identity) else {
            let name = try displayName ?? Self.guestName(in: room, for: identity, tables)
            let member = try tables.members.insert(
                Member(
                    id: 0, uuid: UUIDValue.timeOrdered(milliseconds: now.milliseconds).description,
                    displayName: name, isAnonymous: identity.isAnonymous, joinedAt: now,
                    lastSeenAt: now, leftAt: nil),
                room: room.id, identity: identity)
            try announce(.join, member, in: room, now, tables)
            return (true, member)
        }
        let before = member
        let isBack = member.leftAt != nil
        if isBack {
            member.joinedAt = now
            // The name may have been taken by somebody else in the meantime.
            if try displayName == nil
                && tables.members.isTaken(member.displayName, room: room.id, exceptBy: identity)
            {
                member.displayName = try Self.guestName(in: room, for: identity, tables)
            }
        }
        member.displayName = displayName ?? member.displayName
        member.leftAt = nil
        member.lastSeenAt = now
        try tables.members.update(member)
        let isRenamed = member.displayName != before.displayName
        if isBack {
            try announce(.join, member, in: room, now, tables)
        } else if isRenamed || before.lastSeenAt < presence.offlineBefore {
            try announce(.online, member, in: room, now, tables)
        }
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
}
