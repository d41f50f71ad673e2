-- Imported rows that tell of one happening from several sides, by the name that their file gives it. `opposes` are those
-- against the others.
CREATE TABLE import_group (
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    opposes BOOLEAN NOT NULL,
    PRIMARY KEY (scheme, id)
);

CREATE INDEX import_group_name ON import_group (scheme, name);
