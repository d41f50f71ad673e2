-- Whether an operation took a value out of all versions of the members that it wrote: their rows and documents were written
-- anew, under its number as `version.edition`.
ALTER TABLE operation ADD COLUMN redacts INTEGER NOT NULL DEFAULT 0 CHECK (redacts IN (0, 1));
-- Whether the file may still hold bytes of what was taken out, since it was not written anew behind it.
ALTER TABLE dataset ADD COLUMN holds_redacted INTEGER NOT NULL DEFAULT 0 CHECK (holds_redacted IN (0, 1));
CREATE INDEX operation_redacts ON operation (seq) WHERE redacts = 1;
