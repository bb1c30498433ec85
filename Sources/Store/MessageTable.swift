import Domain
import SQLite

/// What was written in rooms.
package struct MessageTable {
    let db: Connection

    private static let select = """
        SELECT m.uuid, r.code, m.number, a.uuid, a.display_name, a.identity, m.content, m.created_at
        FROM messages m JOIN rooms r ON r.id = m.room_id JOIN memberships a ON a.id = m.member_id
        """

    /// Appends a message to a room, counts it there and returns it with its place.
    package func append(
        _ content: String, uuid: String, by member: Member, in room: Room, at now: Time
    ) throws -> Message? {
        let counted = try db.first(
            """
            UPDATE rooms SET message_count = message_count + 1 WHERE id = ?
            RETURNING message_count
            """, room.id
        ) { try $0[0] as Int64 }
        guard let number = counted else { return nil }
        try db.execute(
            """
            INSERT INTO messages (room_id, number, uuid, member_id, content, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """, room.id, number, uuid, member.id, content, now.milliseconds)
        return try db.first(
            "\(Self.select) WHERE m.room_id = ? AND m.number = ?", room.id, number,
            row: Self.message)
    }

    /// The messages with a place between the two, both exclusive: the first of them or the last, oldest first.
    package func between(
        _ lower: Int, _ upper: Int, in room: Int64, last: Bool, limit: Int
    ) throws -> [Message] {
        let found = try db.all(
            """
            \(Self.select) WHERE m.room_id = ? AND m.number > ? AND m.number < ?
            ORDER BY m.number \(last ? "DESC" : "ASC") LIMIT ?
            """, room, lower, upper, limit, row: Self.message)
        return last ? found.reversed() : found
    }

    /// The place of a message in a room; nil for an id that none has there.
    package func number(of uuid: String, in room: Int64) throws -> Int? {
        try db.first(
            "SELECT number FROM messages WHERE uuid = ? AND room_id = ?", uuid, room
        ) { try $0[0] }
    }

    /// When a member wrote since then, oldest first.
    package func times(of member: Int64, since: Time) throws -> [Time] {
        try db.all(
            """
            SELECT created_at FROM messages WHERE member_id = ? AND created_at > ?
            ORDER BY created_at
            """, member, since.milliseconds
        ) { Time(milliseconds: try $0[0]) }
    }

    private static func message(_ row: borrowing Row) throws -> Message {
        try Message(
            uuid: row[0], roomCode: row[1], number: row[2],
            author: Message.Author(
                uuid: row[3], displayName: row[4], identity: Identity(key: row[5])),
            content: row[6], createdAt: Time(milliseconds: row[7]))
    }
}
