DROP INDEX operation_redacts;
ALTER TABLE dataset DROP COLUMN holds_redacted;
ALTER TABLE operation DROP COLUMN redacts;
