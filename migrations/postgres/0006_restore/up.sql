-- Backups that were restored, each of which began an epoch. The numbers between `from_seq`, the newest operation of the
-- backup, and `to_seq`, behind which the epoch goes on, are those of operations that are lost, or that never were.
CREATE TABLE restore (
    epoch BIGINT PRIMARY KEY CHECK (epoch > 1),
    from_seq BIGINT NOT NULL UNIQUE CHECK (from_seq >= 0),
    to_seq BIGINT NOT NULL UNIQUE CHECK (to_seq > from_seq),
    restored_at TIMESTAMPTZ NOT NULL
);
