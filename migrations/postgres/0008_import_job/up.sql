-- Imports that were asked for over HTTP. They are no part of the timeline. The file itself is on the node that was asked;
-- `beat_at` is when that node said last that it still has it. `report` holds the counts, `findings` the errors and notices,
-- so that a list of jobs stays small. `key_no`, `idempotency_key` and `digest` tell a request that is sent again.
CREATE TABLE import_job (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    format TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    force BOOLEAN NOT NULL,
    sync BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    cancelled_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    beat_at TIMESTAMPTZ NOT NULL,
    records BIGINT NOT NULL,
    read_bytes BIGINT NOT NULL,
    file_bytes BIGINT NOT NULL,
    failure TEXT,
    report TEXT,
    findings TEXT,
    key_no BIGINT NOT NULL,
    idempotency_key TEXT,
    digest TEXT NOT NULL,
    UNIQUE (key_no, idempotency_key)
);
