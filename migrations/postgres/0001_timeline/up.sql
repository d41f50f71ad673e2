-- The timeline. Every version of everything is kept: rows are appended, and the only column ever updated outside
-- `dataset` and `import_record` is `version.seq_to`, once, when a newer version supersedes this one.

-- One row. Whoever writes locks it first, so numbers are given in commit order, whatever node writes.
CREATE TABLE dataset (
    id SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    dataset_id UUID NOT NULL,
    epoch BIGINT NOT NULL CHECK (epoch > 0),
    seq BIGINT NOT NULL CHECK (seq >= 0),
    recorded_at TIMESTAMPTZ NOT NULL,
    last_entity_no BIGINT NOT NULL,
    last_version_no BIGINT NOT NULL
);

-- One accepted operation; a merge that touches three entities is one.
CREATE TABLE operation (
    seq BIGINT PRIMARY KEY,
    recorded_at TIMESTAMPTZ NOT NULL,
    reason TEXT,
    made_by TEXT
);
CREATE INDEX operation_recorded_at ON operation (recorded_at);

CREATE TABLE entity (
    no BIGINT PRIMARY KEY,
    resource TEXT NOT NULL CHECK (resource IN ('event', 'actor', 'location', 'source', 'campaign', 'timeline')),
    id UUID NOT NULL UNIQUE,
    slug TEXT,
    created_seq BIGINT NOT NULL REFERENCES operation (seq),
    UNIQUE (resource, slug)
);

CREATE TABLE version (
    no BIGINT PRIMARY KEY,
    entity_no BIGINT NOT NULL REFERENCES entity (no),
    revision INTEGER NOT NULL CHECK (revision > 0),
    seq BIGINT NOT NULL REFERENCES operation (seq),
    seq_to BIGINT CHECK (seq_to > seq),
    kind TEXT NOT NULL
        CHECK (kind IN ('created', 'corrected', 'merged', 'split', 'retracted', 'restored', 'redacted')),
    UNIQUE (entity_no, revision)
);
CREATE INDEX version_seq ON version (seq);

-- What readers are given, ready made. `key` follows an event's start, so that a page of a timeline lies together.
-- `audience`: 0 everybody, 1 the public where a privacy policy applies, 2 holders of `read:restricted` there.
CREATE TABLE document (
    key BIGINT PRIMARY KEY,
    version_no BIGINT NOT NULL REFERENCES version (no),
    audience SMALLINT NOT NULL CHECK (audience IN (0, 1, 2)),
    body TEXT NOT NULL,
    UNIQUE (version_no, audience)
);

CREATE TABLE alias (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE external_id (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
);
CREATE INDEX external_id_scheme_id ON external_id (scheme, id);

CREATE TABLE actor_version (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> 'person'),
    parent_no BIGINT REFERENCES entity (no)
);

CREATE TABLE location_version (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_no BIGINT REFERENCES entity (no),
    country TEXT,
    admin1 TEXT,
    lat DOUBLE PRECISION CHECK (lat BETWEEN -90 AND 90),
    lon DOUBLE PRECISION CHECK (lon BETWEEN -180 AND 180),
    radius_m DOUBLE PRECISION CHECK (radius_m >= 0),
    time_zone TEXT,
    CHECK ((lat IS NULL) = (lon IS NULL))
);

CREATE TABLE source_version (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
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
    syndicated_from_no BIGINT REFERENCES entity (no)
);

CREATE TABLE campaign_version (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
    name TEXT NOT NULL,
    description TEXT,
    start_edtf TEXT,
    start_earliest TIMESTAMPTZ,
    start_latest TIMESTAMPTZ,
    end_edtf TEXT,
    end_earliest TIMESTAMPTZ,
    end_latest TIMESTAMPTZ,
    time_zone TEXT
);

CREATE TABLE timeline_version (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
    title TEXT NOT NULL,
    description TEXT,
    language TEXT,
    query TEXT,
    cover TEXT
);

CREATE TABLE timeline_entry (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    event_no BIGINT NOT NULL REFERENCES entity (no),
    caption TEXT,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_version (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    verification TEXT NOT NULL,
    verification_by TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT,
    language TEXT,
    start_edtf TEXT,
    start_earliest TIMESTAMPTZ,
    start_latest TIMESTAMPTZ,
    end_edtf TEXT,
    end_earliest TIMESTAMPTZ,
    end_latest TIMESTAMPTZ,
    time_zone TEXT,
    CHECK ((start_edtf IS NULL) = (start_earliest IS NULL) AND (start_edtf IS NULL) = (start_latest IS NULL)),
    CHECK ((end_edtf IS NULL) = (end_earliest IS NULL) AND (end_edtf IS NULL) = (end_latest IS NULL)),
    CHECK (start_earliest <= start_latest AND end_earliest <= end_latest)
);

CREATE TABLE event_tactic (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_translation (
    version_no BIGINT NOT NULL REFERENCES version (no),
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT,
    PRIMARY KEY (version_no, language)
);

CREATE TABLE event_place (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    location_no BIGINT NOT NULL REFERENCES entity (no),
    role TEXT NOT NULL,
    lat DOUBLE PRECISION CHECK (lat BETWEEN -90 AND 90),
    lon DOUBLE PRECISION CHECK (lon BETWEEN -180 AND 180),
    precision TEXT NOT NULL,
    radius_m DOUBLE PRECISION CHECK (radius_m >= 0),
    PRIMARY KEY (version_no, position),
    CHECK ((lat IS NULL) = (lon IS NULL))
);

CREATE TABLE event_actor (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    actor_no BIGINT NOT NULL REFERENCES entity (no),
    role TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_issue (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    issue TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_demand (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    summary TEXT NOT NULL,
    stance TEXT NOT NULL,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_demand_words (
    version_no BIGINT NOT NULL,
    demand INTEGER NOT NULL,
    position INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (version_no, demand, position),
    FOREIGN KEY (version_no, demand) REFERENCES event_demand (version_no, position)
);

CREATE TABLE event_campaign (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    campaign_no BIGINT NOT NULL REFERENCES entity (no),
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_source (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    source_no BIGINT NOT NULL REFERENCES entity (no),
    PRIMARY KEY (version_no, position)
);

-- Crowd sizes are people; `size_order` is CCC's `size_cat`.
CREATE TABLE event_size (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
    words TEXT,
    low BIGINT CHECK (low >= 0),
    high BIGINT CHECK (high >= low),
    best BIGINT CHECK (best >= 0),
    basis TEXT NOT NULL,
    rule TEXT,
    size_order INTEGER NOT NULL CHECK (size_order BETWEEN 0 AND 4)
);

-- One row for each number that was reported, such as `arrests` or `injuries.police`.
CREATE TABLE event_count (
    version_no BIGINT NOT NULL REFERENCES version (no),
    measure TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('none', 'some', 'number')),
    low BIGINT,
    high BIGINT,
    PRIMARY KEY (version_no, measure)
);

-- What was done, in words; `side` is property_damage, participant_measures or police_measures.
CREATE TABLE event_measure (
    version_no BIGINT NOT NULL REFERENCES version (no),
    side TEXT NOT NULL,
    position INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (version_no, side, position)
);

CREATE TABLE evidence (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    id UUID NOT NULL,
    source_no BIGINT NOT NULL REFERENCES entity (no),
    field TEXT NOT NULL,
    about_no BIGINT REFERENCES entity (no),
    value TEXT NOT NULL,
    quote TEXT,
    locator TEXT,
    confidence TEXT,
    attributed_to TEXT,
    disputes UUID,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_link (
    version_no BIGINT NOT NULL REFERENCES version (no),
    position INTEGER NOT NULL,
    relation TEXT NOT NULL,
    object_no BIGINT NOT NULL REFERENCES entity (no),
    confidence TEXT,
    evidence_id UUID,
    PRIMARY KEY (version_no, position)
);

CREATE TABLE event_privacy (
    version_no BIGINT PRIMARY KEY REFERENCES version (no),
    place TEXT,
    time TEXT,
    embargo BOOLEAN NOT NULL,
    reason TEXT,
    public_title TEXT,
    public_summary TEXT
);

-- What an imported row said when it was last taken over: an unchanged row is skipped whatever its event says now, and a
-- changed one is not written over an event that has been edited since `revision`.
CREATE TABLE import_record (
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    entity_no BIGINT NOT NULL REFERENCES entity (no),
    revision INTEGER NOT NULL,
    digest BIGINT NOT NULL,
    PRIMARY KEY (scheme, id)
);
