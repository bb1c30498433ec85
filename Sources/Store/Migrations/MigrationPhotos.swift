extension Migrations {
    /// Photos that their owners keep apart from any family, so that every facet can be added later.
    static let photos = """
        CREATE TABLE photos (
            id          INTEGER PRIMARY KEY,
            uuid        TEXT    NOT NULL UNIQUE,
            user_id     TEXT    NOT NULL REFERENCES users (uuid),
            blob_id     INTEGER NOT NULL REFERENCES blobs (id),
            created_at  INTEGER NOT NULL,
            UNIQUE (user_id, blob_id)
        ) STRICT;
        CREATE INDEX photos_by_user ON photos (user_id, created_at, id);
        CREATE INDEX photos_by_blob ON photos (blob_id);
        """
}
