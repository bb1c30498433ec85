import Domain
import SQLite

/// Who is in which room.
package struct MemberTable {
    let db: Connection

    private static let columns = """
        id, uuid, display_name, identity, joined_at, last_seen_at, left_at
        """

    /// The membership of `identity`, also one that has ended.
    package func find(room: Int64, identity: Identity) throws -> Member? {
        try db.first(
            "SELECT \(Self.columns) FROM memberships WHERE room_id = ? AND identity = ?", room,
            identity.key, row: Self.member)
    }

    /// Whether somebody else who is in the room has that name, case ignored.
    package func isTaken(_ name: String, room: Int64, exceptBy identity: Identity) throws -> Bool {
        try db.first(
            """
            SELECT 1 FROM memberships
            WHERE room_id = ? AND folded_name = ? AND left_at IS NULL AND identity <> ?
            """, room, name.lowercased(), identity.key
        ) { _ in true } ?? false
    }

    package func insert(_ member: Member, room: Int64, identity: Identity) throws -> Member {
        try db.execute(
            """
            INSERT INTO memberships (uuid, room_id, identity, display_name, folded_name,
                joined_at, last_seen_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            member.uuid, room, identity.key, member.displayName, member.displayName.lowercased(),
            member.joinedAt.milliseconds, member.lastSeenAt.milliseconds)
        var stored = member
        stored.id = db.lastInsertRowID
        return stored
    }

    /// Stores a member's name, times and whether they are in the room.
    package func update(_ member: Member) throws {
        try db.execute(
            """
            UPDATE memberships SET display_name = ?, folded_name = ?, joined_at = ?,
                last_seen_at = ?, left_at = ? WHERE id = ?
            """,
            member.displayName, member.displayName.lowercased(), member.joinedAt.milliseconds,
            member.lastSeenAt.milliseconds, member.leftAt?.milliseconds, member.id)
    }

    /// The members seen since then, the latest first.
    package func present(in room: Int64, since: Time, limit: Int) throws -> [Member] {
        try db.all(
            """
            SELECT \(Self.columns) FROM memberships
            WHERE room_id = ? AND left_at IS NULL AND last_seen_at >= ?
            ORDER BY last_seen_at DESC, id LIMIT ?
            """, room, since.milliseconds, limit, row: Self.member)
    }

    /// The members last seen in that time, the earliest first, each with their room.
    package func lastSeen(
        from start: Time, before end: Time
    ) throws -> [(room: Room, member: Member)] {
        try db.all(
            """
            SELECT m.id, m.uuid, m.display_name, m.identity, m.joined_at, m.last_seen_at,
                m.left_at, \(RoomTable.columns)
            FROM memberships m JOIN rooms r ON r.id = m.room_id
            WHERE m.left_at IS NULL AND m.last_seen_at >= ? AND m.last_seen_at < ?
            ORDER BY m.last_seen_at
            """, start.milliseconds, end.milliseconds
        ) { row in (room: try RoomTable.room(row, from: 7), member: try Self.member(row)) }
    }

    private static func member(_ row: borrowing Row) throws -> Member {
        try Member(
            id: row[0], uuid: row[1], displayName: row[2],
            isAnonymous: (row[3] as String).hasPrefix("f:"),
            joinedAt: Time(milliseconds: row[4]), lastSeenAt: Time(milliseconds: row[5]),
            leftAt: (row[6] as Int64?).map(Time.init(milliseconds:)))
    }
}
