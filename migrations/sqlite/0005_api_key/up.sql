-- Keys by which clients are known. They are no part of the timeline: they take no number of an operation and have no
-- versions. The key itself is nowhere: `hash` is its SHA-256. Rows are never deleted, since operations may name them.
CREATE TABLE api_key (
    no INTEGER PRIMARY KEY NOT NULL,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    scopes TEXT NOT NULL,
    label TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;
