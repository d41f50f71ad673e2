-- Subscriptions to the change log. They are no part of the timeline. `position` is the operation up to which everything was
-- delivered, or passed because it does not match, in `epoch`. `revision` counts the changes by administrators, so that a delivery
-- that was begun before one does not undo it. `key_no` is the key of whoever answers for it. `secret` signs; `previous_secret` does
-- so too until `previous_until`. Whoever holds the lease delivers.
CREATE TABLE webhook (
    no INTEGER PRIMARY KEY NOT NULL,
    id BLOB NOT NULL UNIQUE,
    name TEXT,
    url TEXT NOT NULL,
    filter TEXT NOT NULL,
    restricted INTEGER NOT NULL CHECK (restricted IN (0, 1)),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    key_no INTEGER NOT NULL REFERENCES api_key (no),
    secret BLOB NOT NULL,
    previous_secret BLOB,
    previous_until INTEGER,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    position INTEGER NOT NULL,
    stopped TEXT,
    failures INTEGER NOT NULL,
    given_up INTEGER NOT NULL,
    next_attempt_at INTEGER,
    last_success_at INTEGER,
    last_failure_at INTEGER,
    lease_node BLOB,
    lease_until INTEGER
);

-- A message of a webhook that failed: it is tried again, or was given up at `given_up_at`. One that is delivered after all goes.
CREATE TABLE webhook_failure (
    no INTEGER PRIMARY KEY NOT NULL,
    webhook_no INTEGER NOT NULL REFERENCES webhook (no) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    first_attempt_at INTEGER NOT NULL,
    last_attempt_at INTEGER NOT NULL,
    given_up_at INTEGER,
    status INTEGER,
    error TEXT NOT NULL,
    UNIQUE (webhook_no, epoch, seq)
);
