extension Migrations {
    /// The processing family: images, their tags, the limiter's windows, and its two views.
    static let processing = """
        CREATE TABLE processing_images (
            id                INTEGER PRIMARY KEY,
            name              TEXT    NOT NULL UNIQUE,
            user_id           TEXT    NOT NULL REFERENCES users (uuid),
            provider          TEXT    NOT NULL
                CHECK (provider IN ('upload', 'dropbox', 'folder', 'url')),
            source            TEXT,
            external_id       TEXT,
            src               TEXT,
            title             TEXT,
            description       TEXT,
            tags              TEXT    NOT NULL,
            status            TEXT    NOT NULL
                CHECK (status IN ('pending', 'processing', 'complete', 'error')),
            stage             INTEGER NOT NULL DEFAULT 0 CHECK (stage BETWEEN 0 AND 5),
            retry_count       INTEGER NOT NULL DEFAULT 0 CHECK (retry_count >= 0),
            processing_error  TEXT,
            blob_id           INTEGER REFERENCES blobs (id),
            thumbnail_id      INTEGER REFERENCES blobs (id),
            thumbnail_token   TEXT,
            has_facts         INTEGER NOT NULL DEFAULT 0 CHECK (has_facts IN (0, 1)),
            embedding_model   TEXT,
            embedded_at       INTEGER,
            last_processed    INTEGER,
            next_retry_at     INTEGER,
            created_at        INTEGER NOT NULL,
            updated_at        INTEGER NOT NULL,
            UNIQUE (user_id, provider, source),
            CHECK ((thumbnail_id IS NULL) = (thumbnail_token IS NULL))
        ) STRICT;
        CREATE INDEX processing_images_by_user ON processing_images
            (user_id, created_at, id, status, provider);
        CREATE INDEX processing_images_by_time ON processing_images
            (created_at, id, status, provider);
        CREATE INDEX processing_images_by_blob ON processing_images (blob_id)
            WHERE blob_id IS NOT NULL;
        CREATE INDEX processing_images_by_thumbnail ON processing_images (thumbnail_id)
            WHERE thumbnail_id IS NOT NULL;
        CREATE INDEX processing_images_at_work ON processing_images (id)
            WHERE status = 'processing';

        CREATE TABLE processing_tags (
            tag         TEXT    NOT NULL,
            user_id     TEXT    NOT NULL,
            created_at  INTEGER NOT NULL,
            image_id    INTEGER NOT NULL REFERENCES processing_images (id) ON DELETE CASCADE,
            PRIMARY KEY (tag, user_id, created_at, image_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX processing_tags_by_time ON processing_tags (tag, created_at, image_id);
        CREATE INDEX processing_tags_by_image ON processing_tags (image_id);

        CREATE TABLE embedding_windows (
            minute  INTEGER PRIMARY KEY,
            calls   INTEGER NOT NULL
        ) STRICT;

        CREATE VIEW embedding_usage_log AS
            SELECT uuid AS id, user_id, subject AS image_id, provider, model, tokens_in,
                is_estimated AS estimated, cost_nano_usd, cost_nano_usd / 1e9 AS cost_usd,
                created_at
            FROM usage WHERE purpose = 'embedding';
        CREATE VIEW images_retry_queue AS
            SELECT j.uuid AS id, i.name AS image_id, j.run_at AS scheduled_at, j.created_at
            FROM jobs j
                JOIN processing_images i
                ON i.id = CAST(substr(j.key, length('processing-retry-') + 1) AS INTEGER)
            WHERE j.kind = 'process_image_retry' AND j.held = 'family'
                AND j.state IN ('queued', 'retrying', 'running');
        """
}
