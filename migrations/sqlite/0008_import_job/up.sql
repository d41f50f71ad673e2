-- Imports that were asked for over HTTP. They are no part of the timeline. The file itself is on the node that was asked;
-- `beat_at` is when that node said last that it still has it. `report` holds the counts, `findings` the errors and notices,
-- so that a list of jobs stays small. `key_no`, `idempotency_key` and `digest` tell a request that is sent again.
CREATE TABLE import_job (
    no INTEGER PRIMARY KEY NOT NULL,
    id BLOB NOT NULL UNIQUE,
    format TEXT NOT NULL,
    dry_run INTEGER NOT NULL CHECK (dry_run IN (0, 1)),
    force INTEGER NOT NULL CHECK (force IN (0, 1)),
    sync INTEGER NOT NULL CHECK (sync IN (0, 1)),
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    cancelled_at INTEGER,
    finished_at INTEGER,
    beat_at INTEGER NOT NULL,
    records INTEGER NOT NULL,
    read_bytes INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL,
    failure TEXT,
    report TEXT,
    findings TEXT,
    key_no INTEGER NOT NULL,
    idempotency_key TEXT,
    digest TEXT NOT NULL,
    UNIQUE (key_no, idempotency_key)
) STRICT;
