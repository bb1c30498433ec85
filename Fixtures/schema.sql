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

CREATE VIEW embedding_usage_log AS
    SELECT uuid AS id, user_id, subject AS image_id, provider, model, tokens_in,
        is_estimated AS estimated, cost_nano_usd, cost_nano_usd / 1e9 AS cost_usd,
        created_at
    FROM usage WHERE purpose = 'embedding';

CREATE TABLE embedding_windows (
    minute  INTEGER PRIMARY KEY,
    calls   INTEGER NOT NULL
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

CREATE INDEX gallery_images_by_blob ON gallery_images (blob_id)
    WHERE blob_id IS NOT NULL;

CREATE INDEX gallery_images_by_deletion ON gallery_images (deleted_at)
    WHERE deleted_at IS NOT NULL;

CREATE INDEX gallery_images_by_ingest ON gallery_images (ingest_status)
    WHERE ingest_status IN ('queued', 'running');

CREATE INDEX gallery_images_by_intent
    ON gallery_images (intent, is_deleted, created_at, uuid, owner_key)
    WHERE intent IS NOT NULL;

CREATE INDEX gallery_images_by_message
    ON gallery_images (message_id, is_deleted, created_at, uuid, owner_key)
    WHERE message_id IS NOT NULL;

CREATE INDEX gallery_images_by_owner
    ON gallery_images (owner_key, is_deleted, created_at, uuid);

CREATE INDEX gallery_images_by_session
    ON gallery_images (session_id, is_deleted, created_at, uuid, owner_key)
    WHERE session_id IS NOT NULL;

CREATE INDEX gallery_images_by_time
    ON gallery_images (is_deleted, created_at, uuid);

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

CREATE TABLE health (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at  INTEGER NOT NULL
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

CREATE VIEW images_retry_queue AS
    SELECT j.uuid AS id, i.name AS image_id, j.run_at AS scheduled_at, j.created_at
    FROM jobs j
        JOIN processing_images i
        ON i.id = CAST(substr(j.key, length('processing-retry-') + 1) AS INTEGER)
    WHERE j.kind = 'process_image_retry' AND j.held = 'family'
        AND j.state IN ('queued', 'retrying', 'running');

CREATE TABLE job_counts (
    queue  TEXT    NOT NULL,
    state  TEXT    NOT NULL,
    count  INTEGER NOT NULL DEFAULT 0 CHECK (count >= 0),
    PRIMARY KEY (queue, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_log (
    job_id    INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    sequence  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    line      TEXT    NOT NULL,
    PRIMARY KEY (job_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id              INTEGER PRIMARY KEY,
    uuid            TEXT    NOT NULL UNIQUE,
    kind            TEXT    NOT NULL,
    arguments       TEXT    NOT NULL,
    queue           TEXT    NOT NULL
        CHECK (queue IN ('high_priority', 'normal', 'batch', 'ml_training')),
    priority        INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
    state           TEXT    NOT NULL CHECK (state IN
        ('queued', 'running', 'retrying', 'succeeded', 'failed', 'cancelled')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    max_attempts    INTEGER NOT NULL,
    run_at          INTEGER NOT NULL,
    is_absolute     INTEGER NOT NULL CHECK (is_absolute IN (0, 1)),
    queued_at       INTEGER NOT NULL,
    rank            INTEGER,
    due_at          INTEGER,
    held            TEXT    CHECK (held IN ('turn', 'family')),
    key             TEXT,
    file            TEXT,
    owner           TEXT,
    parent_id       INTEGER REFERENCES jobs (id) ON DELETE CASCADE,
    children_total  INTEGER,
    children_left   INTEGER,
    lease_owner     TEXT,
    lease_until     INTEGER,
    progress_stage  TEXT,
    progress_percent INTEGER,
    progress_done   INTEGER,
    progress_total  INTEGER,
    result          TEXT,
    error           TEXT,
    sequence        INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER,
    CHECK (rank IS NULL OR due_at IS NULL)
) STRICT;

CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE INDEX jobs_by_file ON jobs (file) WHERE file IS NOT NULL;

CREATE INDEX jobs_by_key ON jobs (key) WHERE key IS NOT NULL;

CREATE INDEX jobs_by_lease ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE INDEX jobs_by_owner ON jobs (owner) WHERE owner IS NOT NULL;

CREATE INDEX jobs_by_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL;

CREATE INDEX jobs_by_state ON jobs (state, queue);

CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX jobs_held ON jobs (kind, run_at) WHERE held IS NOT NULL;

CREATE INDEX jobs_ready ON jobs (queue, rank) WHERE rank IS NOT NULL;

CREATE TRIGGER jobs_counted AFTER UPDATE OF state ON jobs WHEN new.state <> old.state BEGIN
    UPDATE job_counts SET count = count - 1 WHERE queue = old.queue AND state = old.state;
    UPDATE job_counts SET count = count + 1 WHERE queue = new.queue AND state = new.state;
END;

CREATE TRIGGER jobs_counted_in AFTER INSERT ON jobs BEGIN
    UPDATE job_counts SET count = count + 1 WHERE queue = new.queue AND state = new.state;
END;

CREATE TRIGGER jobs_counted_out AFTER DELETE ON jobs BEGIN
    UPDATE job_counts SET count = count - 1 WHERE queue = old.queue AND state = old.state;
END;

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

CREATE TABLE photos (
    id          INTEGER PRIMARY KEY,
    uuid        TEXT    NOT NULL UNIQUE,
    user_id     TEXT    NOT NULL REFERENCES users (uuid),
    blob_id     INTEGER NOT NULL REFERENCES blobs (id),
    created_at  INTEGER NOT NULL,
    UNIQUE (user_id, blob_id)
) STRICT;

CREATE INDEX photos_by_blob ON photos (blob_id);

CREATE INDEX photos_by_user ON photos (user_id, created_at, id);

CREATE TABLE picture_facts (
    blob_id             INTEGER PRIMARY KEY REFERENCES blobs (id) ON DELETE CASCADE,
    palette             TEXT    NOT NULL,
    is_black_and_white  INTEGER NOT NULL CHECK (is_black_and_white IN (0, 1)),
    is_photograph       INTEGER NOT NULL CHECK (is_photograph IN (0, 1)),
    suitability         TEXT    NOT NULL,
    white_edge_score    REAL    NOT NULL
) STRICT;

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

CREATE INDEX processing_images_at_work ON processing_images (id)
    WHERE status = 'processing';

CREATE INDEX processing_images_by_blob ON processing_images (blob_id)
    WHERE blob_id IS NOT NULL;

CREATE INDEX processing_images_by_thumbnail ON processing_images (thumbnail_id)
    WHERE thumbnail_id IS NOT NULL;

CREATE INDEX processing_images_by_time ON processing_images
    (created_at, id, status, provider);

CREATE INDEX processing_images_by_user ON processing_images
    (user_id, created_at, id, status, provider);

CREATE TABLE processing_tags (
    tag         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    image_id    INTEGER NOT NULL REFERENCES processing_images (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, user_id, created_at, image_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX processing_tags_by_image ON processing_tags (image_id);

CREATE INDEX processing_tags_by_time ON processing_tags (tag, created_at, image_id);

CREATE TABLE queues (
    name       TEXT    PRIMARY KEY,
    is_paused  INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1))
) STRICT;

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

CREATE TABLE renditions (
    blob_id        INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    specification  TEXT    NOT NULL,
    result_id      INTEGER NOT NULL REFERENCES blobs (id),
    PRIMARY KEY (blob_id, specification)
) STRICT, WITHOUT ROWID;

CREATE INDEX renditions_by_result ON renditions (result_id);

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

CREATE INDEX request_images_by_blob ON request_images (blob_id, created_at, id);

CREATE INDEX request_images_by_request ON request_images (request_id, created_at, id);

CREATE INDEX request_images_by_time ON request_images (created_at, id);

CREATE INDEX request_images_by_type ON request_images (mime_type, created_at, id);

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

CREATE INDEX request_logs_by_request ON request_logs (request_id, request_ts, id);

CREATE INDEX request_logs_by_service
    ON request_logs (service, request_ts, id, status, duration_ms, cost_nano_usd);

CREATE INDEX request_logs_by_status ON request_logs (status, request_ts, id, service);

CREATE INDEX request_logs_by_time
    ON request_logs (request_ts, id, service, status, duration_ms, cost_nano_usd);

CREATE INDEX request_logs_by_user
    ON request_logs (user_email, request_ts, id, service, status);

CREATE TRIGGER request_logs_stay BEFORE UPDATE ON request_logs
BEGIN SELECT RAISE(ABORT, 'a row of the request log cannot be changed'); END;

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

CREATE TABLE schedules (
    name       TEXT    PRIMARY KEY,
    kind       TEXT    NOT NULL,
    arguments  TEXT    NOT NULL,
    queue      TEXT    NOT NULL REFERENCES queues (name),
    timing     TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    is_paused  INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)),
    last_run   INTEGER,
    last_job   TEXT,
    next_run   INTEGER
) STRICT;

CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    value  BLOB NOT NULL
) STRICT;

CREATE TABLE sessions (
    hash        BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE INDEX sessions_by_user ON sessions (user_id);

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

CREATE INDEX usage_by_purpose ON usage
    (purpose, created_at, id, tokens_in, cost_nano_usd);

CREATE INDEX usage_by_request ON usage (request_id) WHERE request_id IS NOT NULL;

CREATE INDEX usage_by_time ON usage (created_at, id);

CREATE INDEX usage_by_user ON usage
    (user_id, purpose, created_at, id, tokens_in, cost_nano_usd);

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
