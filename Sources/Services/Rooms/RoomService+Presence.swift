import Domain
import Store

/// Who is there and what they are doing.
extension RoomService {
    /// What somebody who begins to listen is told first.
    package struct Snapshot: Sendable {
        /// The members seen within 90 seconds, at most 200, the latest first.
        package var online: [Member]
        package var presence: Room.Presence
        /// What was written since the message that the listener knows, at most 500, oldest first.
        package var missed: [Message]
    }

    /// How long a member counts as typing.
    private static let typingTime = 5.0
    private static let mostOnline = 200
    private static let mostMissed = 500

    /// Tells that a member is there, and maybe that it is writing.
    package func heartbeat(
        _ code: String, isTyping: Bool, from caller: Caller
    ) async throws -> RoomView {
        guard let identity = caller.identity else { throw Refusal.fingerprintNeeded }
        let now = clock.now()
        return try await store.write { [self] tables in
            let room = try Self.visible(code, to: caller, tables)
            guard let member = try touch(caller.identity, in: room, now, tables) else {
                throw Refusal.notAMember
            }
            if isTyping {
                let author = Message.Author(
                    uuid: member.uuid, displayName: member.displayName, identity: identity)
                tables.afterCommit { [self] in
                    guard presence.notesTyping(of: member.id, at: now) else { return }
                    let until = now.advanced(bySeconds: Self.typingTime)
                    announce(.typing(author, until: until), code)
                }
            }
            return try Self.view(room, member, now, tables)
        }
    }

    /// The members seen within 90 seconds, at most 200.
    package func online(_ code: String, for caller: Caller) async throws -> [Member] {
        try await snapshot(code, after: nil, for: caller).online
    }

    /// The state that a stream of events begins with; who opens one counts as being there.
    ///
    /// - Parameter last: the id of the last message that the listener knows; one that the room does not have is nil.
    package func snapshot(
        _ code: String, after last: String?, for caller: Caller
    ) async throws -> Snapshot {
        let now = clock.now()
        if let identity = caller.identity { try await seen([(code, identity)]) }
        return try await store.read { tables in
            let room = try Self.visible(code, to: caller, tables)
            let since = now.advanced(bySeconds: -Room.Presence.onlineWindow)
            let place = try last.flatMap { try tables.messages.number(of: $0, in: room.id) }
            return Snapshot(
                online: try tables.members.present(
                    in: room.id, since: since, limit: Self.mostOnline),
                presence: try tables.rooms.presence(in: room.id, at: now),
                missed: try place.map {
                    try tables.messages.between(
                        $0, .max, in: room.id, last: true, limit: Self.mostMissed)
                } ?? [])
        }
    }

    /// Notes that these are in their rooms now; those who are no members, or whose room is gone, change nothing.
    package func seen(_ listeners: [(code: String, identity: Identity)]) async throws {
        let now = clock.now()
        try await store.write { [self] tables in
            for (code, identity) in listeners {
                guard let room = try tables.rooms.find(code: code) else { continue }
                _ = try touch(identity, in: room, now, tables)
            }
        }
    }

    /// Announces those who were last seen 90 seconds ago since it was done last; to be called every second or so.
    package func announceOffline() async throws {
        let now = clock.now()
        let end = now.advanced(bySeconds: -Room.Presence.onlineWindow)
        presence.forgetTyping(at: now)
        let start = presence.offlineBefore
        // A clock that was set back announces nobody twice.
        guard
            end > start,
            try await store.read({ try !$0.members.lastSeen(from: start, before: end).isEmpty })
        else {
            presence.offlineBefore = end
            return
        }
        // On the writer, nobody comes back between being found silent and being announced so.
        try await store.write { [self] tables in
            for (room, member) in try tables.members.lastSeen(from: start, before: end) {
                try announce(.offline, member, in: room, now, tables)
            }
            tables.afterCommit { [self] in presence.offlineBefore = end }
        }
    }

    /// Notes that a member is there; nil for who is none.
    func touch(
        _ identity: Identity?, in room: Room, _ now: Time, _ tables: Tables
    ) throws -> Member? {
        guard var member = try Self.membership(of: identity, in: room, tables) else { return nil }
        let wasOffline = member.lastSeenAt < presence.offlineBefore
        member.lastSeenAt = now
        try tables.members.update(member)
        if wasOffline { try announce(.online, member, in: room, now, tables) }
        return member
    }
}
