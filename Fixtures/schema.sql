CREATE TABLE audit (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    detail   TEXT    NOT NULL
) STRICT;

CREATE TABLE blobs (
    id             INTEGER PRIMARY KEY,
    sha256         BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    md5            BLOB    NOT NULL CHECK (length(md5) = 16),
    size           INTEGER NOT NULL CHECK (size > 0),
    media_type     TEXT    NOT NULL,
    width          INTEGER NOT NULL CHECK (width > 0),
    height         INTEGER NOT NULL CHECK (height > 0),
    phash          INTEGER NOT NULL,
    reduction      BLOB    NOT NULL CHECK (length(reduction) = 3072),
    storage        TEXT    NOT NULL CHECK (storage IN ('local', 's3')),
    key            TEXT    NOT NULL UNIQUE,
    thumbnail_key  TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE idempotency (
    scope       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    digest      BLOB    NOT NULL,
    status      INTEGER NOT NULL,
    location    TEXT,
    body        BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;

CREATE INDEX idempotency_by_time ON idempotency (created_at);

CREATE TABLE memberships (
    id            INTEGER PRIMARY KEY,
    uuid          TEXT    NOT NULL UNIQUE,
    room_id       INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    identity      TEXT    NOT NULL,
    display_name  TEXT    NOT NULL,
    folded_name   TEXT    NOT NULL,
    joined_at     INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    left_at       INTEGER,
    UNIQUE (room_id, identity)
) STRICT;

CREATE UNIQUE INDEX memberships_by_name ON memberships (room_id, folded_name)
    WHERE left_at IS NULL;

CREATE INDEX memberships_by_seen ON memberships (room_id, last_seen_at)
    WHERE left_at IS NULL;

CREATE INDEX memberships_by_time ON memberships (last_seen_at) WHERE left_at IS NULL;

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

CREATE TABLE photo_analyses (
    id                        INTEGER PRIMARY KEY,
    uuid                      TEXT    NOT NULL UNIQUE,
    stand_in                  TEXT    NOT NULL UNIQUE,
    blob_id                   INTEGER NOT NULL REFERENCES blobs (id),
    suggestions               TEXT    NOT NULL,
    suggestion_count          INTEGER NOT NULL,
    vision_model              TEXT    NOT NULL,
    vision_prompt_tokens      INTEGER NOT NULL,
    vision_completion_tokens  INTEGER NOT NULL,
    vision_total_tokens       INTEGER NOT NULL,
    vision_raw                TEXT    NOT NULL,
    caption_title             TEXT,
    caption_category          TEXT,
    caption_visible_text      TEXT,
    caption_full              TEXT,
    caption_model             TEXT,
    caption_prompt_tokens     INTEGER,
    caption_completion_tokens INTEGER,
    caption_total_tokens      INTEGER,
    caption_raw               TEXT,
    caption_generated_at      INTEGER,
    embedding_model           TEXT    NOT NULL,
    caption_slot              INTEGER UNIQUE,
    caption_embedded_at       INTEGER,
    suggestions_slot          INTEGER UNIQUE,
    suggestions_embedded_at   INTEGER,
    owner                     TEXT,
    owner_name                TEXT,
    address                   TEXT    NOT NULL,
    is_open                   INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    created_at                INTEGER NOT NULL,
    updated_at                INTEGER NOT NULL,
    expires_at                INTEGER,
    times_used                INTEGER NOT NULL DEFAULT 0,
    selected_code             TEXT,
    selected_at               INTEGER,
    reused_from               TEXT,
    CHECK ((caption_full IS NULL) = (caption_generated_at IS NULL)),
    CHECK ((caption_slot IS NULL) = (caption_embedded_at IS NULL)),
    CHECK ((suggestions_slot IS NULL) = (suggestions_embedded_at IS NULL))
) STRICT;

CREATE INDEX photo_analyses_by_blob ON photo_analyses (blob_id);

CREATE INDEX photo_analyses_by_expiry ON photo_analyses (expires_at)
    WHERE expires_at IS NOT NULL;

CREATE INDEX photo_analyses_by_model ON photo_analyses (vision_model);

CREATE INDEX photo_analyses_by_time ON photo_analyses (created_at, id);

CREATE TABLE photo_codes (
    photo_id  INTEGER NOT NULL REFERENCES photo_analyses (id) ON DELETE CASCADE,
    code      TEXT    NOT NULL,
    PRIMARY KEY (photo_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE photo_readers (
    reader    TEXT    NOT NULL,
    photo_id  INTEGER NOT NULL REFERENCES photo_analyses (id) ON DELETE CASCADE,
    is_owner  INTEGER NOT NULL CHECK (is_owner IN (0, 1)),
    since     INTEGER NOT NULL,
    PRIMARY KEY (reader, photo_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX photo_readers_by_photo ON photo_readers (photo_id);

CREATE INDEX photo_readers_by_time ON photo_readers (reader, since, photo_id);

CREATE TABLE rate_buckets (
    key         TEXT    PRIMARY KEY,
    missing     REAL    NOT NULL CHECK (missing >= 0),
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE rate_events (
    key  TEXT    NOT NULL,
    at   INTEGER NOT NULL
) STRICT;

CREATE INDEX rate_events_by_time ON rate_events (at);

CREATE TABLE rooms (
    id             INTEGER PRIMARY KEY,
    uuid           TEXT    NOT NULL UNIQUE,
    code           TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    access         TEXT    NOT NULL CHECK (access IN ('public', 'private')),
    is_active      INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    message_count  INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    value  BLOB NOT NULL
) STRICT;

CREATE TABLE settings (
    key         TEXT    PRIMARY KEY,
    value       TEXT    NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
    id          INTEGER PRIMARY KEY,
    uuid        TEXT    NOT NULL UNIQUE,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    hash        BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER
) STRICT;

CREATE INDEX tokens_by_user ON tokens (user_id);

CREATE TABLE users (
    id             INTEGER PRIMARY KEY,
    uuid           TEXT    NOT NULL UNIQUE,
    email          TEXT    NOT NULL UNIQUE,
    username       TEXT    NOT NULL,
    password_hash  TEXT,
    role           TEXT    NOT NULL CHECK (role IN ('admin', 'supervisor', 'user')),
    is_active      INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    created_at     INTEGER NOT NULL
) STRICT;
