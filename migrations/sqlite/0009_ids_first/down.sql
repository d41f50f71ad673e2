DROP INDEX import_group_name;
CREATE INDEX import_group_name ON import_group (scheme, name);
DROP INDEX external_id_id_scheme;
CREATE INDEX external_id_scheme_id ON external_id (scheme, id);
