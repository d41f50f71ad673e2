-- Subscriptions to the change log. They are no part of the timeline. `position` is the operation up to which everything was
-- delivered, or passed because it does not match, in `epoch`. `revision` counts the changes by administrators, so that a delivery
-- that was begun before one does not undo it. `key_no` is the key of whoever answers for it. `secret` signs; `previous_secret` does
-- so too until `previous_until`. Whoever holds the lease delivers.
CREATE TABLE webhook (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    name TEXT,
    url TEXT NOT NULL,
    filter TEXT NOT NULL,
    restricted BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    key_no BIGINT NOT NULL REFERENCES api_key (no),
    secret BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    revision BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    stopped TEXT,
    failures INTEGER NOT NULL,
    given_up INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    last_success_at TIMESTAMPTZ,
    last_failure_at TIMESTAMPTZ,
    lease_node UUID,
    lease_until TIMESTAMPTZ
);

-- A message of a webhook that failed: it is tried again, or was given up at `given_up_at`. One that is delivered after all goes.
CREATE TABLE webhook_failure (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_no BIGINT NOT NULL REFERENCES webhook (no) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    first_attempt_at TIMESTAMPTZ NOT NULL,
    last_attempt_at TIMESTAMPTZ NOT NULL,
    given_up_at TIMESTAMPTZ,
    status INTEGER,
    error TEXT NOT NULL,
    UNIQUE (webhook_no, epoch, seq)
);
