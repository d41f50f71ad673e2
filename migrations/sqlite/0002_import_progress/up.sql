-- How far the import of each format has come that told last, for those who watch it from outside; it has no history.
CREATE TABLE import_progress (
    format TEXT NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL,
    read_bytes INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL,
    told_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
