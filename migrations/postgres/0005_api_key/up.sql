-- Keys by which clients are known. They are no part of the timeline: they take no number of an operation and have no
-- versions. The key itself is nowhere: `hash` is its SHA-256. Rows are never deleted, since operations may name them.
CREATE TABLE api_key (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    scopes TEXT NOT NULL,
    label TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
