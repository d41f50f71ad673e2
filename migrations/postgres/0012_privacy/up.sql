-- Whether the public is told of a member though nothing public names it.
ALTER TABLE entity ADD COLUMN openly BOOLEAN NOT NULL DEFAULT TRUE;
-- The operation that wrote the documents of an earlier version anew, because another policy governs it now.
ALTER TABLE version ADD COLUMN edition BIGINT REFERENCES operation (seq) CHECK (edition > seq);
CREATE INDEX version_edition ON version (edition) WHERE edition IS NOT NULL;
