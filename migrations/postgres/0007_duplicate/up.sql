-- Pairs of events that may be one, as they were compared last: `low_version` and `high_version` are what was compared. What
-- was accepted is told by the lineage of the two, what was rejected stands here. Like keys they are no part of the timeline.
CREATE TABLE duplicate (
    id UUID PRIMARY KEY,
    low UUID NOT NULL REFERENCES entity (id),
    high UUID NOT NULL REFERENCES entity (id),
    low_version BIGINT NOT NULL REFERENCES version (no),
    high_version BIGINT NOT NULL REFERENCES version (no),
    seq BIGINT NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 1000),
    reasons TEXT NOT NULL,
    rejected_at TIMESTAMPTZ,
    rejected_by TEXT,
    rejected_reason TEXT,
    rejected_source TEXT
);
CREATE INDEX duplicate_low ON duplicate (low);
CREATE INDEX duplicate_high ON duplicate (high);

-- How far the log has been looked through for them: one row, and none before the first operation.
CREATE TABLE duplicate_progress (
    id SMALLINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
