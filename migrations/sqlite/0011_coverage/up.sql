-- What a source monitors: places, from a day to a day, both included. Categories and issues are lists as JSON text.
CREATE TABLE source_coverage (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    location_no INTEGER NOT NULL REFERENCES entity (no),
    from_day TEXT NOT NULL,
    to_day TEXT,
    categories TEXT NOT NULL,
    issues TEXT NOT NULL,
    note TEXT,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;
