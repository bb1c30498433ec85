extension Migrations {
    /// The gallery. Tags are kept a second time in the order of their lists, as are the columns that lists are made by.
    static let gallery = """
        CREATE TABLE gallery_images (
            id              INTEGER PRIMARY KEY,
            uuid            TEXT    NOT NULL UNIQUE,
            user_id         TEXT    NOT NULL,
            owner_key       TEXT    NOT NULL,
            image_url       TEXT    NOT NULL,
            refined_prompt  TEXT,
            intent          TEXT,
            metadata        TEXT    NOT NULL,
            session_id      TEXT,
            message_id      TEXT,
            tags            TEXT    NOT NULL,
            created_at      INTEGER NOT NULL,
            updated_at      INTEGER NOT NULL,
            deleted_at      INTEGER,
            is_deleted      INTEGER NOT NULL DEFAULT 0 CHECK (is_deleted IN (0, 1)),
            view_count      INTEGER NOT NULL DEFAULT 0,
            last_viewed_at  INTEGER,
            ingest_status   TEXT CHECK (ingest_status IN ('queued', 'running', 'done', 'failed')),
            ingest_job      TEXT,
            ingest_url      TEXT,
            ingest_error    TEXT,
            ingested_at     INTEGER,
            blob_id         INTEGER REFERENCES blobs (id),
            CHECK ((ingest_status IS NULL) = (ingest_job IS NULL)),
            CHECK ((ingest_status IS NULL) = (ingest_url IS NULL)),
            CHECK (ingest_status <> 'done' OR blob_id IS NOT NULL),
            CHECK ((deleted_at IS NULL) = (is_deleted = 0))
        ) STRICT;
        CREATE INDEX gallery_images_by_time
            ON gallery_images (is_deleted, created_at, uuid);
        CREATE INDEX gallery_images_by_owner
            ON gallery_images (owner_key, is_deleted, created_at, uuid);
        CREATE INDEX gallery_images_by_intent
            ON gallery_images (intent, is_deleted, created_at, uuid, owner_key)
            WHERE intent IS NOT NULL;
        CREATE INDEX gallery_images_by_session
            ON gallery_images (session_id, is_deleted, created_at, uuid, owner_key)
            WHERE session_id IS NOT NULL;
        CREATE INDEX gallery_images_by_message
            ON gallery_images (message_id, is_deleted, created_at, uuid, owner_key)
            WHERE message_id IS NOT NULL;
        CREATE INDEX gallery_images_by_deletion ON gallery_images (deleted_at)
            WHERE deleted_at IS NOT NULL;
        CREATE INDEX gallery_images_by_blob ON gallery_images (blob_id)
            WHERE blob_id IS NOT NULL;
        CREATE INDEX gallery_images_by_ingest ON gallery_images (ingest_status)
            WHERE ingest_status IN ('queued', 'running');

        CREATE TABLE gallery_tags (
            tag         TEXT    NOT NULL,
            is_deleted  INTEGER NOT NULL CHECK (is_deleted IN (0, 1)),
            created_at  INTEGER NOT NULL,
            uuid        TEXT    NOT NULL,
            owner_key   TEXT    NOT NULL,
            intent      TEXT,
            image_id    INTEGER NOT NULL REFERENCES gallery_images (id) ON DELETE CASCADE,
            PRIMARY KEY (tag, is_deleted, created_at, uuid)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX gallery_tags_by_image ON gallery_tags (image_id, tag);
        """
}
