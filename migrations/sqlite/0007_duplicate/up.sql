-- Pairs of events that may be one, as they were compared last: `low_version` and `high_version` are what was compared. What
-- was accepted is told by the lineage of the two, what was rejected stands here. Like keys they are no part of the timeline.
CREATE TABLE duplicate (
    id BLOB PRIMARY KEY NOT NULL,
    low BLOB NOT NULL REFERENCES entity (id),
    high BLOB NOT NULL REFERENCES entity (id),
    low_version INTEGER NOT NULL REFERENCES version (no),
    high_version INTEGER NOT NULL REFERENCES version (no),
    seq INTEGER NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 1000),
    reasons TEXT NOT NULL,
    rejected_at INTEGER,
    rejected_by TEXT,
    rejected_reason TEXT,
    rejected_source TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_low ON duplicate (low);
CREATE INDEX duplicate_high ON duplicate (high);

-- How far the log has been looked through for them: one row, and none before the first operation.
CREATE TABLE duplicate_progress (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
