-- The timeline. Every version of everything is kept: rows are appended, and the only column ever updated outside
-- `dataset` and `import_record` is `version.seq_to`, once, when a newer version supersedes this one.

-- Instants are integers: microseconds since 1970-01-01T00:00:00Z. Ids are the 16 bytes of a UUID.
-- STRICT refuses a value of another type; WITHOUT ROWID keeps the rows of one version together.

-- One row. Whoever writes locks it first, so numbers are given in commit order, whatever node writes.
CREATE TABLE dataset (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    dataset_id BLOB NOT NULL,
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    seq INTEGER NOT NULL CHECK (seq >= 0),
    recorded_at INTEGER NOT NULL,
    last_entity_no INTEGER NOT NULL,
    last_version_no INTEGER NOT NULL
) STRICT;

-- One accepted operation; a merge that touches three entities is one.
CREATE TABLE operation (
    seq INTEGER PRIMARY KEY NOT NULL,
    recorded_at INTEGER NOT NULL,
    reason TEXT,
    made_by TEXT
) STRICT;
CREATE INDEX operation_recorded_at ON operation (recorded_at);

CREATE TABLE entity (
    no INTEGER PRIMARY KEY NOT NULL,
    resource TEXT NOT NULL CHECK (resource IN ('event', 'actor', 'location', 'source', 'campaign', 'timeline')),
    id BLOB NOT NULL UNIQUE,
    slug TEXT,
    created_seq INTEGER NOT NULL REFERENCES operation (seq),
    UNIQUE (resource, slug)
) STRICT;

CREATE TABLE version (
    no INTEGER PRIMARY KEY NOT NULL,
    entity_no INTEGER NOT NULL REFERENCES entity (no),
    revision INTEGER NOT NULL CHECK (revision > 0),
    seq INTEGER NOT NULL REFERENCES operation (seq),
    seq_to INTEGER CHECK (seq_to > seq),
    kind TEXT NOT NULL
        CHECK (kind IN ('created', 'corrected', 'merged', 'split', 'retracted', 'restored', 'redacted')),
    UNIQUE (entity_no, revision)
) STRICT;
CREATE INDEX version_seq ON version (seq);

-- What readers are given, ready made. `key` follows an event's start, so that a page of a timeline lies together.
-- `audience`: 0 everybody, 1 the public where a privacy policy applies, 2 holders of `read:restricted` there.
CREATE TABLE document (
    key INTEGER PRIMARY KEY NOT NULL,
    version_no INTEGER NOT NULL REFERENCES version (no),
    audience INTEGER NOT NULL CHECK (audience IN (0, 1, 2)),
    body TEXT NOT NULL,
    UNIQUE (version_no, audience)
) STRICT;

CREATE TABLE alias (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE external_id (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX external_id_scheme_id ON external_id (scheme, id);

CREATE TABLE actor_version (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> 'person'),
    parent_no INTEGER REFERENCES entity (no)
) STRICT;

CREATE TABLE location_version (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_no INTEGER REFERENCES entity (no),
    country TEXT,
    admin1 TEXT,
    lat REAL CHECK (lat BETWEEN -90 AND 90),
    lon REAL CHECK (lon BETWEEN -180 AND 180),
    radius_m REAL CHECK (radius_m >= 0),
    time_zone TEXT,
    CHECK ((lat IS NULL) = (lon IS NULL))
) STRICT;

CREATE TABLE source_version (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    publisher TEXT NOT NULL,
    title TEXT,
    url TEXT,
    kind TEXT NOT NULL,
    scale TEXT,
    language TEXT,
    published_at TEXT,
    retrieved_at TEXT,
    archive_url TEXT,
    content_hash TEXT,
    syndicated_from_no INTEGER REFERENCES entity (no)
) STRICT;

CREATE TABLE campaign_version (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    name TEXT NOT NULL,
    description TEXT,
    start_edtf TEXT,
    start_earliest INTEGER,
    start_latest INTEGER,
    end_edtf TEXT,
    end_earliest INTEGER,
    end_latest INTEGER,
    time_zone TEXT
) STRICT;

CREATE TABLE timeline_version (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    title TEXT NOT NULL,
    description TEXT,
    language TEXT,
    query TEXT,
    cover TEXT
) STRICT;

CREATE TABLE timeline_entry (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    event_no INTEGER NOT NULL REFERENCES entity (no),
    caption TEXT,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_version (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    verification TEXT NOT NULL,
    verification_by TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT,
    language TEXT,
    start_edtf TEXT,
    start_earliest INTEGER,
    start_latest INTEGER,
    end_edtf TEXT,
    end_earliest INTEGER,
    end_latest INTEGER,
    time_zone TEXT,
    CHECK ((start_edtf IS NULL) = (start_earliest IS NULL) AND (start_edtf IS NULL) = (start_latest IS NULL)),
    CHECK ((end_edtf IS NULL) = (end_earliest IS NULL) AND (end_edtf IS NULL) = (end_latest IS NULL)),
    CHECK (start_earliest <= start_latest AND end_earliest <= end_latest)
) STRICT;

CREATE TABLE event_tactic (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_translation (
    version_no INTEGER NOT NULL REFERENCES version (no),
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT,
    PRIMARY KEY (version_no, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_place (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    location_no INTEGER NOT NULL REFERENCES entity (no),
    role TEXT NOT NULL,
    lat REAL CHECK (lat BETWEEN -90 AND 90),
    lon REAL CHECK (lon BETWEEN -180 AND 180),
    precision TEXT NOT NULL,
    radius_m REAL CHECK (radius_m >= 0),
    PRIMARY KEY (version_no, position),
    CHECK ((lat IS NULL) = (lon IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE event_actor (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    actor_no INTEGER NOT NULL REFERENCES entity (no),
    role TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_issue (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    issue TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_demand (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    summary TEXT NOT NULL,
    stance TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_demand_words (
    version_no INTEGER NOT NULL,
    demand INTEGER NOT NULL,
    position INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (version_no, demand, position),
    FOREIGN KEY (version_no, demand) REFERENCES event_demand (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_campaign (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    campaign_no INTEGER NOT NULL REFERENCES entity (no),
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_source (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    source_no INTEGER NOT NULL REFERENCES entity (no),
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

-- Crowd sizes are people; `size_order` is CCC's `size_cat`.
CREATE TABLE event_size (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    words TEXT,
    low INTEGER CHECK (low >= 0),
    high INTEGER CHECK (high >= low),
    best INTEGER CHECK (best >= 0),
    basis TEXT NOT NULL,
    rule TEXT,
    size_order INTEGER NOT NULL CHECK (size_order BETWEEN 0 AND 4)
) STRICT;

-- One row for each number that was reported, such as `arrests` or `injuries.police`.
CREATE TABLE event_count (
    version_no INTEGER NOT NULL REFERENCES version (no),
    measure TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('none', 'some', 'number')),
    low INTEGER,
    high INTEGER,
    PRIMARY KEY (version_no, measure)
) STRICT, WITHOUT ROWID;

-- What was done, in words; `side` is property_damage, participant_measures or police_measures.
CREATE TABLE event_measure (
    version_no INTEGER NOT NULL REFERENCES version (no),
    side TEXT NOT NULL,
    position INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (version_no, side, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    id BLOB NOT NULL,
    source_no INTEGER NOT NULL REFERENCES entity (no),
    field TEXT NOT NULL,
    about_no INTEGER REFERENCES entity (no),
    value TEXT NOT NULL,
    quote TEXT,
    locator TEXT,
    confidence TEXT,
    attributed_to TEXT,
    disputes BLOB,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_link (
    version_no INTEGER NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    relation TEXT NOT NULL,
    object_no INTEGER NOT NULL REFERENCES entity (no),
    confidence TEXT,
    evidence_id BLOB,
    PRIMARY KEY (version_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_privacy (
    version_no INTEGER PRIMARY KEY NOT NULL REFERENCES version (no),
    place TEXT,
    time TEXT,
    embargo INTEGER NOT NULL,
    reason TEXT,
    public_title TEXT,
    public_summary TEXT
) STRICT;

-- What an imported row said when it was last taken over: an unchanged row is skipped whatever its event says now, and a
-- changed one is not written over an event that has been edited since `revision`.
CREATE TABLE import_record (
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    entity_no INTEGER NOT NULL REFERENCES entity (no),
    revision INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (scheme, id)
) STRICT, WITHOUT ROWID;
