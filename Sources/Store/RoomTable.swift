import Domain
import SQLite

/// Chat rooms.
package struct RoomTable {
    let db: Connection

    static let columns = """
        r.id, r.uuid, r.code, r.name, r.description, r.access, r.is_active, r.message_count, \
        r.created_at
        """

    package func find(code: String) throws -> Room? {
        try db.first(
            "SELECT \(Self.columns) FROM rooms r WHERE r.code = ?", code, row: Self.room)
    }

    /// Stores a new public room and returns it with its number; `room.id` is not looked at.
    package func insert(_ room: Room) throws -> Room {
        try db.execute(
            """
            INSERT INTO rooms (uuid, code, name, description, access, is_active, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            room.uuid, room.code, room.name, room.description, room.access.rawValue,
            room.isActive, room.createdAt.milliseconds)
        var stored = room
        stored.id = db.lastInsertRowID
        return stored
    }

    package func update(_ id: Int64, access: Room.Access, isActive: Bool) throws {
        try db.execute(
            "UPDATE rooms SET access = ?, is_active = ? WHERE id = ?", access.rawValue, isActive,
            id)
    }

    /// How many members of a room were seen lately.
    package func presence(in id: Int64, at now: Time) throws -> Room.Presence {
        let active = now.advanced(bySeconds: -Room.Presence.activeWindow).milliseconds
        let online = now.advanced(bySeconds: -Room.Presence.onlineWindow).milliseconds
        return try db.first(
            """
            SELECT count(*), coalesce(sum(CASE WHEN last_seen_at >= ? THEN 1 ELSE 0 END), 0)
            FROM memberships WHERE room_id = ? AND left_at IS NULL AND last_seen_at >= ?
            """, online, id, active
        ) { try Room.Presence(activeUsers: $0[0], online: $0[1]) }
            ?? Room.Presence(activeUsers: 0, online: 0)
    }

    /// The live public rooms that a photo's suggestions or its last choice lead to.
    package func reached(fromPhoto id: Int64) throws -> [Room] {
        try db.all(
            """
            SELECT \(Self.columns) FROM photo_codes c JOIN rooms r ON r.code = c.code
            WHERE c.photo_id = ? AND r.is_active = 1 AND r.access = 'public'
            UNION
            SELECT \(Self.columns) FROM photo_analyses p JOIN rooms r ON r.code = p.selected_code
            WHERE p.id = ? AND r.is_active = 1 AND r.access = 'public'
            """, id, id, row: Self.room)
    }

    private static func room(_ row: borrowing Row) throws -> Room {
        try room(row, from: 0)
    }

    /// The room in the `columns` that begin at a place of the row.
    static func room(_ row: borrowing Row, from start: Int) throws -> Room {
        try Room(
            id: row[start], uuid: row[start + 1], code: row[start + 2], name: row[start + 3],
            description: row[start + 4], access: Room.Access(rawValue: row[start + 5]) ?? .private,
            isActive: row[start + 6], messageCount: row[start + 7],
            createdAt: Time(milliseconds: row[start + 8]))
    }
}
