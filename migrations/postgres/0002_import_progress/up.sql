-- How far the import of each format has come that told last, for those who watch it from outside; it has no history.
CREATE TABLE import_progress (
    format TEXT NOT NULL PRIMARY KEY,
    records BIGINT NOT NULL,
    read_bytes BIGINT NOT NULL,
    file_bytes BIGINT NOT NULL,
    told_at TIMESTAMPTZ NOT NULL
);
