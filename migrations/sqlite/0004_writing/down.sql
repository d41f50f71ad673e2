DROP TABLE idempotency;
DROP TABLE lineage;
ALTER TABLE operation DROP COLUMN source;
