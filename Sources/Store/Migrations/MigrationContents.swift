extension Migrations {
    /// One content for many families: any bytes as blobs, what is made of them, embeddings, the ledger.
    static let contents = """
        CREATE TABLE pictures AS SELECT * FROM blobs;
        DROP TABLE blobs;
        CREATE TABLE blobs (
            id             INTEGER PRIMARY KEY,
            sha256         BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
            md5            BLOB    NOT NULL CHECK (length(md5) = 16),
            size           INTEGER NOT NULL CHECK (size >= 0),
            media_type     TEXT    NOT NULL,
            width          INTEGER CHECK (width > 0),
            height         INTEGER CHECK (height > 0),
            phash          INTEGER,
            reduction      BLOB CHECK (length(reduction) = 3072),
            storage        TEXT    NOT NULL CHECK (storage IN ('local', 's3')),
            key            TEXT UNIQUE,
            thumbnail_key  TEXT UNIQUE,
            original_key   TEXT UNIQUE,
            CHECK ((width IS NULL) = (height IS NULL)),
            CHECK ((phash IS NULL) = (reduction IS NULL))
        ) STRICT;
        INSERT INTO blobs (id, sha256, md5, size, media_type, width, height, phash, reduction,
            storage, key, thumbnail_key)
        SELECT id, sha256, md5, size, media_type, width, height, phash, reduction,
            storage, key, thumbnail_key
        FROM pictures;
        DROP TABLE pictures;

        CREATE TABLE renditions (
            blob_id        INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
            specification  TEXT    NOT NULL,
            result_id      INTEGER NOT NULL REFERENCES blobs (id),
            PRIMARY KEY (blob_id, specification)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX renditions_by_result ON renditions (result_id);

        CREATE TABLE picture_facts (
            blob_id             INTEGER PRIMARY KEY REFERENCES blobs (id) ON DELETE CASCADE,
            palette             TEXT    NOT NULL,
            is_black_and_white  INTEGER NOT NULL CHECK (is_black_and_white IN (0, 1)),
            is_photograph       INTEGER NOT NULL CHECK (is_photograph IN (0, 1)),
            suitability         TEXT    NOT NULL,
            white_edge_score    REAL    NOT NULL
        ) STRICT;

        CREATE TABLE embeddings (
            id          INTEGER PRIMARY KEY,
            space       TEXT    NOT NULL,
            owner       TEXT    NOT NULL,
            owner_id    INTEGER NOT NULL,
            model       TEXT    NOT NULL,
            slot        INTEGER NOT NULL,
            created_at  INTEGER NOT NULL,
            UNIQUE (space, slot),
            UNIQUE (owner, owner_id, space)
        ) STRICT;
        CREATE INDEX embeddings_by_model ON embeddings (space, owner, model, owner_id);

        CREATE TABLE usage (
            id             INTEGER PRIMARY KEY,
            uuid           TEXT    NOT NULL UNIQUE,
            user_id        TEXT,
            service        TEXT    NOT NULL,
            purpose        TEXT    NOT NULL,
            subject        TEXT,
            request_id     TEXT,
            provider       TEXT    NOT NULL,
            model          TEXT    NOT NULL,
            tokens_in      INTEGER NOT NULL CHECK (tokens_in >= 0),
            tokens_out     INTEGER NOT NULL CHECK (tokens_out >= 0),
            units          INTEGER NOT NULL CHECK (units >= 0),
            is_estimated   INTEGER NOT NULL CHECK (is_estimated IN (0, 1)),
            cost_nano_usd  INTEGER NOT NULL CHECK (cost_nano_usd >= 0),
            created_at     INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX usage_by_time ON usage (created_at, id);
        CREATE INDEX usage_by_purpose ON usage
            (purpose, created_at, id, tokens_in, cost_nano_usd);
        CREATE INDEX usage_by_user ON usage
            (user_id, purpose, created_at, id, tokens_in, cost_nano_usd);
        CREATE INDEX usage_by_request ON usage (request_id) WHERE request_id IS NOT NULL;
        """
}
