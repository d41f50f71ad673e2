DROP INDEX import_group_name;
CREATE INDEX import_group_name ON import_group (scheme, name);
ALTER TABLE import_group DROP CONSTRAINT import_group_pkey, ADD PRIMARY KEY (scheme, id);
ALTER TABLE import_record DROP CONSTRAINT import_record_pkey, ADD PRIMARY KEY (scheme, id);
DROP INDEX external_id_id_scheme;
CREATE INDEX external_id_scheme_id ON external_id (scheme, id);
