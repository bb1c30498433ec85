extension Migrations {
    /// The request log, the pictures kept with it, and the sessions of the admin pages.
    static let requests = """
        CREATE TABLE request_logs (
            id              INTEGER PRIMARY KEY,
            uuid            TEXT    NOT NULL UNIQUE,
            request_ts      INTEGER NOT NULL,
            service         TEXT    NOT NULL,
            status          TEXT    NOT NULL CHECK (status IN ('success', 'error')),
            error_code      TEXT,
            duration_ms     INTEGER NOT NULL,
            request_bytes   INTEGER NOT NULL,
            response_bytes  INTEGER NOT NULL,
            request_id      TEXT    NOT NULL,
            token_prefix    TEXT,
            user_email      TEXT,
            model           TEXT,
            cost_nano_usd   INTEGER NOT NULL,
            result          TEXT,
            CHECK ((status = 'success') = (error_code IS NULL))
        ) STRICT;
        CREATE INDEX request_logs_by_time
            ON request_logs (request_ts, id, service, status, duration_ms, cost_nano_usd);
        CREATE INDEX request_logs_by_service
            ON request_logs (service, request_ts, id, status, duration_ms, cost_nano_usd);
        CREATE INDEX request_logs_by_status ON request_logs (status, request_ts, id, service);
        CREATE INDEX request_logs_by_user
            ON request_logs (user_email, request_ts, id, service, status);
        CREATE INDEX request_logs_by_request ON request_logs (request_id, request_ts, id);
        CREATE TRIGGER request_logs_stay BEFORE UPDATE ON request_logs
        BEGIN SELECT RAISE(ABORT, 'a row of the request log cannot be changed'); END;

        CREATE TABLE request_images (
            id           INTEGER PRIMARY KEY,
            uuid         TEXT    NOT NULL UNIQUE,
            log_id       INTEGER NOT NULL UNIQUE REFERENCES request_logs (id),
            blob_id      INTEGER NOT NULL REFERENCES blobs (id),
            request_id   TEXT    NOT NULL,
            mime_type    TEXT    NOT NULL,
            width        INTEGER CHECK (width > 0),
            height       INTEGER CHECK (height > 0),
            created_at   INTEGER NOT NULL,
            CHECK ((width IS NULL) = (height IS NULL))
        ) STRICT;
        CREATE INDEX request_images_by_time ON request_images (created_at, id);
        CREATE INDEX request_images_by_type ON request_images (mime_type, created_at, id);
        CREATE INDEX request_images_by_request ON request_images (request_id, created_at, id);
        CREATE INDEX request_images_by_blob ON request_images (blob_id, created_at, id);

        CREATE TABLE sessions (
            hash        BLOB    PRIMARY KEY CHECK (length(hash) = 32),
            user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            created_at  INTEGER NOT NULL,
            expires_at  INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_by_user ON sessions (user_id);
        CREATE INDEX sessions_by_expiry ON sessions (expires_at);

        CREATE TABLE health (
            id          INTEGER PRIMARY KEY CHECK (id = 1),
            checked_at  INTEGER NOT NULL
        ) STRICT;
        """
}
