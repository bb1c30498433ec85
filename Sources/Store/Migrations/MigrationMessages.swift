extension Migrations {
    /// What is written in rooms, who was last seen when across all of them, and what administrators look photos up by.
    static let messages = """
        CREATE TABLE messages (
            room_id     INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
            number      INTEGER NOT NULL CHECK (number > 0),
            uuid        TEXT    NOT NULL UNIQUE,
            member_id   INTEGER NOT NULL REFERENCES memberships (id) ON DELETE CASCADE,
            content     TEXT    NOT NULL,
            created_at  INTEGER NOT NULL,
            PRIMARY KEY (room_id, number)
        ) STRICT;
        CREATE INDEX messages_by_member ON messages (member_id, created_at);
        CREATE INDEX memberships_by_time ON memberships (last_seen_at) WHERE left_at IS NULL;

        CREATE INDEX photo_analyses_by_time ON photo_analyses (created_at, id);
        CREATE INDEX photo_analyses_by_model ON photo_analyses (vision_model);
        """
}
