-- The source that gave occasion to an operation, as whoever did it named it.
ALTER TABLE operation ADD COLUMN source TEXT;

-- What took the place of a member that ceased by a merge (one) or a split (several), in order.
CREATE TABLE lineage (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    into_no INTEGER NOT NULL REFERENCES entity (no),
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

-- Idempotency keys that clients sent, with what came of it, so that the same request is answered alike on every node.
-- Rows older than a day are dropped.
CREATE TABLE idempotency (
    key_no INTEGER NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (key_no, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);
