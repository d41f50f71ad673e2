-- Whether an operation took a value out of all versions of the members that it wrote: their rows and documents were written
-- anew, under its number as `version.edition`.
ALTER TABLE operation ADD COLUMN redacts boolean NOT NULL DEFAULT false;
-- For SQLite, whose file is written anew behind a redaction; here that is for whoever administers the server.
ALTER TABLE dataset ADD COLUMN holds_redacted boolean NOT NULL DEFAULT false;
CREATE INDEX operation_redacts ON operation (seq) WHERE redacts;
