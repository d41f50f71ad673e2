-- Imported rows that tell of one happening from several sides, by the name that their file gives it. `opposes` are those
-- against the others.
CREATE TABLE import_group (
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    opposes INTEGER NOT NULL CHECK (opposes IN (0, 1)),
    PRIMARY KEY (scheme, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_group_name ON import_group (scheme, name);
