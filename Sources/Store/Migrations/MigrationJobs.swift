extension Migrations {
    /// Jobs, their queues and schedules.
    ///
    /// A job that may be started has a `rank`, one that waits for its time a `due_at`; all others have neither.
    /// `held` keeps children back for their turn and jobs that only their family starts.
    static let jobs = """
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
        CREATE INDEX jobs_ready ON jobs (queue, rank) WHERE rank IS NOT NULL;
        CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX jobs_held ON jobs (kind, run_at) WHERE held IS NOT NULL;
        CREATE INDEX jobs_by_state ON jobs (state, queue);
        CREATE INDEX jobs_by_owner ON jobs (owner) WHERE owner IS NOT NULL;
        CREATE INDEX jobs_by_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX jobs_by_key ON jobs (key) WHERE key IS NOT NULL;
        CREATE INDEX jobs_by_file ON jobs (file) WHERE file IS NOT NULL;
        CREATE INDEX jobs_by_lease ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;
        CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;

        CREATE TABLE job_log (
            job_id    INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
            sequence  INTEGER NOT NULL,
            at        INTEGER NOT NULL,
            line      TEXT    NOT NULL,
            PRIMARY KEY (job_id, sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job_counts (
            queue  TEXT    NOT NULL,
            state  TEXT    NOT NULL,
            count  INTEGER NOT NULL DEFAULT 0 CHECK (count >= 0),
            PRIMARY KEY (queue, state)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE queues (
            name       TEXT    PRIMARY KEY,
            is_paused  INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1))
        ) STRICT;
        INSERT INTO queues (name) VALUES ('high_priority'), ('normal'), ('batch'), ('ml_training');
        INSERT INTO job_counts (queue, state)
            SELECT name, state FROM queues CROSS JOIN (
                SELECT 'queued' AS state UNION ALL SELECT 'running' UNION ALL SELECT 'retrying'
                UNION ALL SELECT 'succeeded' UNION ALL SELECT 'failed'
                UNION ALL SELECT 'cancelled');
        CREATE TRIGGER jobs_counted_in AFTER INSERT ON jobs BEGIN
            UPDATE job_counts SET count = count + 1 WHERE queue = new.queue AND state = new.state;
        END;
        CREATE TRIGGER jobs_counted AFTER UPDATE OF state ON jobs WHEN new.state <> old.state BEGIN
            UPDATE job_counts SET count = count - 1 WHERE queue = old.queue AND state = old.state;
            UPDATE job_counts SET count = count + 1 WHERE queue = new.queue AND state = new.state;
        END;
        CREATE TRIGGER jobs_counted_out AFTER DELETE ON jobs BEGIN
            UPDATE job_counts SET count = count - 1 WHERE queue = old.queue AND state = old.state;
        END;

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
        """
}
